"""From a layer to the code of its convolution alone, in convopt's own layout."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm import emit_assembly, emit_object
from convopt.backends.llvm.interface import Interface
from convopt.backends.targets import CpuTarget, cpu_target
from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.peers.single_layer import single_layer
from convopt.convdialect.gradient_schedules import GradientTileAttr
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import TileAttr
from convopt.emission import Code
from convopt.mlir_text import new_context
from convopt.pass_manager import run_passes
from convopt.pass_pipeline import named_pipeline, passes_named
from convopt.passes.plan.candidates import best_schedule, schedules

SYMBOL = "layer"

Schedule = TileAttr | GradientTileAttr
"""Of a convolution or of a gradient."""


@dataclass(frozen=True)
class LayerCode:
    """The code of one convolution, or gradient, whose entry reads and writes channel blocks."""

    tile: Schedule
    target: CpuTarget
    interface: Interface
    llvm_text: str
    weights: Array

    @cached_property
    def object_code(self) -> bytes:
        return emit_object(self.llvm_text, self.target)

    @cached_property
    def assembly(self) -> str:
        return emit_assembly(self.llvm_text, self.target)


@dataclass(frozen=True)
class Candidate:
    """A legal tile, and the cycles that the cost model predicts."""

    tile: TileAttr
    predicted_cycles: float


def layer_code(
    data: LayerData,
    target: str,
    tile: TileAttr | None = None,
    activation: str | None = None,
) -> LayerCode:
    """Code with the register tile that is given or the one that convopt chooses.

    `target` is the name of a target, or the path of a target file.
    """
    module = _laid_out_layer(data, target, activation)
    _the_convolution(module).schedule = tile
    return code_of(module, target)


def code_of(module: ModuleOp, target: str) -> LayerCode:
    """Code of a module at level 3 with one convolution or gradient; its schedule is chosen if it
    has none."""
    context = new_context()
    run_passes(module, passes_named(["conv-choose-tiles"], target=target), context)
    (chosen,) = _schedules(module)
    for pipeline in ("lower", "codegen"):
        run_passes(module, named_pipeline(pipeline, target=target), context)
    code = Code(module, cpu_target(target), SYMBOL)
    weights = np.frombuffer(code.weights(), np.float32)
    return LayerCode(chosen, code.target, code.interface(), code.llvm_text(), weights)


def legal_tiles(data: LayerData, target: str) -> tuple[TileAttr, list[Candidate]]:
    """The register tile that convopt chooses, and every legal one."""
    convolution, machine = _the_convolution(_laid_out_layer(data, target)), cpu_target(target)
    chosen, _ = best_schedule(convolution, machine)
    return chosen, [Candidate(*one) for one in schedules(convolution, machine)]


def laid_out(module: ModuleOp, target: str) -> ModuleOp:
    """A module of level 1, brought to level 3 without schedules."""
    passes = (
        *named_pipeline("simplify"),
        *passes_named(["conv-assign-layouts"], target=target),
    )
    run_passes(module, passes, new_context())
    return module


def _laid_out_layer(data: LayerData, target: str, activation: str | None = None) -> ModuleOp:
    """The layer at level 3 without a register tile; arguments and results are in own layout."""
    return laid_out(single_layer(data, cpu_target(target).lanes, activation).module, target)


def _the_convolution(module: ModuleOp) -> ConvolutionOp:
    """The only convolution of a module."""
    (convolution,) = (op for op in module.walk() if isinstance(op, ConvolutionOp))
    return convolution


def _schedules(module: ModuleOp) -> Iterator[Schedule]:
    """Of all convolutions and gradients."""
    for op in module.walk():
        schedule = op.properties.get("schedule")
        if isinstance(schedule, Schedule):
            yield schedule
