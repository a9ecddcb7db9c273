"""Networks on an NVIDIA GPU: what a compiled one is on disk, and running it.

On the machine that compiles, `convopt[cuda]` (Apache TVM). On the machine that runs, cuda-python or
cupy, whichever fits its CUDA driver; nothing of both is imported before a GPU is asked for.
"""

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convopt.gpu.model import GpuModel


def load(path: str | PathLike[str], device: int = 0) -> "GpuModel":
    """The network that `convopt --emit=bundle -o NAME.json` wrote, on a GPU of this machine.

    Raises ConvoptError for files that are not what was written, and where no GPU can run it.
    """
    from pathlib import Path

    from convopt.backends.targets import gpu_target
    from convopt.backends.targets.cuda import CUDA
    from convopt.gpu.bundle import Bundle
    from convopt.gpu.find_device import find_device
    from convopt.gpu.model import GpuModel

    bundle = Bundle.read(Path(path))
    return GpuModel(bundle, find_device(device), gpu_target(f"{CUDA}:{device}"))
