"""Constants in the order in which kernels read them: a run of words for each filter tile and step.

Filters stay logical (OIHW) until here. What a tile or a step has beyond the convolution's filters
and channels is zero.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import ModuleKind

Array = npt.NDArray[Any]


def pack_filters(kernel: BlockKernel, filters: Sequence[Array]) -> dict[str, Array]:
    """The parameters W0, W1, … of a kernel from its stages' filters."""
    return {
        f"W{stage}": np.ascontiguousarray(pack(kernel, filters[stage])).reshape(-1)
        for stage, pack in enumerate(_PACKERS[kernel.kind])
    }


def pack_channel_operands(kernel: BlockKernel, stage: int, operands: Sequence[Array]) -> Array:
    """The parameter E of a stage: per-channel operands, for each tile or step one behind the
    other."""
    last = len(kernel.stages.stages) - 1
    is_tiled = stage == last or kernel.kind is ModuleKind.PWDW
    if is_tiled:
        parts = [_in_tiles(kernel, each) for each in operands]
    elif kernel.kind is ModuleKind.PWPW:
        parts = [_padded(each, (kernel.first_product.filters,))[None] for each in operands]
    else:
        wide = kernel.first_product.filters if kernel.kind is ModuleKind.PWDWPW else 0
        filters = wide if stage == 0 and wide else kernel.sizes.channels
        parts = [_in_steps(kernel, each, filters) for each in operands]
    return np.ascontiguousarray(np.stack(parts, axis=1)).reshape(-1)


def _in_tiles(kernel: BlockKernel, values: Array) -> Array:
    """[O, …] to [filter tile, filter, …]."""
    filters, last = kernel.sizes.filters, kernel.stages.last
    if kernel.tiles_of_a_group == 1:
        padded = _padded(values, (kernel.filter_tiles * filters, *values.shape[1:]))
        return padded.reshape(kernel.filter_tiles, filters, *values.shape[1:])
    of_groups = values.reshape(last.groups, last.group_outputs, *values.shape[1:])
    wide = kernel.tiles_of_a_group * filters
    padded = _padded(of_groups, (last.groups, wide, *values.shape[1:]))
    return padded.reshape(kernel.filter_tiles, filters, *values.shape[1:])


def _in_steps(kernel: BlockKernel, values: Array, filters: int) -> Array:
    """[C, …] to [step, channel, …], the channels of a step padded to `filters`."""
    channels, rest = kernel.sizes.channels, values.shape[1:]
    padded = _padded(values, (kernel.steps * channels, *rest))
    return _padded(padded.reshape(kernel.steps, channels, *rest), (kernel.steps, filters, *rest))


def _reduction(kernel: BlockKernel, filters: Array) -> Array:
    """[O, I, KH, KW] to [filter tile, step, tap, channel, filter]."""
    outputs, inputs = filters.shape[:2]
    taps = filters.reshape(outputs, inputs, -1)
    tiles = _in_tiles(kernel, taps)  # tile, filter, channel, tap
    steps = -(-inputs // kernel.sizes.channels)
    wide = steps * kernel.sizes.channels
    padded = _padded(tiles, (*tiles.shape[:2], wide, taps.shape[2]))
    split = padded.reshape(*tiles.shape[:2], steps, kernel.sizes.channels, taps.shape[2])
    return split.transpose(0, 2, 4, 3, 1)


def _tiled_depthwise(kernel: BlockKernel, filters: Array) -> Array:
    """[C, 1, KH, KW] to [filter tile, filter, tap]."""
    return _in_tiles(kernel, filters.reshape(len(filters), -1))


def _stepped_depthwise(kernel: BlockKernel, filters: Array) -> Array:
    """[C, 1, KH, KW] to [step, channel, tap]."""
    return _in_steps(kernel, filters.reshape(len(filters), -1), kernel.sizes.channels)


def _early_pointwise(kernel: BlockKernel, filters: Array) -> Array:
    """Of a pointwise pair: [O, C, 1, 1] to [step, channel, filter], all filters in each step."""
    inputs = filters.shape[1]
    channels = kernel.sizes.channels
    steps = -(-inputs // channels)
    padded = _padded(filters[:, :, 0, 0].T, (steps * channels, kernel.first_product.filters))
    return padded.reshape(steps, channels, -1)


def _expansion(kernel: BlockKernel, filters: Array) -> Array:
    """Of an inverted residual: [O, C, 1, 1] to [step, channel, filter], a step's filters alone."""
    stepped = _in_steps(kernel, filters[:, :, 0, 0], kernel.first_product.filters)
    return stepped.transpose(0, 2, 1)


def _padded(values: Array, shape: Sequence[int]) -> Array:
    padded = np.zeros(shape, values.dtype)
    padded[tuple(slice(size) for size in values.shape)] = values
    return padded


_PACKERS: Mapping[ModuleKind, tuple[Callable[[BlockKernel, Array], Array], ...]] = {
    ModuleKind.DW: (_tiled_depthwise,),
    ModuleKind.PW: (_reduction,),
    ModuleKind.PWDW: (_reduction, _tiled_depthwise),
    ModuleKind.DWPW: (_stepped_depthwise, _reduction),
    ModuleKind.PWPW: (_early_pointwise, _reduction),
    ModuleKind.PWDWPW: (_expansion, _stepped_depthwise, _reduction),
}
