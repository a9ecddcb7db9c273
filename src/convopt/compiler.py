"""The Python API: load, optimize, compile, emit.

This module imports neither xDSL nor onnx: a model that is in the cache must start at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Protocol, TypeVar

from convopt.artifact import Artifact
from convopt.backends.targets import GpuTarget, Target, cpu_target, gpu_target, load_target
from convopt.cache import ModelCache, model_key, user_cache
from convopt.collection import paused_collection
from convopt.emit_kinds import KINDS, check_kind
from convopt.errors import ConvoptError
from convopt.frontends.torch import is_exported, load_exported
from convopt.model import Model
from convopt.pass_observer import PassClock, PassObserver
from convopt.precision import F32, check_precision
from convopt.sources import ModelSource, Shapes, SourceBytes, mlir_text, read_source

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from convopt.gpu.bundle import Bundle
    from convopt.gpu.model import GpuModel
    from convopt.passes.remarks import Remark
    from convopt.runtime.compiled_model import CompiledModel


@dataclass(frozen=True)
class Plan:
    """A planned model: `module` at level 3, with layouts, tiles and fusion decided.

    `remarks` say what the passes did, what they left alone and why; `pass_seconds` how long each
    pass took.
    """

    model: Model
    target: Target
    remarks: "tuple[Remark, ...]" = field(repr=False)
    pass_seconds: tuple[tuple[str, float], ...] = field(repr=False)

    @property
    def module(self) -> "ModuleOp":
        """The IR. ConvoptError if onnxruntime runs a part of the model."""
        return self.model.module

    def report(self, path: str | PathLike[str]) -> None:
        """Write a page (`.html`) or the same numbers (`.json`) that show the plan and its costs.

        For the target `host` the plan is compiled and each kernel measured. Raises ConvoptError for
        a GPU, for another suffix and a path that cannot be written, before anything is measured.
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


def optimize(
    source: ModelSource,
    target: str = "host",
    shapes: Shapes | None = None,
    *,
    precision: str = F32,
) -> Plan:
    """Simplify a model and decide layouts, tiles and fusion for a target.

    `precision`, for GPUs: `f32`, `tf32` (tensor cores may round factors to ten bits) or `f16`
    (activations and filters are stored so; sums are f32). Raises ConvoptError if onnxruntime would
    have to run a part of the model.
    """
    from convopt.by_target import planning_passes
    from convopt.mlir_text import new_context
    from convopt.pass_manager import run_passes
    from convopt.passes.remarks import collect

    model = load(source, shapes)
    model.require_complete()
    passes = planning_passes(target, precision)
    clock = PassClock()
    with collect() as remarks:
        planned = model.changed(lambda module: run_passes(module, passes, new_context(), [clock]))
    return Plan(planned, load_target(target), tuple(remarks), tuple(clock.seconds))


def compile(
    source: ModelSource,
    target: str = "host",
    *,
    shapes: Shapes | None = None,
    threads: int = 1,
    precision: str = F32,
    cache: bool = True,
    observers: Sequence[PassObserver] = (),
) -> "CompiledModel | GpuModel":
    """Compile a model for this machine, as a function on arrays.

    `target` may name any CPU whose code this machine can run, for which `threads` counts, or a GPU:
    `cuda` is the one of this machine (`cuda:1` the second), h200 and the like a kind that this one
    must be or follow. `precision`, for GPUs, is as in `optimize`; inputs and results are f32 in
    all. The compiled model is kept in the user's cache unless `cache` is False. Raises
    ConvoptError.
    """
    description = load_target(target)
    check_precision(precision, description)
    if isinstance(description, GpuTarget):
        from convopt.gpu.find_device import device_for
        from convopt.gpu.model import GpuModel

        device = device_for(description, target)
        bundle = compiled_bundle(
            source,
            target,
            shapes=shapes,
            precision=precision,
            with_ptx=False,
            cache=cache,
            observers=observers,
        )
        return GpuModel(bundle, device, description)
    from convopt.runtime.compiled_model import CompiledModel
    from convopt.runtime.host_check import check_runs_here

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
    precision: str = F32,
) -> str | bytes:
    """The model as text or bytes.

    For all targets `mlir` (level 3) and `weights`; for CPUs `llvm`, `assembly`, `header`, and
    `object` (bytes); for GPUs `tvmscript`, `cuda`, `ptx`, and `launches` (JSON). `symbol` is the
    prefix of the names in code; by default it is made from the model's name. `precision`, for GPUs,
    is as in `optimize`. Raises ConvoptError for an unknown kind and one that the target does not
    have, and if onnxruntime would have to run a part of the model.
    """
    from convopt.suggestions import did_you_mean

    if kind not in KINDS:
        raise ConvoptError(
            f"expected a kind out of {', '.join(KINDS)}, found '{kind}'{did_you_mean(kind, KINDS)}"
        )
    check_kind(kind, target)
    check_precision(precision, load_target(target))
    if kind == "mlir":
        from convopt.mlir_text import print_module

        return print_module(optimize(source, target, shapes, precision=precision).module)
    return _emit_code(load(source, shapes), target, kind, symbol, precision)


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
    description = cpu_target(target)
    options = {
        "symbol": symbol,
        "is_stepped": is_stepped,
        "must_be_complete": must_be_complete,
    }

    def build(model: Model) -> Artifact:
        from convopt.build import Builder

        if must_be_complete:
            model.require_complete()
        builder = Builder(description, target, is_stepped, observers)
        return builder.build(model, _symbol(model, symbol))

    return _kept(
        source, shapes, description, options if cache else None, Artifact.from_bytes, build
    )


