"""Every variant of the weight gradient kernels: that it is what ran, and that it is right."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from xdsl.dialects import arith, func, llvm, scf, vector
from xdsl.dialects.builtin import MemRefType, ModuleOp, VectorType

from convopt.backends.targets import CpuTarget, cpu_target
from convopt.comparison import relative_error
from convopt.convdialect.gradient_schedules import GradientScheme, GradientTileAttr
from convopt.convdialect.reference import run
from convopt.convdialect.schedules import Prefetch
from convopt.convdialect.shapes import Window
from convopt.passes.lower.kernel_names import parse_kernel_name
from convopt.testing.execution import finished
from convopt.testing.gradients import GradientCase
from convopt.testing.kernel_view import KernelView, trips
from convopt.testing.targets import runnable_targets
from convopt.testing.weight_gradients import kernels_of, run_code

EMULATED = "neoverse-n1"
GRAD, INPUT, STRIP, BROADCAST = GradientScheme
RESULT = 2
SAME_3X3 = Window((3, 3), padding=(1,) * 4)
POINT = Window((1, 1))
LARGE = Window((11, 11), (2, 1), (5,) * 4)

Evidence = Callable[[KernelView], bool]


@dataclass(frozen=True)
class Variant:
    """`case` is given the lanes of a vector; `applies` says on which targets the variant exists."""

    case: Callable[[int], GradientCase]
    tile: GradientTileAttr
    ran: Evidence
    applies: Callable[[CpuTarget], bool] = lambda target: True


def depthwise(window: Window = SAME_3X3, batch: int = 2) -> GradientCase:
    """Two blocks of 16 channels and a tail."""
    return GradientCase(batch, 35, 1, 1, (12, 11), window)


def grouped(channels: int) -> GradientCase:
    """Two blocks of 16 channels and, for few channels, a tail."""
    return GradientCase(2, max(3, 36 // channels), channels, channels, (7, 8), SAME_3X3)


def multiplied(times: int) -> GradientCase:
    return GradientCase(2, 37, 1, times, (6, 7), SAME_3X3)


def dense(inputs: int, outputs: int, window: Window = POINT, batch: int = 1) -> GradientCase:
    return GradientCase(batch, 1, inputs, outputs, (8, 9), window)


def tile(scheme: GradientScheme, rows: int = 1, columns: int = 1, **more: int) -> GradientTileAttr:
    return GradientTileAttr(scheme, rows, columns, **more)


def carries(values: int) -> Evidence:
    """Loops over pixels have so many accumulators, and rows that are held."""
    return lambda kernel: values in {len(loop.iter_args) for loop in kernel.carrying}


def adds_to_results(kernel: KernelView) -> bool:
    return bool(kernel.loads(RESULT))


def only_stores_results(kernel: KernelView) -> bool:
    return not kernel.loads(RESULT)


def exchanges_lanes(channels: int) -> Evidence:
    """The gradient comes with each other mask."""

    def ran(kernel: KernelView) -> bool:
        masks = {tuple(each.mask.get_values()) for each in kernel.all(vector.ShuffleOp)}
        wanted = {tuple(lane ^ m for lane in range(kernel.lanes)) for m in range(1, channels)}
        return wanted <= masks and adds_to_results(kernel)

    return ran


def repeats_inputs(times: int) -> Evidence:
    """An input channel is loaded for several neighbouring lanes."""

    def ran(kernel: KernelView) -> bool:
        types = [load.result.type for load in kernel.loads(0)]
        widths = {each.get_shape()[0] for each in types if isinstance(each, VectorType)}
        return widths == {kernel.lanes // times}

    return ran


def splats_inputs(kernel: KernelView) -> bool:
    return bool(kernel.scalars(0)) and not kernel.loads(0)


def has_bounds_at_run_time(kernel: KernelView) -> bool:
    return any(trips(loop) is None for loop in kernel.carrying)


def computes_kernel_rows(kernel: KernelView) -> bool:
    """Which kernel rows meet a row is computed, and their sums are added to the result."""
    loops = kernel.all(scf.ForOp)
    return sum(trips(loop) is None for loop in loops) > 1 and adds_to_results(kernel)


def addresses_rows(kernel: KernelView) -> bool:
    return bool(kernel.all(llvm.InlineAsmOp))


def asks_for_both(kernel: KernelView) -> bool:
    return kernel.prefetches == {(0, False), (1, False)}


def is_collapsed(kernel: KernelView) -> bool:
    return kernel.shape(0)[2] == 1


def has_several_of(count: int) -> Evidence:
    """Loops with accumulators for tiles of different sizes."""
    return lambda kernel: len({len(loop.iter_args) for loop in kernel.carrying}) >= count


def leaves_out_lanes(kernel: KernelView) -> bool:
    """Sums are multiplied by zeros and ones, which are computed for each group."""
    return bool(kernel.all(arith.SIToFPOp)) and bool(kernel.all(arith.MulfOp))


def indexes_inputs(kernel: KernelView) -> bool:
    return bool(kernel.all(vector.ExtractOp)) and not kernel.scalars(0)


def broadcasts_inputs(kernel: KernelView) -> bool:
    return bool(kernel.scalars(0)) and not kernel.all(vector.ExtractOp)


def indexed(target: CpuTarget) -> bool:
    return target.indexed_fma


def not_indexed(target: CpuTarget) -> bool:
    return not target.indexed_fma


def lanes_from(least: int) -> Callable[[CpuTarget], bool]:
    return lambda target: target.lanes >= least


VARIANTS = {
    "grad": Variant(lambda lanes: depthwise(), tile(GRAD, 2, 4), carries(9)),
    "input": Variant(lambda lanes: depthwise(), tile(INPUT, 2, 4), carries(9)),
    "one image is stored at once": Variant(
        lambda lanes: depthwise(batch=1), tile(GRAD, 2, 4), only_stores_results
    ),
    "two sets": Variant(lambda lanes: depthwise(), tile(INPUT, 2, 4, sets=2), carries(18)),
    "passes over kernel rows": Variant(
        lambda lanes: depthwise(Window((5, 5), padding=(2,) * 4)),
        tile(INPUT, 1, 4, passes=2),
        lambda kernel: carries(15)(kernel) and carries(10)(kernel),
    ),
    "25 accumulators": Variant(
        lambda lanes: depthwise(Window((5, 5), (1, 2), (2,) * 4)), tile(INPUT, 1, 3), carries(25)
    ),
    "flushed rows": Variant(
        lambda lanes: depthwise(), tile(GRAD, 2, 4, flush=True), adds_to_results
    ),
    "dilated": Variant(
        lambda lanes: depthwise(Window((3, 3), (1, 1), (2, 2, 1, 2), (2, 2))),
        tile(INPUT, 2, 3),
        carries(9),
    ),
    "prefetch": Variant(
        lambda lanes: grouped(2),
        GradientTileAttr(GRAD, 1, 4, flush=True, prefetch=Prefetch.INPUT),
        asks_for_both,
    ),
    "rows at run time": Variant(
        lambda lanes: GradientCase(2, 35, 1, 1, (19, 17), LARGE),
        tile(GRAD, 1, 4, passes=11),
        has_bounds_at_run_time,
    ),
    "flushed rows at run time": Variant(
        lambda lanes: GradientCase(2, 35, 1, 1, (19, 17), LARGE),
        tile(INPUT, 1, 4, passes=11, flush=True),
        computes_kernel_rows,
    ),
    "2 channels a group": Variant(lambda lanes: grouped(2), tile(GRAD, 2, 4), exchanges_lanes(2)),
    "4 channels a group, flushed": Variant(
        lambda lanes: grouped(4), tile(GRAD, 1, 8, flush=True), exchanges_lanes(4)
    ),
    "8 channels a group": Variant(
        lambda lanes: grouped(8), tile(INPUT, 1, 4), exchanges_lanes(8), lanes_from(8)
    ),
    "multiplier 2": Variant(lambda lanes: multiplied(2), tile(GRAD, 2, 4), repeats_inputs(2)),
    "multiplier 4": Variant(
        lambda lanes: multiplied(4), tile(INPUT, 1, 4), repeats_inputs(4), lanes_from(8)
    ),
    "multiplier of all lanes": Variant(multiplied, tile(GRAD, 2, 4), splats_inputs),
    "strip with a loop": Variant(
        lambda lanes: GradientCase(2, 35, 1, 1, (14, 9), SAME_3X3), tile(STRIP, 1, 4), carries(15)
    ),
    "strip with a loop, stride 2": Variant(
        lambda lanes: GradientCase(2, 35, 1, 1, (21, 11), Window((3, 3), (2, 2), (0, 1, 1, 1))),
        tile(STRIP, 1, 3, sets=2),
        carries(21),
    ),
    "strip, stride 4": Variant(
        lambda lanes: GradientCase(2, 35, 1, 1, (41, 17), Window((3, 3), (4, 4), (1,) * 4)),
        tile(STRIP, 1, 3),
        carries(9),
    ),
    "strip written out": Variant(
        lambda lanes: GradientCase(1, 35, 1, 1, (5, 6), SAME_3X3),
        tile(STRIP, 1, 6),
        lambda kernel: not kernel.carrying,
    ),
    "strip with passes, flushed": Variant(
        lambda lanes: GradientCase(2, 35, 1, 1, (23, 6), Window((5, 5), padding=(2,) * 4)),
        tile(STRIP, 1, 3, passes=2, flush=True),
        lambda kernel: carries(21)(kernel) and adds_to_results(kernel),
    ),
    "strip with heavy padding": Variant(
        lambda lanes: GradientCase(1, 35, 1, 1, (14, 6), Window((3, 3), padding=(5, 1, 4, 1))),
        tile(STRIP, 1, 3),
        carries(15),
    ),
    "strip, rows addressed apart": Variant(
        lambda lanes: GradientCase(1, 35, 1, 1, (14, 9), SAME_3X3),
        tile(STRIP, 1, 3),
        addresses_rows,
        indexed,
    ),
    "products, collapsed": Variant(
        lambda lanes: dense(2 * lanes, 20),
        tile(BROADCAST, 8, 3, channels=4),
        lambda kernel: is_collapsed(kernel) and only_stores_results(kernel),
    ),
    "products, blocks of rows": Variant(
        lambda lanes: dense(2 * lanes, 20),
        tile(BROADCAST, 3, 2, channels=3),
        lambda kernel: is_collapsed(kernel) and adds_to_results(kernel),
    ),
    "products, images": Variant(
        lambda lanes: dense(2 * lanes, 3 * lanes - 3, batch=3),
        tile(BROADCAST, 8, 2, channels=4, vectors=3),
        lambda kernel: carries(12)(kernel) and adds_to_results(kernel),
    ),
    "products, channel tiles and a tail": Variant(
        lambda lanes: dense(2 * lanes + 1, 20),
        tile(BROADCAST, 8, 2, channels=3),
        has_several_of(3),
        lanes_from(8),
    ),
    "products, inputs broadcast": Variant(
        lambda lanes: dense(22, 24),
        tile(BROADCAST, 8, 2, channels=4),
        broadcasts_inputs,
        not_indexed,
    ),
    "products, inputs indexed": Variant(
        lambda lanes: dense(22, 24), tile(BROADCAST, 8, 2, channels=4), indexes_inputs, indexed
    ),
    "products, 3x3": Variant(
        lambda lanes: dense(2 * lanes, 2 * lanes, SAME_3X3, batch=2),
        tile(BROADCAST, 4, 3, channels=2, vectors=2, taps=3),
        lambda kernel: carries(12)(kernel) and has_bounds_at_run_time(kernel),
    ),
    "products, taps one by one": Variant(
        lambda lanes: dense(20, 24, Window((3, 2), (2, 1), (1, 2, 0, 1), (1, 2))),
        tile(BROADCAST, 4, 3, channels=4),
        has_bounds_at_run_time,
    ),
    "products of wide groups": Variant(
        lambda lanes: GradientCase(1, 3, 2 * lanes, 2 * lanes, (6, 7), SAME_3X3),
        tile(BROADCAST, 6, 3, channels=4, vectors=2),
        lambda kernel: carries(8)(kernel) and only_stores_results(kernel),
    ),
    "products of groups of inputs that are no whole blocks": Variant(
        lambda lanes: GradientCase(1, 3, 3 * lanes // 2, lanes, (6, 7), SAME_3X3),
        tile(BROADCAST, 6, 3, channels=2),
        lambda kernel: bool(kernel.all(arith.RemUIOp)) and only_stores_results(kernel),
    ),
    "products of several groups in a vector": Variant(
        lambda lanes: GradientCase(2, 9, 5, 7, (6, 7), SAME_3X3),
        tile(BROADCAST, 4, 3, taps=2),
        leaves_out_lanes,
    ),
    "products of one channel a group": Variant(
        lambda lanes: depthwise(), tile(BROADCAST, 4, 3, taps=3), leaves_out_lanes
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


def view_of(module: ModuleOp) -> KernelView:
    """Of the only weight gradient."""
    (function,) = (
        each
        for each in module.ops
        if isinstance(each, func.FuncOp) and each.sym_name.data.startswith("f32_wgrad")
    )
    return KernelView(function)


@pytest.mark.parametrize(("name", "target"), on_targets())
def test_runs_and_is_right(name: str, target: str) -> None:
    variant = VARIANTS[name]
    case = variant.case(cpu_target(target).lanes)
    inputs = [case.input, case.grad]
    (expected,) = run(case.weight_gradient(), inputs)
    module = kernels_of(case, target, variant.tile)
    assert variant.ran(view_of(module))
    code = finished(module, target)
    found = run_code(code, inputs)
    assert relative_error(found, expected) < 1e-5
    if target != EMULATED:
        assert (run_code(code, inputs, "start", threads=3) == found).all()


def test_every_variant_exists_on_some_shipped_target() -> None:
    machines = [cpu_target(name) for name in ("x86-64-v4", "x86-64-v3", "cortex-a72")]
    for variant in VARIANTS.values():
        assert any(map(variant.applies, machines))


def test_evidence_tells_variants_apart() -> None:
    """What shows a variant does not show all others: some kernel lacks it."""
    views = [
        view_of(kernels_of(case, target, each))
        for target in ("x86-64-v4", "cortex-a72")
        for case, each in (
            (depthwise(), tile(INPUT, 1, 2, sets=2, flush=True)),
            (depthwise(batch=1), tile(STRIP, 1, 2)),
            (dense(40, 40, SAME_3X3), tile(BROADCAST, 4, 2)),
        )
    ]
    for name, variant in VARIANTS.items():
        assert not all(map(variant.ran, views)), name


def test_names_decode() -> None:
    module = kernels_of(depthwise(), "x86-64-v4", tile(GRAD, 2, 4))
    name = parse_kernel_name(view_of(module).function.sym_name.data)
    assert name is not None
    assert (name.kind, name.window, name.tile) == ("wgrad", "3x3s1g35", (2, 4))
    assert isinstance(view_of(module).function.args[RESULT].type, MemRefType)
    assert name.shape == (35, 1, 9)
