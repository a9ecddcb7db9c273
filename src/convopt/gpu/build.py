"""From a loaded model to a bundle."""

from collections.abc import Sequence

from xdsl.passes import ModulePass

from convopt.backends.targets import GpuTarget
from convopt.collection import paused_collection
from convopt.gpu.bundle import Bundle
from convopt.gpu.emission import GpuCode
from convopt.mlir_text import new_context
from convopt.model import Model
from convopt.pass_manager import run_passes
from convopt.pass_observer import PassObserver


@paused_collection()
def build_bundle(
    model: Model,
    target: GpuTarget,
    passes: Sequence[ModulePass],
    symbol: str,
    observers: Sequence[PassObserver] = (),
    *,
    with_ptx: bool = True,
) -> Bundle:
    """Compile a model for a GPU. `passes` plan it.

    Raises ConvoptError for a model of which onnxruntime would run a part: it has no place there.
    """
    module = model.module.clone()
    run_passes(module, passes, new_context(), observers)
    code = GpuCode(module, target, symbol)
    nodes = model.partition.compiled_nodes
    return code.bundle(model.name, nodes, model.notes, with_ptx=with_ptx)
