"""Work cut into parallel indices."""

from hypothesis import given
from hypothesis import strategies as st

from convopt.passes.lower.kernels.chunks import LEAST_UNITS, Chunks


@given(st.integers(1, 100), st.integers(1, 4000), st.none() | st.integers(1, 50))
def test_chunks_cover_the_items_and_are_many_or_small(
    pieces: int, items: int, most: int | None
) -> None:
    chunks = Chunks(pieces, items, most)
    assert (chunks.a_piece - 1) * chunks.size < items <= chunks.a_piece * chunks.size
    assert chunks.extent >= min(LEAST_UNITS, pieces * items)
    assert most is None or chunks.size <= most


def test_many_pieces_stay_whole() -> None:
    assert Chunks(LEAST_UNITS, 100).size == 100