def compiled_bundle(
    source: ModelSource,
    target: str,
    *,
    shapes: Shapes | None = None,
    symbol: str | None = None,
    precision: str = F32,
    with_ptx: bool = True,
    cache: bool = True,
    observers: Sequence[PassObserver] = (),
) -> "Bundle":
    """The model compiled for a GPU, from the cache where it is there, which it is afterwards.

    Raises ConvoptError for a CPU, a precision that the GPU does not have, and for a model of which
    onnxruntime would run a part.
    """
    from convopt.gpu.bundle import Bundle
    from convopt.gpu.compilers import compilers

    description = gpu_target(target)
    check_precision(precision, description)
    options = {
        "symbol": symbol,
        "precision": precision,
        "with_ptx": with_ptx,
        "compilers": compilers(),
    }

    def build(model: Model) -> Bundle:
        from convopt.by_target import planning_passes
        from convopt.gpu.build import build_bundle

        model.require_complete()
        passes = planning_passes(target, precision)
        name = _symbol(model, symbol)
        return build_bundle(model, description, passes, name, observers, with_ptx=with_ptx)

    return _kept(source, shapes, description, options if cache else None, Bundle.from_bytes, build)


def load_artifact(store: ModelCache, key: str) -> Artifact | None:
    """A compiled model from the cache; an entry that cannot be read is removed."""
    return _stored(store, key, Artifact.from_bytes)


class _Keepable(Protocol):
    def to_bytes(self) -> bytes: ...


_Kept = TypeVar("_Kept", bound=_Keepable)


def _kept(
    source: ModelSource,
    shapes: Shapes | None,
    target: Target,
    options: Mapping[str, object] | None,
    read: Callable[[bytes], _Kept],
    build: Callable[[Model], _Kept],
) -> _Kept:
    """What `build` makes of a model, from the cache where it is there, which it is afterwards.

    `options` is what it depends on beside model, shapes and target; None: no cache.
    """
    found = read_source(source)
    if found is None:
        return build(_loaded(source, shapes))
    if options is None:
        return build(_load(found, shapes or {}))
    store = user_cache()
    of_all = {**options, "name": found.name}
    key = model_key(found.data, found.folder, shapes or {}, target, of_all)
    known = _stored(store, key, read)
    if known is not None:
        return known
    built = build(_load(found, shapes or {}))
    store.store(key, built.to_bytes())
    return built


def _stored(store: ModelCache, key: str, read: Callable[[bytes], _Kept]) -> _Kept | None:
    content = store.load(key)
    if content is None:
        return None
    try:
        return read(content)
    except (ValueError, KeyError, TypeError, ConvoptError):
        store.discard(key)
        return None


def _symbol(model: Model, given: str | None) -> str:
    from convopt.emission import check_symbol, symbol_of

    return symbol_of(model.name) if given is None else check_symbol(given)


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
        raise ConvoptError("expected shapes only for ONNX models: this one says its own")
    if isinstance(source, Model):
        return source
    if is_exported(source):
        return load_exported(source)
    from xdsl.dialects.builtin import ModuleOp

    from convopt.frontends.mlir import model_of_module

    if not isinstance(source, ModuleOp):
        raise ConvoptError(f"expected a builtin.module, found {type(source).__name__}")
    return model_of_module(source)


@paused_collection()
def _emit_code(
    model: Model, target: str, kind: str, symbol: str | None, precision: str
) -> str | bytes:
    from convopt.by_target import code_of, code_passes
    from convopt.mlir_text import new_context
    from convopt.pass_manager import run_passes

    module = model.module.clone()
    run_passes(module, code_passes(target, precision), new_context())
    return code_of(module, load_target(target), _symbol(model, symbol)).emit(kind)
