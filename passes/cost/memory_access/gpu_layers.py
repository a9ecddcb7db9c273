"""Elements that a single convolution moves between global and shared memory of a GPU.

Output-stationary direct convolution: a block of threads makes some filters of a tile of pixels, its
sums in registers. The depth of the reduction is streamed in chunks; depthwise convolutions have
none. Re-derived with exact halos after FusePlanner (Qararyah et al., "Fusing Depthwise and
Pointwise Convolutions for Efficient Inference on GPUs", arXiv 2404.19331).

With nS spatial tiles, of all images:

    input    sum over filter tiles of the channels they read, times pixels touched with halos
    weights  nS * all
    output   all, once
"""

from functools import lru_cache

from convopt.passes.cost.memory_access.gpu_limits import STREAMED_CHANNELS, GpuLimits
from convopt.passes.cost.memory_access.halo import ImageCut
from convopt.passes.cost.memory_access.traffic import Traffic
from convopt.passes.geometry.convolution import Convolution


def layer_traffic(conv: Convolution, cut: ImageCut, filters: int) -> Traffic:
    """Elements between global and shared memory."""
    groups_read, _ = _groups_of_filter_tiles(conv.outputs, conv.group_outputs, filters)
    return Traffic(
        input=conv.batch * groups_read * conv.group_inputs * cut.inputs,
        weights=cut.tiles * conv.weight_elements,
        output=conv.output_elements,
    )


def layer_fits(conv: Convolution, cut: ImageCut, filters: int, limits: GpuLimits) -> bool:
    """Whether a block has room for the tile, and every multiprocessor gets a block."""
    blocks = cut.tiles * -(-conv.outputs // filters)
    if blocks < limits.sms:
        return False
    _, groups = _groups_of_filter_tiles(conv.outputs, conv.group_outputs, filters)
    depth = STREAMED_CHANNELS if conv.groups == 1 else min(STREAMED_CHANNELS, conv.group_inputs)
    staged = depth * (groups * cut.largest_inputs + filters * conv.taps)
    results = filters * cut.largest_outputs
    if conv.is_depthwise:  # no reduction over channels: results leave at once, through L1
        return limits.hold(shared=staged, in_l1=staged + results)
    return limits.hold(shared=staged, sums=results)


@lru_cache(maxsize=4096)
def _groups_of_filter_tiles(outputs: int, per_group: int, filters: int) -> tuple[int, int]:
    """Groups that tiles of `filters` belong to: summed over the tiles, and of the widest."""
    spans = [
        (min(start + filters, outputs) - 1) // per_group - start // per_group + 1
        for start in range(0, outputs, filters)
    ]
    return sum(spans), max(spans)
