"""The Python API: load, optimize, compile, emit.

This module imports neither xDSL nor onnx: a model that is in the cache must start at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING

from convopt.artifact import Artifact
from convopt.backends.targets import CpuTarget, cpu_target
from convopt.cache import ModelCache, model_key, user_cache
from convopt.collection import paused_collection
from convopt.errors import ConvoptError
from convopt.model import Model
from convopt.pass_observer import PassClock, PassObserver
from convopt.sources import ModelSource, Shapes, SourceBytes, mlir_text, read_source

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from convopt.passes.remarks import Remark
    from convopt.runtime.compiled_model import CompiledModel

CODE_KINDS = ("llvm", "assembly", "object", "header", "weights")


@dataclass(frozen=True)
class Plan:
    """A planned model: `module` at level 3, with layouts, tiles and fusion decided.

    `remarks` say what the passes did, what they left alone and why; `pass_seconds` how long each
    pass took.
    """

    model: Model
    target: CpuTarget
    remarks: "tuple[Remark, ...]" = field(repr=False)
    pass_seconds: tuple[tuple[str, float], ...] = field(repr=False)

    @property
    def module(self) -> "ModuleOp":
        """The IR. ConvoptError if onnxruntime runs a part of the model."""
        return self.model.module

    def report(self, path: str | PathLike[str]) -> None:
        """Write a page (`.html`) or the same numbers (`.json`) that show the plan and its costs.

        For the target `host` the plan is compiled and each kernel measured. Raises ConvoptError for
        another suffix and a path that cannot be written, before anything is measured.
        """
        from convopt.report.files import check_report_path, write_report
        from convopt.report.of_plan import report_of

        check_report_path(path)
        write_report(path, report_of(self))

    def __str__(self) -> str:
        from convopt.mlir_text import print_module

        return print_module(self.module, elide_larger_than=16)


def load(source: ModelSource, shapes: Shapes | None = None) -> Model:
    """The model at level 1.

    `shapes` fixes the shapes of inputs by name, where the model leaves them open. Raises
    ConvoptError for what is no model and for shapes that do not fit.
    """
    found = read_source(source)
    if found is None:
        return _loaded(source, shapes)
    return _load(found, shapes or {})


def optimize(source: ModelSource, target: str = "host", shapes: Shapes | None = None) -> Plan:
    """Simplify a model and decide layouts, tiles and fusion for a target.

    Raises ConvoptError if onnxruntime would have to run a part of the model.
    """
    from convopt.mlir_text import new_context
    from convopt.pass_manager import run_passes
    from convopt.pass_pipeline import named_pipeline
    from convopt.passes.remarks import collect

    model = load(source, shapes)
    model.require_complete()
    passes = [*named_pipeline("simplify"), *named_pipeline("plan", target=target)]
    clock = PassClock()
    with collect() as remarks:
        planned = model.changed(lambda module: run_passes(module, passes, new_context(), [clock]))
    return Plan(planned, cpu_target(target), tuple(remarks), tuple(clock.seconds))


def compile(
    source: ModelSource,
    target: str = "host",
    *,
    shapes: Shapes | None = None,
    threads: int = 1,
    cache: bool = True,
    observers: Sequence[PassObserver] = (),
) -> "CompiledModel":
    """Compile a model for this machine, as a function on NumPy arrays.

    `target` may name any CPU whose code this machine can run. The compiled model is kept in the
    user's cache unless `cache` is False. Raises ConvoptError.
    """
    from convopt.runtime.compiled_model import CompiledModel
    from convopt.runtime.host_check import check_runs_here

    description = cpu_target(target)
    check_runs_here(description)
    artifact = compiled_artifact(
        source, target, shapes=shapes, is_stepped=True, cache=cache, observers=observers
    )
    return CompiledModel(artifact, description, threads=threads)


def emit(
    source: ModelSource,
    target: str = "host",
    kind: str = "object",
    *,
    shapes: Shapes | None = None,
    symbol: str | None = None,
) -> str | bytes:
    """The model as text (`mlir`: level 3; `llvm`, `assembly`, `header`) or bytes (`object`,
    `weights`).

    `symbol` is the prefix of the names in code; by default it is made from the model's name. Raises
    ConvoptError for an unknown kind, and if onnxruntime would have to run a part of the model.
    """
    from convopt.suggestions import did_you_mean

    kinds = ("mlir", *CODE_KINDS)
    if kind not in kinds:
        raise ConvoptError(
            f"expected a kind out of {', '.join(kinds)}, found '{kind}'{did_you_mean(kind, kinds)}"
        )
    if kind == "mlir":
        from convopt.mlir_text import print_module

        return print_module(optimize(source, target, shapes).module)
    return _emit_code(load(source, shapes), target, kind, symbol)


def compiled_artifact(
    source: ModelSource,
    target: str,
    *,
    shapes: Shapes | None = None,
    symbol: str | None = None,
    is_stepped: bool = False,
    must_be_complete: bool = False,
    cache: bool = True,
    observers: Sequence[PassObserver] = (),
) -> Artifact:
    """The compiled model, from the cache where it is there, which it is afterwards.

    With `must_be_complete`, a model of which onnxruntime would run a part is an error.
    """
    found = read_source(source)
    description = cpu_target(target)
    key = None
    store = user_cache()
    if found is not None and cache:
        options = {
            "symbol": symbol,
            "is_stepped": is_stepped,
            "must_be_complete": must_be_complete,
            "name": found.name,
        }
        key = model_key(found.data, found.folder, shapes or {}, description, options)
        known = load_artifact(store, key)
        if known is not None:
            return known
    from convopt.build import Builder
    from convopt.emission import check_symbol, symbol_of

    model = _loaded(source, shapes) if found is None else _load(found, shapes or {})
    if must_be_complete:
        model.require_complete()
    name = symbol_of(model.name) if symbol is None else check_symbol(symbol)
    builder = Builder(description, target, is_stepped, observers)
    artifact = builder.build(model, name)
    if key is not None:
        store.store(key, artifact.to_bytes())
    return artifact


def load_artifact(store: ModelCache, key: str) -> Artifact | None:
    """A compiled model from the cache; an entry that cannot be read is removed."""
    content = store.load(key)
    if content is None:
        return None
    try:
        return Artifact.from_bytes(content)
    except (ValueError, KeyError, TypeError):
        store.discard(key)
        return None


def _load(source: SourceBytes, shapes: Shapes) -> Model:
    if source.is_onnx:
        from convopt.frontends.onnx import load_onnx

        return load_onnx(source.file if source.folder else source.data, shapes)
    if shapes:
        raise ConvoptError("expected shapes only for ONNX models: MLIR text says its own")
    from convopt.frontends.mlir import load_mlir

    return load_mlir(mlir_text(source.data, source.file), source.file, source.name)


def _loaded(source: ModelSource, shapes: Shapes | None) -> Model:
    if shapes:
        raise ConvoptError("expected shapes only for a model that is not loaded yet")
    if isinstance(source, Model):
        return source
    from xdsl.dialects.builtin import ModuleOp

    from convopt.frontends.mlir import model_of_module

    if not isinstance(source, ModuleOp):
        raise ConvoptError(f"expected a builtin.module, found {type(source).__name__}")
    return model_of_module(source)


@paused_collection()
def _emit_code(model: Model, target: str, kind: str, symbol: str | None) -> str | bytes:
    from convopt.emission import Code, check_symbol, symbol_of
    from convopt.mlir_text import new_context
    from convopt.pass_manager import run_passes
    from convopt.pass_pipeline import named_pipeline

    module = model.module.clone()
    run_passes(module, named_pipeline("default", target=target), new_context())
    name = symbol_of(model.name) if symbol is None else check_symbol(symbol)
    return Code(module, cpu_target(target), name).emit(kind)
