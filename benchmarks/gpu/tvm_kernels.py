"""Functions of TVM's, scheduled, as CUDA kernels with what their launch takes."""

import hashlib
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from convopt.backends.tvm.lowering import import_tvm
from convopt.backends.tvm.program import Kernel
from convopt.benchmarks.gpu.built import KernelText
from convopt.errors import ConvoptError

_OPENING = 'extern "C" __global__'
_SUFFIX = "_ptr"
_DYNAMIC = "tirx.use_dyn_shared_memory"
_AXES = ("x", "y", "z")


@dataclass(frozen=True)
class TvmFunction:
    """A kernel, and where its parameters are among the function's: `order` of the first in terms of
    the second. `sizes`: of the function's parameters, in bytes."""

    text: KernelText
    order: tuple[int, ...]
    sizes: tuple[int, ...]


def cuda_target(compute_capability: str) -> Any:
    """What TVM finds out of itself on a machine with such a GPU."""
    fields = {
        "kind": "cuda",
        "arch": f"sm_{compute_capability.replace('.', '')}",
        "max_shared_memory_per_block": 48 * 1024,
        "max_threads_per_block": 1024,
        "thread_warp_size": 32,
    }
    return import_tvm().target.Target(fields, host="llvm")


def build_function(name: str, function: Any, target: Any) -> TvmFunction:
    """By TVM's default pipeline. The kernel is called after a digest of its text.

    Raises ConvoptError for a function that is more than one kernel, takes dynamic shared memory, or
    buffers beside its parameters.
    """
    tvm = import_tvm()
    from tvm.tirx.build import codegen_build, split_host_device_mods

    module = tvm.IRModule({name: function.with_attr("global_symbol", name)})
    module = tvm.tirx.transform.BindTarget(target)(module)
    lower, _, finalize = tvm.tirx.get_default_tir_pipeline(target)
    _, devices = split_host_device_mods(lower(module))
    ((device_target, device_module),) = devices.items()
    functions = list(device_module.functions.items())
    if len(functions) != 1:
        raise ConvoptError(f"{name}: expected one kernel of TVM's, found {len(functions)}")
    ((symbol, device_function),) = functions
    if _DYNAMIC in device_function.attrs["tirx.kernel_launch_params"]:
        raise ConvoptError(f"{name}: expected no dynamic shared memory in TVM's kernels")
    source = codegen_build(finalize()(device_module), device_target).inspect_source()
    names = [str(each.name) for each in function.params]
    parameters = [str(each.name).removesuffix(_SUFFIX) for each in device_function.params]
    unknown = set(parameters) - set(names)
    if unknown:
        raise ConvoptError(f"{name}: expected no buffers of TVM's own, found {min(unknown)}")
    sizes = tuple(_bytes_of(each) for each in function.params)
    text = _text(source, symbol.name_hint, tuple(parameters), _extents(device_function))
    return TvmFunction(text, tuple(names.index(each) for each in parameters), sizes)


def _bytes_of(parameter: Any) -> int:
    shape = [int(size) for size in parameter.ty.shape]
    return prod(shape) * np.dtype(str(parameter.ty.dtype)).itemsize


def _extents(device_function: Any) -> dict[str, int]:
    """By thread tag, such as blockIdx.x."""
    tvm = import_tvm()
    import tvm_ffi

    found: dict[str, int] = {}

    def visit(node: Any) -> None:
        if node.attr_key == "thread_extent":
            found[str(node.node.thread_tag)] = int(node.value)

    tvm_ffi.structural_walk(device_function.body, [(tvm.tirx.AttrStmt, visit)])
    return found


def _text(
    source: str, symbol: str, parameters: tuple[str, ...], extents: dict[str, int]
) -> KernelText:
    header, _, _ = source.partition(_OPENING)
    function = source[source.rindex(_OPENING) :].rstrip() + "\n"
    grid, block = (
        tuple(extents.get(f"{what}Idx.{axis}", 1) for axis in _AXES) for what in ("block", "thread")
    )
    digest = hashlib.sha256(f"{function.replace(symbol, '')}{grid}{block}".encode()).hexdigest()
    name = f"tvm_{digest[:12]}"
    kernel = Kernel(name, parameters, _three(grid), _three(block), 0)
    return KernelText(kernel, function.replace(f"{symbol}(", f"{name}("), header)


def _three(sizes: tuple[int, ...]) -> tuple[int, int, int]:
    x, y, z = sizes
    return x, y, z
