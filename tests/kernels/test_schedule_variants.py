"""Every variant of the convolution kernels: that it is what ran, and that it is right.

A variant is a convolution with a schedule on a target. What ran is read off the kernel at level 4.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from convopt.backends.targets import CpuTarget, cpu_target
from convopt.comparison import relative_error
from convopt.convdialect.reference import run
from convopt.convdialect.schedules import Parallel, Prefetch, TileAttr, TileScheme
from convopt.convdialect.shapes import Window
from convopt.testing import kernel_evidence as shown
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.execution import finished, kernels, run_emulated, run_on_host
from convopt.testing.kernel_evidence import Evidence
from convopt.testing.kernel_view import INPUT, WEIGHTS, KernelView
from convopt.testing.targets import runnable_targets

EMULATED = "cortex-a72"
POINT = Window((1, 1))
SAME_3X3 = Window((3, 3), padding=(1,) * 4)


@dataclass(frozen=True)
class Variant:
    """`case` is given the lanes of a vector; `applies` says on which targets the variant exists."""

    case: Callable[[int], ConvolutionCase]
    tile: TileAttr
    ran: Evidence
    applies: Callable[[CpuTarget], bool] = lambda target: True


def depthwise(window: Window, size: tuple[int, int] = (12, 11), batch: int = 1) -> ConvolutionCase:
    """Two blocks of 16 channels and a tail."""
    return ConvolutionCase(batch, 35, 1, 1, size, window)


def grouped(channels: int, window: Window = SAME_3X3) -> ConvolutionCase:
    """Two blocks of 16 channels and, for few channels, a tail."""
    return ConvolutionCase(1, max(3, 36 // channels), channels, channels, (9, 10), window)


def dense(inputs: int, outputs: int, window: Window = POINT, batch: int = 1) -> ConvolutionCase:
    return ConvolutionCase(batch, 1, inputs, outputs, (8, 9), window)


def rotate(rows: int, columns: int, **options: Prefetch | Parallel) -> TileAttr:
    return TileAttr(TileScheme.ROTATE, rows, columns, 1, **options)  # type: ignore[arg-type]


def strip(columns: int) -> TileAttr:
    return TileAttr(TileScheme.STRIP, 1, columns)


def broadcast(columns: int, vectors: int = 1, **options: Prefetch | Parallel) -> TileAttr:
    return TileAttr(TileScheme.BROADCAST, 1, columns, vectors, **options)  # type: ignore[arg-type]


def indexed(target: CpuTarget) -> bool:
    return target.indexed_fma


def not_indexed(target: CpuTarget) -> bool:
    return not target.indexed_fma


def lanes_from(least: int) -> Callable[[CpuTarget], bool]:
    return lambda target: target.lanes >= least


HEAVY = Window((3, 3), padding=(5, 1, 4, 1))
NO_EPILOGUE = ConvolutionCase(1, 35, 1, 1, (14, 6), HEAVY, bias=False)

VARIANTS = {
    "depthwise, weights held": Variant(
        lambda lanes: depthwise(Window((2, 2), padding=(1,) * 4)), rotate(2, 2), shown.holds_weights
    ),
    "depthwise, weights reloaded": Variant(
        lambda lanes: depthwise(Window((5, 5), (1, 2), (2,) * 4)),
        rotate(2, 4),
        shown.reloads_weights,
    ),
    "depthwise, dilated": Variant(
        lambda lanes: depthwise(Window((3, 3), (1, 1), (2, 2, 1, 2), (2, 2))),
        rotate(1, 4),
        shown.has_no_loop_inside_tiles,
    ),
    "depthwise, rows at run time": Variant(
        lambda lanes: depthwise(Window((11, 11), (2, 1), (5,) * 4), (19, 17), batch=2),
        rotate(1, 4),
        shown.loops_over_kernel_rows,
    ),
    "depthwise, dilated rows at run time": Variant(
        lambda lanes: depthwise(Window((11, 11), (1, 2), (9,) * 4, (2, 1)), (19, 17)),
        rotate(1, 3),
        shown.loops_over_kernel_rows,
    ),
    "rotate 2": Variant(lambda lanes: grouped(2), rotate(2, 4), shown.rotates_unrolled),
    "rotate 4": Variant(lambda lanes: grouped(4), rotate(2, 3), shown.rotates_in_a_loop(4)),
    "rotate 8": Variant(
        lambda lanes: grouped(8), rotate(2, 3), shown.rotates_in_a_loop(8), lanes_from(8)
    ),
    "rotate 16": Variant(
        lambda lanes: grouped(16), rotate(1, 5), shown.rotates_in_a_loop(16), lanes_from(16)
    ),
    "rotate 4, rows at run time": Variant(
        lambda lanes: grouped(4, Window((11, 11), padding=(6, 5, 5, 5))),
        rotate(1, 3),
        shown.loops_over_kernel_rows,
    ),
    "rotate 2, rows at run time": Variant(
        lambda lanes: grouped(2, Window((11, 11), padding=(6, 5, 5, 5))),
        rotate(1, 3),
        shown.loops_over_kernel_rows,
    ),
    "strip with a loop": Variant(
        lambda lanes: depthwise(SAME_3X3, (14, 9)), strip(4), shown.walks_in_a_loop(2, 3)
    ),
    "strip with a loop, stride 2": Variant(
        lambda lanes: depthwise(Window((3, 3), (2, 2), (0, 1, 1, 1)), (21, 11), batch=2),
        strip(3),
        shown.walks_in_a_loop(1, 3),
    ),
    "strip, stride 4": Variant(
        lambda lanes: depthwise(Window((3, 3), (4, 4), (1,) * 4), (21, 17)),
        strip(3),
        shown.has_no_loop_inside_tiles,
    ),
    "strip, 5x5": Variant(
        lambda lanes: depthwise(Window((5, 5), padding=(2,) * 4), (23, 6)),
        strip(3),
        shown.walks_in_a_loop(4, 3),
    ),
    "strip unrolled": Variant(
        lambda lanes: depthwise(SAME_3X3, (5, 6)), strip(6), shown.reads_every_pixel_once
    ),
    "strip with heavy padding": Variant(
        lambda lanes: NO_EPILOGUE, strip(3), shown.stores_rows_without_taps
    ),
    "flat channels of a plain input": Variant(
        lambda lanes: dense(3, 20, SAME_3X3, batch=2), broadcast(4), shown.reads_plain
    ),
    "flat channels of blocks": Variant(
        lambda lanes: ConvolutionCase(2, 4, 34, 34, (5, 6), POINT),
        broadcast(5),
        shown.divides_channels,
    ),
    "flat channels of blocks, 3x3": Variant(
        lambda lanes: ConvolutionCase(1, 6, 11, 13, (5, 6), SAME_3X3),
        broadcast(4),
        shown.divides_channels,
    ),
    "whole vectors and a tail": Variant(
        lambda lanes: dense(3 * lanes + 2, 2 * lanes - 3, SAME_3X3),
        broadcast(3, 2),
        shown.has_channel_tail(3),
    ),
    "pixels broadcast": Variant(
        lambda lanes: dense(2 * lanes, 20, SAME_3X3),
        broadcast(5),
        shown.broadcasts_pixels,
        not_indexed,
    ),
    "pixels indexed": Variant(
        lambda lanes: dense(22, 24, SAME_3X3), broadcast(3, 2), shown.indexes_pixels, indexed
    ),
    "pixels indexed, 1x1": Variant(
        lambda lanes: dense(22, 24), broadcast(4, 3), shown.indexes_pixels, indexed
    ),
    "weights first": Variant(
        lambda lanes: dense(22, 24), broadcast(14), shown.indexes_weights_first, indexed
    ),
    "weights first, two vectors": Variant(
        lambda lanes: dense(22, 24), broadcast(18, 2), shown.indexes_weights_first, indexed
    ),
    "weights first, stride 2 and padding": Variant(
        lambda lanes: dense(22, 24, Window((1, 1), (2, 1), (1, 2, 2, 1)), batch=2),
        broadcast(11),
        shown.indexes_weights_first,
        indexed,
    ),
    "weights first, grouped": Variant(
        lambda lanes: ConvolutionCase(1, 3, 8, 8, (8, 9), POINT),
        broadcast(12),
        shown.indexes_weights_first,
        indexed,
    ),
    "channel ranges of groups": Variant(
        lambda lanes: ConvolutionCase(1, 3, 2 * lanes, 2 * lanes, (6, 7), SAME_3X3),
        broadcast(3, 2),
        shown.reads_range(lambda lanes: 2 * lanes),
    ),
    "channel ranges of uneven groups": Variant(
        lambda lanes: ConvolutionCase(1, 9, 5, 7, (6, 7), SAME_3X3),
        broadcast(4),
        shown.reads_range(lambda lanes: {16: 15, 8: 10, 4: 10}[lanes]),
    ),
    "channel multiplier": Variant(
        lambda lanes: ConvolutionCase(2, 2 * lanes, 1, 2, (6, 7), SAME_3X3),
        broadcast(4),
        shown.reads_range(lambda lanes: lanes // 2),
    ),
    "groups side by side in one block": Variant(
        lambda lanes: ConvolutionCase(1, 2, lanes, lanes // 2, (6, 7), SAME_3X3),
        broadcast(4),
        shown.reads_all_groups,
    ),
    "scaled input": Variant(
        lambda lanes: replace(dense(2 * lanes + 3, 24, batch=2), scaled=True),
        broadcast(4),
        shown.scales_weights,
    ),
    "scaled input, stride 2": Variant(
        lambda lanes: replace(dense(2 * lanes, 24, Window((1, 1), (2, 2))), scaled=True),
        broadcast(4),
        shown.scales_weights,
    ),
    "collapsed 1x1": Variant(lambda lanes: dense(24, 20), broadcast(5), shown.is_collapsed),
    "1x1, stride 2": Variant(
        lambda lanes: dense(24, 20, Window((1, 1), (2, 2))), broadcast(4), shown.keeps_rows
    ),
    "1x1, padding": Variant(
        lambda lanes: dense(24, 20, Window((1, 1), padding=(0, 2, 1, 0))),
        broadcast(4),
        shown.keeps_rows,
    ),
    "prefetch of the output": Variant(
        lambda lanes: depthwise(SAME_3X3, batch=2),
        rotate(2, 4, prefetch=Prefetch.OUTPUT),
        shown.prefetches(-1, write=True),
    ),
    "prefetch of the input": Variant(
        lambda lanes: grouped(4, Window((3, 3), (2, 1), (1,) * 4)),
        rotate(2, 3, prefetch=Prefetch.INPUT),
        shown.prefetches(INPUT, write=False),
    ),
    "prefetch of weights": Variant(
        lambda lanes: dense(2 * lanes + 1, 4 * lanes, SAME_3X3),
        broadcast(4, 2, prefetch=Prefetch.WEIGHTS),
        shown.prefetches(WEIGHTS, write=False),
    ),
    "prefetch of weights, collapsed 1x1": Variant(
        lambda lanes: dense(2 * lanes, 3 * lanes),
        broadcast(5, prefetch=Prefetch.WEIGHTS),
        shown.prefetches(WEIGHTS, write=False),
    ),
    "no prefetch": Variant(
        lambda lanes: depthwise(SAME_3X3), rotate(2, 4), shown.prefetches_nothing
    ),
    "threads share blocks, rotate": Variant(
        lambda lanes: depthwise(SAME_3X3, batch=2), rotate(2, 4), shown.shares_blocks
    ),
    "threads share rows, rotate": Variant(
        lambda lanes: depthwise(SAME_3X3, batch=2),
        rotate(2, 4, parallel=Parallel.PIXELS),
        shown.shares_pixels,
    ),
    "threads share rows at run time": Variant(
        lambda lanes: depthwise(Window((11, 11), padding=(5,) * 4), (17, 16)),
        rotate(1, 4, parallel=Parallel.PIXELS),
        lambda kernel: shown.shares_pixels(kernel) and shown.loops_over_kernel_rows(kernel),
    ),
    "threads share blocks, broadcast": Variant(
        lambda lanes: dense(24, 3 * lanes, SAME_3X3, batch=2), broadcast(4), shown.shares_blocks
    ),
    "threads share rows, broadcast": Variant(
        lambda lanes: dense(24, 3 * lanes, SAME_3X3, batch=2),
        broadcast(4, parallel=Parallel.PIXELS),
        shown.shares_pixels,
    ),
    "threads share pixels, collapsed 1x1": Variant(
        lambda lanes: dense(24, 3 * lanes, batch=2),
        broadcast(5, parallel=Parallel.PIXELS),
        lambda kernel: shown.shares_pixels(kernel) and shown.is_collapsed(kernel),
    ),
}


def on_targets() -> list[tuple[str, str]]:
    """(variant, target) wherever the variant exists."""
    return [
        (name, target)
        for target in (*runnable_targets(), EMULATED)
        for name, variant in VARIANTS.items()
        if variant.applies(cpu_target(target))
    ]


@pytest.mark.parametrize(("name", "target"), on_targets())
def test_runs_and_is_right(name: str, target: str) -> None:
    variant = VARIANTS[name]
    machine = cpu_target(target)
    case = variant.case(machine.lanes)
    expected = run(case.module(), case.inputs())
    module = kernels(case.module(), target, variant.tile)
    assert variant.ran(KernelView.of(module))
    code = finished(module, target)
    if machine.arch == "aarch64":
        results = [run_emulated(code, case.inputs(), target)]
    else:
        results = [
            run_on_host(code, case.inputs(), "start"),
            run_on_host(code, case.inputs(), "end", threads=3),
        ]
    for (found,) in results:
        assert relative_error(found, expected[0]) < 1e-5


def test_every_variant_exists_on_some_shipped_target() -> None:
    machines = [cpu_target(name) for name in ("x86-64-v4", "x86-64-v3", "cortex-a72")]
    for variant in VARIANTS.values():
        assert any(map(variant.applies, machines))


def test_evidence_tells_variants_apart() -> None:
    """What shows a variant does not show all others: some kernel lacks it."""
    views = [
        KernelView.of(kernels(case.module(), target, tile))
        for target in ("x86-64-v4", "cortex-a72")
        for case, tile in (
            (depthwise(SAME_3X3), rotate(1, 2, prefetch=Prefetch.OUTPUT)),
            (depthwise(SAME_3X3), rotate(1, 2, parallel=Parallel.PIXELS)),
            (dense(40, 40, SAME_3X3), broadcast(2)),
            (dense(80, 40), broadcast(3)),
        )
    ]
    for name, variant in VARIANTS.items():
        assert not all(_shows(variant, view) for view in views), name


def _shows(variant: Variant, view: KernelView) -> bool:
    """Evidence of another scheme finds no such arguments."""
    try:
        return variant.ran(view)
    except (ValueError, IndexError):
        return False
