"""Accesses of generated AArch64 code, counted in the emulator by buffer, are those of the model."""

from collections import Counter
from collections.abc import Sequence
from math import inf

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.targets import cpu_target
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.prediction.modules import chain
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import BandAttr, TileAttr, TileScheme
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.kernel_model import PlannedKernel, planned_kernel_of
from convopt.passes.cost.memory_access.accesses import Operand
from convopt.passes.cost.memory_access.cpu_kernel import LastTouch
from convopt.passes.pipelines import PIPELINES
from convopt.passes.plan.chains import chains_of
from convopt.passes.plan.module_building import build_module
from convopt.passes.plan.module_candidates import best_module
from convopt.passes.rewriting import blocks_of
from convopt.testing.emulator import run_aarch64
from convopt.testing.execution import Compiled, finished, lowered, run_passes
from convopt.testing.memory_trace import Accesses

TARGETS = ("neoverse-n1", "cortex-a72")
INPUT, CONSTANTS, SCRATCH, OUTPUT = "input", "weights and extras", "intermediate", "output"
Counts = dict[tuple[str, bool], int]


def pw(channels: int, outputs: int, size: tuple[int, int]) -> Layer:
    return Layer("t", "pw", channels, *size, outputs, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1)


def dw(channels: int, size: tuple[int, int], kernel: int = 3, stride: int = 1) -> Layer:
    pads = [kernel // 2] * 4
    window = (kernel, kernel, stride, stride)
    return Layer("t", "dw", channels, *size, channels, *window, *pads, 1, channels, 1)


def broadcast(columns: int, vectors: int) -> TileAttr:
    return TileAttr(TileScheme.BROADCAST, 1, columns, vectors)


def rotate(rows: int, columns: int) -> TileAttr:
    return TileAttr(TileScheme.ROTATE, rows, columns)


MAP, HALF = (12, 10), (6, 5)
CHAINS = {
    "pwdw": [pw(8, 16, MAP), dw(16, MAP)],
    "pwdw s2": [pw(8, 16, MAP), dw(16, MAP, stride=2)],
    "pwdw 5x5": [pw(8, 8, MAP), dw(8, MAP, kernel=5)],
    "dwpw": [dw(8, MAP), pw(8, 16, MAP)],
    "dwpw s2": [dw(8, MAP, stride=2), pw(8, 16, HALF)],
    "pwpw": [pw(8, 16, MAP), pw(16, 8, MAP)],
    "pwpw, blocks not full": [pw(6, 10, MAP), pw(10, 7, MAP)],
    "pwdwpw": [pw(8, 16, MAP), dw(16, MAP), pw(16, 8, MAP)],
    "pwdwpw s2": [pw(8, 16, MAP), dw(16, MAP, stride=2), pw(16, 8, HALF)],
}
FORCED = {
    "rows of tiles that end in the middle": (CHAINS["pwdw"], [broadcast(4, 2), rotate(2, 4)], 4),
    "the last band is smaller": (CHAINS["dwpw"], [rotate(1, 3), broadcast(4, 1)], 5),
    "one band": (CHAINS["pwdw s2"], [broadcast(3, 4), rotate(1, 2)], 6),
    "two rings": (CHAINS["pwdwpw"], [broadcast(7, 1), rotate(1, 10), broadcast(6, 2)], 3),
}


def with_layouts(layers: Sequence[Layer], target: str) -> tuple[ModuleOp, list[ConvolutionOp]]:
    """The chain at level 3 without schedules."""
    module = chain(layers, cpu_target(target).lanes)
    run_passes((*PIPELINES["simplify"], "conv-assign-layouts"), module, target)
    ((stages,),) = [chains_of(block.ops) for block in blocks_of(module)]
    return module, stages


def modelled(kernel: PlannedKernel) -> Counts:
    """Elements that all phases load (False) and store (True)."""
    buffers = {
        Operand.INPUT: INPUT,
        Operand.WEIGHTS: CONSTANTS,
        Operand.EXTRA: CONSTANTS,
        Operand.INTERMEDIATE: SCRATCH,
        Operand.OUTPUT: OUTPUT,
    }
    found: Counter[tuple[str, bool]] = Counter()
    for phase in kernel.phases(LastTouch()):
        for access in phase.accesses:
            found[buffers[access.operand], access.is_store] += access.elements
    return {key: count for key, count in found.items() if count}


def executed(code: Compiled, first: Layer, target: str) -> Counts:
    """The same of a run, by the addresses of buffers; the stack is left out."""
    lanes = cpu_target(target).lanes
    shape = (1, -(-first.cin // lanes), first.hin, first.win, lanes)
    x = np.random.default_rng(0).standard_normal(shape, np.float32)
    y = np.full(code.output_shapes[0], np.nan, np.float32)
    scratch = np.zeros(code.workspace_bytes // FLOAT_BYTES, np.float32)
    buffers = [x, y, code.weights, scratch]
    batches: list[Accesses] = []
    emulation = run_aarch64(
        code.object_code,
        "tested_run",
        buffers,
        (0, 1),
        cpu=target,
        sides=["start"],
        take_accesses=batches.append,
    )
    assert not np.isnan(y).any()
    found: Counts = {}
    names = (INPUT, OUTPUT, CONSTANTS, SCRATCH)
    for name, buffer, start in zip(names, buffers, emulation.addresses, strict=True):
        for is_store in (False, True):
            size = sum(_bytes_in(each, start, start + buffer.nbytes, is_store) for each in batches)
            if size:
                found[name, is_store] = size // FLOAT_BYTES
    return found


def _bytes_in(batch: Accesses, start: int, stop: int, is_store: bool) -> int:
    inside = (batch.addresses >= start) & (batch.addresses < stop) & (batch.stores == is_store)
    return int(batch.sizes[inside].sum(dtype=np.int64))


def check(layers: Sequence[Layer], tiles: Sequence[TileAttr], band: int, target: str) -> None:
    module, stages = with_layouts(layers, target)
    fused = build_module(stages, tiles, BandAttr(band))
    expected = modelled(planned_kernel_of(fused, cpu_target(target)))
    assert {name for name, _ in expected} == {INPUT, CONSTANTS, SCRATCH, OUTPUT}
    assert executed(finished(lowered(module, target), target), layers[0], target) == expected


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", CHAINS)
def test_modules_as_planned(name: str, target: str) -> None:
    _, stages = with_layouts(CHAINS[name], target)
    best = best_module(stages, cpu_target(target), inf)
    assert best is not None
    assert best.kernel.band is not None
    check(CHAINS[name], best.tiles, best.kernel.band, target)


@pytest.mark.parametrize("name", FORCED)
def test_modules_with_other_schedules(name: str) -> None:
    check(*FORCED[name], TARGETS[0])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kind", ["pw", "dw", "dw 5x5 s2"])
def test_layers_alone(kind: str, target: str) -> None:
    layers = {"pw": pw(8, 16, MAP), "dw": dw(8, MAP), "dw 5x5 s2": dw(8, MAP, 5, 2)}
    layer = layers[kind]
    module, (stage,) = with_layouts([layer], target)
    run_passes(("conv-choose-tiles",), module, target)
    expected = modelled(planned_kernel_of(stage, cpu_target(target)))
    assert executed(finished(lowered(module, target), target), layer, target) == expected
