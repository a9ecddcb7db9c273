"""Channels taken from anywhere: concatenation and shuffle of tensors in channel blocks.

Where each channel comes from is known when the kernel is written. An output block is put together
from whole vectors of input, one shuffle for each after the first. Blocks that take the same lanes
are one loop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from xdsl.ir import SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.chunks import Chunks
from convopt.passes.lower.kernels.lane_transpose import shuffled_pair

TILE_PIXELS = 4
"""Pixels at a time, to share the work of the loop."""

Channel: TypeAlias = tuple[int, int]
"""A channel of an input: which input, and its number there."""


def concatenated(channels: Sequence[int]) -> list[Channel]:
    """All channels of inputs with so many, one input after another."""
    return [(source, c) for source, count in enumerate(channels) for c in range(count)]


def shuffled(channels: int, groups: int) -> list[Channel]:
    """Output channel j * groups + g is input channel g * (channels / groups) + j."""
    return [(0, o % groups * (channels // groups) + o // groups) for o in range(channels)]


@dataclass(frozen=True)
class BlockRun:
    """`count` output blocks, from `first` every `step`-th, that take the same lanes.

    Lane l of the first one is lane `lanes[l][2]` of block `lanes[l][1]` of input `lanes[l][0]`;
    lanes past the last channel are left out. For each next one, the inputs' blocks are one higher.
    """

    first: int
    step: int
    count: int
    lanes: tuple[tuple[int, int, int], ...]

    def is_followed_by(self, block: int, lanes: tuple[tuple[int, int, int], ...]) -> bool:
        """Whether output block `block`, which takes `lanes`, is the run's next one."""
        expected = tuple((source, at + self.count, lane) for source, at, lane in self.lanes)
        return block == self.first + self.step * self.count and lanes == expected


def block_runs(channels: Sequence[Channel], lanes: int, step: int) -> tuple[BlockRun, ...]:
    """Cover the output blocks; those `step` apart may be alike.

    >>> block_runs([(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)], 2, 2)
    (BlockRun(first=0, step=2, count=2, lanes=((0, 0, 0), (1, 0, 0))), \
BlockRun(first=1, step=2, count=1, lanes=((0, 0, 1), (1, 0, 1))))
    """
    runs: list[BlockRun] = []
    blocks = -(-len(channels) // lanes)
    for start in range(min(step, blocks)):
        for block in range(start, blocks, step):
            taken = tuple(
                (source, *divmod(channel, lanes))
                for source, channel in channels[block * lanes : (block + 1) * lanes]
            )
            if runs and runs[-1].is_followed_by(block, taken):
                runs[-1] = replace(runs[-1], count=runs[-1].count + 1)
            else:
                runs.append(BlockRun(block, step, 1, taken))
    return tuple(runs)


@dataclass(frozen=True)
class ChannelGather:
    """Of inputs [N, their blocks, pixels, lanes] to an output [N, blocks, pixels, lanes].

    The parallel index is (image, chunk of pixels). The lanes past the last channel become zero.
    """

    batch: int
    pixels: int
    runs: tuple[BlockRun, ...]
    most_pixels: int

    @property
    def tile(self) -> int:
        """Pixels at a time; the last tile overlaps the one before where they do not divide."""
        return min(TILE_PIXELS, self.pixels)

    @property
    def chunks(self) -> Chunks:
        """Tiles of the images."""
        return Chunks(self.batch, -(-self.pixels // self.tile), self.most_pixels // self.tile)

    def write(self, b: KernelBuilder) -> None:
        """Inputs, output, begin and end of the parallel indices."""

        def chunk(image: Index, first: Index, stop: Index) -> None:
            for run in self.runs:

                def block(number: Index, run: BlockRun = run) -> None:
                    b.each(first, stop, lambda tile: self._tile(b, run, image, number, tile))

                b.each(0, run.count, block)

        self.chunks.each(b, chunk)

    def _tile(
        self, b: KernelBuilder, run: BlockRun, image: Index, number: Index, tile: Index
    ) -> None:
        *sources, output, _, _ = b.arguments
        first = b.minimum_index(b.mul(tile, self.tile), self.pixels - self.tile)
        to = b.add(b.mul(number, run.step), run.first)
        for p in range(self.tile):
            pixel = b.add(first, p)

            def load(source: int, block: int, pixel: Index = pixel) -> SSAValue:
                return b.load(sources[source], image, b.add(number, block), pixel, 0)

            b.store(_gathered(b, run, load), output, image, to, pixel, 0)


def _gathered(b: KernelBuilder, run: BlockRun, load: Callable[[int, int], SSAValue]) -> SSAValue:
    """The first block's vector out of those that `load(input, block)` gives."""
    result: SSAValue | None = None
    every = range(b.lanes)
    for key in dict.fromkeys((source, block) for source, block, _ in run.lanes):
        value = load(*key)
        taken = {to: lane for to, (*of, lane) in enumerate(run.lanes) if tuple(of) == key}
        if result is not None:
            lanes = [b.lanes + taken[to] if to in taken else to for to in every]
            result = shuffled_pair(b, result, value, lanes)
        elif all(to == lane for to, lane in taken.items()):
            result = value
        else:
            result = b.shuffle(value, [taken.get(to, to) for to in every])
    assert result is not None
    if len(run.lanes) == b.lanes:
        return result
    lanes = [to if to < len(run.lanes) else b.lanes + to for to in every]
    return shuffled_pair(b, result, b.splat(0.0), lanes)
