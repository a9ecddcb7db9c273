"""Words that a kernel moves between global memory and its blocks, counted exactly.

Input copies are predicated: what lies outside of the image, or behind the last channel, is not
read. Constants are packed for the kernel, padded to whole tiles and steps, and read as they lie.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import ModuleKind
from convopt.passes.geometry.blocks.shared import WORD_BYTES


@dataclass(frozen=True)
class KernelTraffic:
    """Words of all blocks. `constants` by parameter: filters W0, …, and per-channel operands E0, ….

    `scales`: factors of input channels; `elementwise`: epilogue operands of the result's shape.
    """

    input: int
    constants: Mapping[str, int]
    scales: int
    elementwise: int
    output: int

    @property
    def loaded(self) -> int:
        return self.input + sum(self.constants.values()) + self.scales + self.elementwise

    @property
    def bytes(self) -> int:
        return WORD_BYTES * (self.loaded + self.output)


def kernel_traffic(kernel: BlockKernel, elementwise: int = 0) -> KernelTraffic:
    """`elementwise`: operands of the last epilogue that have the result's shape."""
    last = kernel.stages.last
    blocks = blocks_of(kernel)
    constants = {name: blocks * words for name, words in block_constants(kernel).items() if words}
    output = (
        last.batch * _words(last.outputs, kernel.result_lanes) * _plane(last.rows, last.columns)
    )
    channels = _words(kernel.stages.first.channels, kernel.lanes)
    scales = blocks * channels if kernel.is_scaled else 0
    return KernelTraffic(input_words(kernel), constants, scales, elementwise * output, output)


def blocks_of(kernel: BlockKernel) -> int:
    tiles, filter_tiles, images = kernel.grid
    return tiles * filter_tiles * images


def input_words(kernel: BlockKernel) -> int:
    """Words of input that all blocks copy."""
    return kernel.stages.first.batch * _channel_words(kernel) * touched_inside(kernel)


def touched_inside(kernel: BlockKernel) -> int:
    """Pixels of the image that the touched rectangles hold, summed over an image's tiles."""
    window, (rows, columns) = kernel.window, kernel.tile
    if kernel.is_flat:
        return window.columns.inputs
    return _touched_inputs(window.rows, rows) * _touched_inputs(window.columns, columns)


@lru_cache(maxsize=8192)
def _touched_inputs(axis: Axis, tile: int) -> int:
    """Every tile touches as many positions as a whole one, with gaps; padding is not read."""
    wide = (tile - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1
    total = 0
    for start in range(0, axis.outputs, tile):
        first = start * axis.stride - axis.pad
        total += max(0, min(first + wide, axis.inputs) - max(first, 0))
    return total


def _channel_words(kernel: BlockKernel) -> int:
    """Words of channels that the filter tiles read of a pixel, summed over them."""
    first, lanes = kernel.stages.first, kernel.lanes
    if kernel.kind is ModuleKind.DW:
        return _words(first.channels, lanes)
    if first.groups > 1 and not first.is_depthwise:
        return kernel.tiles_of_a_group * first.groups * _words(first.group_inputs, lanes)
    return kernel.filter_tiles * _words(first.channels, lanes)


def block_constants(kernel: BlockKernel) -> dict[str, int]:
    """Words of each packed parameter that one block reads."""
    words = _FILTERS[kernel.kind](kernel)
    early = _EARLY_OPERANDS.get(kernel.kind)
    values = early(kernel) if early else ()
    for stage, count in enumerate(kernel.channel_operands):
        read = values[stage] if stage < len(values) else kernel.sizes.filters
        words[f"E{stage}"] = count * read
    return words


def _depthwise(kernel: BlockKernel) -> dict[str, int]:
    return {"W0": kernel.sizes.filters // kernel.lanes * kernel.window.taps}


def _reduction(kernel: BlockKernel) -> dict[str, int]:
    return {"W0": kernel.window.taps * _matrix(kernel)}


def _reduction_depthwise(kernel: BlockKernel) -> dict[str, int]:
    return {"W0": _matrix(kernel), "W1": kernel.sizes.filters // kernel.lanes * kernel.window.taps}


def _depthwise_reduction(kernel: BlockKernel) -> dict[str, int]:
    return {"W0": kernel.steps * kernel.step_words * kernel.window.taps, "W1": _matrix(kernel)}


def _two_reductions(kernel: BlockKernel) -> dict[str, int]:
    first = first_steps(kernel) * kernel.step_words * kernel.first_product.filters
    return {"W0": first, "W1": _matrix(kernel)}


def _inverted_residual(kernel: BlockKernel) -> dict[str, int]:
    inputs = _words(kernel.stages.first.channels, kernel.lanes)
    return {
        "W0": kernel.steps * inputs * kernel.first_product.filters,
        "W1": kernel.steps * kernel.step_words * kernel.window.taps,
        "W2": _matrix(kernel),
    }


def first_steps(kernel: BlockKernel) -> int:
    """Steps of the first of two reductions that are both streamed."""
    return -(-kernel.stages.first.channels // kernel.sizes.channels)


def _matrix(kernel: BlockKernel) -> int:
    """Words of the streamed reduction's filters, for one tap."""
    return kernel.steps * kernel.step_words * kernel.sizes.filters


def _words(channels: int, lanes: int) -> int:
    return -(-channels // lanes)


def _plane(rows: Axis, columns: Axis) -> int:
    return rows.outputs * columns.outputs


_FILTERS: Mapping[ModuleKind, Callable[[BlockKernel], dict[str, int]]] = {
    ModuleKind.DW: _depthwise,
    ModuleKind.PW: _reduction,
    ModuleKind.PWDW: _reduction_depthwise,
    ModuleKind.DWPW: _depthwise_reduction,
    ModuleKind.PWPW: _two_reductions,
    ModuleKind.PWDWPW: _inverted_residual,
}
_EARLY_OPERANDS: Mapping[ModuleKind, Callable[[BlockKernel], tuple[int, ...]]] = {
    ModuleKind.DWPW: lambda kernel: (kernel.middle_channels,),
    ModuleKind.PWPW: lambda kernel: (kernel.first_product.filters,),
    ModuleKind.PWDWPW: lambda kernel: (
        kernel.steps * kernel.first_product.filters,
        kernel.middle_channels,
    ),
}
"""Values that a block reads of an early stage's per-channel operand; others have one a filter."""
