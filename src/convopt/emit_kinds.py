"""What can be emitted of a model, and for which targets; light, for the command lines."""

from convopt.errors import ConvoptError

CPU_KINDS = ("llvm", "assembly", "object", "header")
GPU_KINDS = ("tvmscript", "cuda", "ptx", "launches")
CODE_KINDS = (*CPU_KINDS, *GPU_KINDS, "weights")
"""What is made from IR; `weights` for both."""

KINDS = ("mlir", *CODE_KINDS)
BUNDLE = "bundle"
"""Several files for GPUs, so a kind of the command line alone."""

_HOST = "host"


def check_kind(kind: str, target: str | None) -> None:
    """Raise ConvoptError for code for CPUs with a GPU target and for the reverse.

    No target is the host. The description of a target is loaded only where it matters.
    """
    is_for_gpus = kind in (*GPU_KINDS, BUNDLE)
    if not is_for_gpus and kind not in CPU_KINDS:
        return
    name, found_gpu = target or _HOST, is_gpu(target)
    if is_for_gpus and not found_gpu:
        raise ConvoptError(
            f"expected a GPU target such as h200 for {kind}, found the CPU {name}, for which there "
            f"is {', '.join(CPU_KINDS)}"
        )
    if found_gpu and not is_for_gpus:
        raise ConvoptError(
            f"expected a CPU target for {kind}, found the GPU {name}, for which there is "
            f"{', '.join((*GPU_KINDS, BUNDLE))}"
        )


def is_gpu(target: str | None) -> bool:
    """Whether a target is a GPU; no target is the host."""
    if target is None or target == _HOST:
        return False
    from convopt.backends.targets import GpuTarget, load_target

    return isinstance(load_target(target), GpuTarget)
