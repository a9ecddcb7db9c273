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
from convopt.passes.geometry.blocks.matrix import DEEP, TALL, filter_order

Array = npt.NDArray[Any]


def pack_filters(kernel: BlockKernel, filters: Sequence[Array]) -> dict[str, Array]:
    """The parameters W0, W1, … of a kernel from its stages' filters: elements of words."""
    return {
        f"W{stage}": np.ascontiguousarray(pack(kernel, filters[stage])).reshape(-1)
        for stage, pack in enumerate(_PACKERS[kernel.kind])
    }


def _in_words(values: Array, axis: int, lanes: int) -> Array:
    """`lanes` neighbours along an axis become a last axis of their own."""
    if lanes == 1:
        return values[..., None]
    shape = values.shape
    split = values.reshape(*shape[:axis], shape[axis] // lanes, lanes, *shape[axis + 1 :])
    return np.moveaxis(split, axis + 1, -1)


def _in_fragments(words: Array, lanes: int) -> Array:
    """[…, word of channels, filter, lane] to […, eight words, tile, thread, word, lane]."""
    *outer, channels, filters, _ = words.shape
    ordered = words[..., filter_order(filters, lanes), :]
    halves = ordered.reshape(*outer, channels // DEEP, 2, 4, filters // TALL, 2, 8, lanes)
    # of thread 4 g + t: word i is row g + 8 (i & 1), channel t + 4 (i >> 1)
    first = len(outer)
    order = [0, 3, 5, 2, 1, 4, 6]
    return halves.transpose(*range(first), *(first + axis for axis in order))


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
    """[O, I, KH, KW] to [filter tile, step, tap, word of channels, filter, lane], or fragments."""
    outputs, inputs = filters.shape[:2]
    taps = filters.reshape(outputs, inputs, -1)
    tiles = _in_tiles(kernel, taps)  # tile, filter, channel, tap
    steps = -(-inputs // kernel.sizes.channels)
    wide = steps * kernel.sizes.channels
    padded = _padded(tiles, (*tiles.shape[:2], wide, taps.shape[2]))
    split = padded.reshape(*tiles.shape[:2], steps, kernel.sizes.channels, taps.shape[2])
    words = _in_words(split.transpose(0, 2, 4, 3, 1), 3, kernel.lanes)
    return _in_fragments(words, kernel.lanes) if kernel.sizes.matrix else words


def _tiled_depthwise(kernel: BlockKernel, filters: Array) -> Array:
    """[C, 1, KH, KW] to [filter tile, word of filters, tap, lane]."""
    return _in_words(_in_tiles(kernel, filters.reshape(len(filters), -1)), 1, kernel.lanes)


def _stepped_depthwise(kernel: BlockKernel, filters: Array) -> Array:
    """[C, 1, KH, KW] to [step, word of channels, tap, lane]."""
    stepped = _in_steps(kernel, filters.reshape(len(filters), -1), kernel.sizes.channels)
    return _in_words(stepped, 1, kernel.lanes)


def _early_pointwise(kernel: BlockKernel, filters: Array) -> Array:
    """Of a pointwise pair: [O, C, 1, 1] to [step, word of channels, filter, lane], all filters in
    each step."""
    inputs = filters.shape[1]
    channels = kernel.sizes.channels
    steps = -(-inputs // channels)
    padded = _padded(filters[:, :, 0, 0].T, (steps * channels, kernel.first_product.filters))
    return _in_words(padded.reshape(steps, channels, -1), 1, kernel.lanes)


def _expansion(kernel: BlockKernel, filters: Array) -> Array:
    """Of an inverted residual: [O, C, 1, 1] to [step, word of channels, filter, lane], a step's
    filters alone."""
    stepped = _in_steps(kernel, filters[:, :, 0, 0], kernel.first_product.filters)
    channels = -(-stepped.shape[2] // kernel.lanes) * kernel.lanes
    padded = _padded(stepped, (*stepped.shape[:2], channels))
    return _in_words(padded.transpose(0, 2, 1), 1, kernel.lanes)


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
