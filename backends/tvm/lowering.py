"""From TVMScript to CUDA or OpenCL text: TVM simplifies, vectorises and prints."""

from dataclasses import dataclass
from typing import Any, Literal

from convopt.convdialect.errors import ConvoptError

Language = Literal["cuda", "opencl"]

_CONFIG = {"tirx.UnrollLoop": {"explicit_unroll": False}}
"""Loops stay loops with a pragma: the CUDA compiler unrolls them, and the text stays readable."""
_SUFFIX = "_ptr"


@dataclass(frozen=True)
class LoweredKernel:
    """`name` of the device function, `parameters` by buffer name in its order, its `text` alone."""

    name: str
    parameters: tuple[str, ...]
    text: str


def lower(script: str, language: Language, compute_capability: str) -> LoweredKernel:
    """Lower the PrimFunc that a TVMScript text defines.

    Raises ConvoptError where TVM is missing.
    """
    tvm = import_tvm()
    from tvm.tirx.build import codegen_build, split_host_device_mods

    function = tvm.script.from_source(script)
    target = tvm.target.Target(_target(language, compute_capability), host="llvm")
    with tvm.transform.PassContext(opt_level=3, config=_CONFIG):
        module = tvm.IRModule({str(function.attrs["global_symbol"]): function})
        module = tvm.tirx.transform.BindTarget(target)(module)
        module = tvm.ir.transform.Sequential(_passes(tvm))(module)
        _, devices = split_host_device_mods(module)
        ((device_target, device_module),) = devices.items()
        device_module = tvm.tirx.transform.LowerIntrin()(device_module)
        built = codegen_build(device_module, device_target)
    ((symbol, device_function),) = device_module.functions.items()
    parameters = tuple(str(p.name).removesuffix(_SUFFIX) for p in device_function.params)
    return LoweredKernel(symbol.name_hint, parameters, _function(built.inspect_source(), language))


def import_tvm() -> Any:
    """The module tvm. Raises ConvoptError with the command that installs it."""
    try:
        import tvm
    except ImportError as error:
        raise ConvoptError(
            f"expected Apache TVM to write CUDA, found none ({error}): pip install 'convopt[cuda]'"
        ) from None
    return tvm


def _passes(tvm: Any) -> list[Any]:
    """What explicit threads, buffers and barriers need of TVM's default pipeline.

    Left out above all are ThreadSync, which would add barriers of its own and refuses loops inside
    of conditions, and CompactBufferAllocation, which does not see what the prelude's functions
    write.
    """
    s_tir, tirx = tvm.s_tir.transform, tvm.tirx.transform
    return [
        s_tir.ConvertBlocksToOpaque(),
        s_tir.UnifyThreadBinding(),
        s_tir.StmtSimplify(),
        s_tir.LowerOpaqueBlock(),
        tirx.FlattenBuffer(),
        tirx.NarrowDataType(32),
        tirx.VectorizeLoop(True),
        tirx.StorageRewrite(),
        tirx.UnrollLoop(),
        s_tir.RenormalizeSplitPattern(),
        tirx.StmtSimplify(),
        tirx.RemoveNoOp(),
        s_tir.RewriteUnsafeSelect(),
        tirx.CommonSubexprElim(),
        tirx.VerifyMemory(),
        tirx.AnnotateEntryFunc(),
        tirx.SplitHostDevice(),
        tirx.MakePackedAPI(),
    ]


def _target(language: Language, compute_capability: str) -> dict[str, str]:
    if language == "opencl":
        return {"kind": "opencl"}
    return {"kind": "cuda", "arch": f"sm_{compute_capability.replace('.', '')}"}


def _function(text: str, language: Language) -> str:
    """The function's definition, without the support code before it and its declaration."""
    opening = 'extern "C" __global__' if language == "cuda" else "__kernel"
    return text[text.rindex(opening) :].rstrip() + "\n"
