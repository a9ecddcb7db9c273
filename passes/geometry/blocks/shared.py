"""Where a block's data lies in its shared memory: regions of 32-bit words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

WORD_BYTES = 4
_ALIGNMENT = 4  # words: what an asynchronous copy moves at most


def aligned(words: int) -> int:
    """The next multiple of four words."""
    return -(-words // _ALIGNMENT) * _ALIGNMENT


@dataclass(frozen=True)
class StagedRegions:
    """What a step of the streamed reduction brings in, `buffers` times."""

    offsets: Mapping[str, int]
    words: int
    buffers: int

    @staticmethod
    def of(sizes: Mapping[str, int], buffers: int) -> "StagedRegions":
        offsets, end = _in_a_row(sizes, 0)
        return StagedRegions(offsets, end, buffers)

    @property
    def all_words(self) -> int:
        return self.words * self.buffers


@dataclass(frozen=True)
class SharedRegions:
    """`staged` first, then `kept`: what stays while steps go by; word offsets.

    `later` regions take the place of the staged ones when the last step is done.
    """

    staged: StagedRegions
    kept: Mapping[str, int]
    later: Mapping[str, int]
    words: int = field(default=0)

    @staticmethod
    def of(
        staged: StagedRegions, kept: Mapping[str, int], later: Mapping[str, int]
    ) -> "SharedRegions":
        """`kept` and `later` say how many words each region has."""
        at_end, end = _in_a_row(later, 0)
        offsets, words = _in_a_row(kept, max(end, staged.all_words))
        return SharedRegions(staged, offsets, at_end, words)

    @property
    def size(self) -> int:
        """In bytes."""
        return self.words * WORD_BYTES


def _in_a_row(sizes: Mapping[str, int], start: int) -> tuple[dict[str, int], int]:
    offsets = {}
    for name, words in sizes.items():
        offsets[name] = start
        start += aligned(words)
    return offsets, start
