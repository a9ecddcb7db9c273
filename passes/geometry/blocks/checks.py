"""Which sizes of a block make sense, whatever the GPU."""

from collections.abc import Callable, Mapping

from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import ModuleKind
from convopt.passes.geometry.blocks.matrix import DEEP, TALL, WIDE, tiles_of_a_word
from convopt.passes.geometry.blocks.threads import MOST_THREADS


def problem_of(kernel: BlockKernel) -> str:
    """What is wrong with the kernel's sizes; empty if nothing is."""
    for check in (unmendable, _CHECKS.get(kernel.kind, _reduction), _lanes, _matrix, _threads):
        problem = check(kernel)
        if problem:
            return problem
    return ""


def unmendable(kernel: BlockKernel) -> str:
    """What is wrong with the kernel whatever its sizes: words of channels have parts of several
    groups. Empty if nothing is."""
    conv = kernel.stages.last
    if conv.groups == 1 or conv.is_depthwise:
        return ""
    for what, found, lanes in (
        ("input channels", conv.group_inputs, kernel.lanes),
        ("filters", conv.group_outputs, kernel.result_lanes),
    ):
        if found % lanes:
            return f"groups: expected a multiple of {lanes} {what} in each, found {found}"
    return ""


def _depthwise(kernel: BlockKernel) -> str:
    sizes, columns = kernel.sizes, kernel.tile[1]
    for name in ("channels", "slices", "buffers"):
        found = getattr(sizes, name)
        if found > 1:
            return f"{name}: expected 1 without a reduction over channels, found {found}"
    if columns % sizes.thread_pixels:
        return (
            f"thread_pixels: expected a divisor of {columns} columns, found {sizes.thread_pixels}"
        )
    return _filters(kernel)


def _reduction(kernel: BlockKernel) -> str:
    sizes = kernel.sizes
    if sizes.channels % sizes.slices:
        return f"slices: expected a divisor of {sizes.channels} channels, found {sizes.slices}"
    return _filters(kernel) or _groups(kernel)


def _filters(kernel: BlockKernel) -> str:
    sizes = kernel.sizes
    if sizes.filters % sizes.thread_filters == 0:
        return ""
    found = sizes.thread_filters
    return f"thread_filters: expected a divisor of {sizes.filters} filters, found {found}"


def _groups(kernel: BlockKernel) -> str:
    """A block's filters belong to one group or are whole groups, and a thread's to one."""
    last, sizes = kernel.stages.last, kernel.sizes
    if last.groups == 1 or last.is_depthwise or sizes.filters < last.group_outputs:
        return ""
    if sizes.filters % last.group_outputs:
        return (
            f"filters: expected less than the {last.group_outputs} of a group or a multiple, "
            f"found {sizes.filters}"
        )
    if kernel.groups_of_a_tile > 1 and last.group_outputs % sizes.thread_filters:
        return (
            f"thread_filters: expected a divisor of a group's {last.group_outputs} filters, "
            f"found {sizes.thread_filters}"
        )
    return ""


def _lanes(kernel: BlockKernel) -> str:
    sizes, lanes = kernel.sizes, kernel.lanes
    checked = {"filters": sizes.filters, "thread_filters": sizes.thread_filters}
    if kernel.kind is not ModuleKind.DW:
        checked["channels"] = sizes.channels
    for name, found in checked.items():
        if found % lanes:
            return f"{name}: expected a multiple of the {lanes} in a word, found {found}"
    return ""


def _matrix(kernel: BlockKernel) -> str:
    """Warps make tiles of tensor cores as a whole, and steps are as deep as these."""
    sizes, lanes = kernel.sizes, kernel.lanes
    if not sizes.matrix:
        return ""
    if kernel.kind is ModuleKind.DW:
        return "matrix: expected false without a reduction over channels, found true"
    if kernel.is_scaled:
        return "matrix: expected false where the input is scaled, found true"
    if kernel.groups_of_a_tile > 1:
        found = kernel.groups_of_a_tile
        return f"matrix: expected the filters of one group in a block, found those of {found}"
    for name, unit in (
        ("thread_filters", TALL * tiles_of_a_word(lanes)),
        ("thread_pixels", WIDE),
        ("channels", DEEP * lanes * sizes.slices),
    ):
        found = getattr(sizes, name)
        if found % unit:
            return f"{name}: expected a multiple of {unit} for tensor cores, found {found}"
    return ""


def _threads(kernel: BlockKernel) -> str:
    if kernel.threads <= MOST_THREADS:
        return ""
    return f"threads: expected at most {MOST_THREADS} in a block, found {kernel.threads}"


_CHECKS: Mapping[ModuleKind, Callable[[BlockKernel], str]] = {ModuleKind.DW: _depthwise}
