"""Schedules drawn at random out of those that a kernel may have."""

import random
from dataclasses import replace

from convopt.backends.targets import GpuTarget
from convopt.passes.cost.gpu.occupancy import problem_on
from convopt.passes.cost.gpu.predicted_time import predicted_seconds
from convopt.passes.cost.gpu.traffic import kernel_traffic
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.plan.gpu_candidates import (
    filters_of,
    fitted,
    streamings_of,
    thread_tiles_of,
    tiles_of,
)

_TRIES = 60
"""For each that is wanted: many have no room, or are drawn twice."""
_MORE = 4
"""So many times as many legal ones are drawn; the model's slowest are left out, which nobody would
try: a thread a block, say. It must not choose too narrowly, since it is judged by the rest."""


def drawn_sizes(kernel: BlockKernel, target: GpuTarget, count: int) -> list[BlockSizes]:
    """At most `count` different sizes that the target can run; equal calls give equal ones.

    The sizes that `kernel` has already are none of them.
    """
    dice = random.Random(f"{kernel.stages} {target.name}")
    legal: dict[BlockSizes, float] = {}
    for _ in range(_TRIES * count):
        if len(legal) == _MORE * count:
            break
        sizes = _one(kernel, dice)
        drawn = replace(kernel, sizes=sizes)
        if sizes == kernel.sizes or sizes in legal or problem_on(drawn, target):
            continue
        traffic = kernel_traffic(drawn)
        legal[sizes] = predicted_seconds(drawn, traffic, target, is_cold=False)
    likely = sorted(legal, key=lambda sizes: legal[sizes])[: max(count, len(legal) // 2)]
    return dice.sample(likely, min(count, len(likely)))


def _one(kernel: BlockKernel, dice: random.Random) -> BlockSizes:
    filters, (rows, columns) = dice.choice(filters_of(kernel)), dice.choice(tiles_of(kernel))
    sizes = fitted(kernel, BlockSizes(filters, rows, columns, 4, 4))
    one = replace(kernel, sizes=sizes)
    tall, wide = dice.choice(thread_tiles_of(one))
    channels, slices, buffers = dice.choice(streamings_of(one))
    return replace(
        sizes,
        thread_filters=tall,
        thread_pixels=wide,
        channels=channels,
        slices=slices,
        buffers=buffers,
    )
