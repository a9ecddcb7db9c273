"""Placing buffers: no two that live at once overlap, and little room is lost."""

from hypothesis import given
from hypothesis import strategies as st

from convopt.passes.lower.arena import ALIGNMENT, Lifetime, aligned, largest_live_set, place

lifetimes = st.lists(
    st.builds(
        lambda size, first, length: Lifetime(size, first, first + length),
        st.integers(1, 5000),
        st.integers(0, 30),
        st.integers(0, 8),
    ),
    max_size=24,
)


@given(lifetimes)
def test_buffers_alive_at_once_do_not_overlap(buffers: list[Lifetime]) -> None:
    offsets, total = place(buffers)
    assert total >= largest_live_set(buffers)
    for i, (a, at) in enumerate(zip(buffers, offsets, strict=True)):
        assert at % ALIGNMENT == 0
        assert at + a.size <= total
        for b, other in zip(buffers[:i], offsets[:i], strict=True):
            apart = at + a.size <= other or other + b.size <= at
            assert apart or not a.meets(b)


def test_a_chain_needs_two_buffers() -> None:
    chain = [Lifetime(640, step, step + 1) for step in range(10)]
    assert place(chain)[1] == 2 * 640 == largest_live_set(chain)


def test_no_buffers_need_no_room() -> None:
    assert place([]) == ([], 0)


def test_sizes_are_rounded_to_cache_lines() -> None:
    assert [aligned(size) for size in (1, 64, 65)] == [64, 64, 128]
