"""From a loaded model to a compiled one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ModuleOp

from convopt.artifact import Artifact, CodeSegment
from convopt.backends.targets import CpuTarget
from convopt.collection import paused_collection
from convopt.convdialect.ops.parameter import parameters_of
from convopt.emission import Code
from convopt.errors import ConvoptError
from convopt.mlir_text import new_context
from convopt.model import CompiledSegment, Model, OnnxSegment, TensorSpec
from convopt.pass_manager import run_passes
from convopt.pass_observer import PassObserver
from convopt.pass_pipeline import passes_named
from convopt.passes.pipelines import CODEGEN, PIPELINES
from convopt.stepped_entry import add_stepped_entry, kernel_steps

BEFORE_CODEGEN = tuple(name for name in PIPELINES["default"] if name not in CODEGEN)
"""From the level at which models are loaded to kernels."""


@dataclass(frozen=True)
class Builder:
    """Compiles models for one target.

    `target_name` is what passes take as option; `is_stepped` adds the entry that profiles use;
    `to_kernels` are the passes that bring the model's segments to level 4.
    """

    target: CpuTarget
    target_name: str
    is_stepped: bool = False
    observers: Sequence[PassObserver] = field(default=())
    to_kernels: Sequence[str] = BEFORE_CODEGEN

    @paused_collection()
    def build(self, model: Model, symbol: str) -> Artifact:
        """Compile every segment that convopt can; a second one's symbol gets a number."""
        segments: list[CodeSegment | OnnxSegment] = []
        for segment in model.segments:
            if isinstance(segment, OnnxSegment):
                segments.append(segment)
                continue
            number = sum(isinstance(one, CodeSegment) for one in segments)
            segments.append(self._segment(segment, f"{symbol}_{number}" if number else symbol))
        return Artifact(
            model.name,
            self.target.name,
            model.inputs,
            model.outputs,
            tuple(segments),
            model.partition,
            model.notes,
            _parameters(model),
        )

    def _segment(self, segment: CompiledSegment, symbol: str) -> CodeSegment:
        module = segment.module.clone()
        self._run(module, self.to_kernels)
        steps = kernel_steps(module)
        if self.is_stepped:
            add_stepped_entry(module)
        self._run(module, CODEGEN)
        code = Code(module, self.target, symbol)
        return CodeSegment(
            segment.input_names,
            segment.output_names,
            code.interface(),
            steps,
            self.is_stepped,
            code.header(),
            code.object(),
            code.weights(),
            code.parameter_map(),
        )

    def _run(self, module: ModuleOp, names: Sequence[str]) -> None:
        passes = passes_named(names, target=self.target_name)
        run_passes(module, passes, new_context(), self.observers)


def _parameters(model: Model) -> tuple[TensorSpec, ...]:
    """By number, from 0 on without a gap. Raises ConvoptError for a number that is not there."""
    shapes: dict[int, tuple[int, ...]] = {}
    for segment in model.segments:
        if isinstance(segment, CompiledSegment):
            shapes |= parameters_of(segment.module)
    missing = set(range(len(shapes))) - set(shapes)
    if missing:
        raise ConvoptError(
            f"expected parameters of the numbers 0 to {len(shapes) - 1}, "
            f"found none of {min(missing)}"
        )
    return tuple(TensorSpec(f"parameter{number}", shapes[number]) for number in sorted(shapes))
