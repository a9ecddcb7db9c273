"""Arrays that users hand to a network on a GPU: NumPy's, torch's and cupy's.

Arrays on the GPU are read where they are (`__cuda_array_interface__`), and what comes back is of
the same kind. Neither library is imported here: who has an array has its library.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from convopt.errors import ConvoptError
from convopt.model import TensorSpec
from convopt.runtime.arguments import check_array, check_out


class GpuArrays(Protocol):
    """One library's arrays on the GPU."""

    def dtype(self, array: Any) -> str:
        """NumPy's name."""
        ...

    def ordinal(self, array: Any) -> int | None:
        """The GPU it is on; None for an array on the host."""
        ...

    def dense(self, array: Any) -> Any:
        """The array itself, or a copy on the GPU, row-major."""
        ...

    def is_dense(self, array: Any) -> bool: ...

    def empty(self, shape: Sequence[int], dtype: str, ordinal: int) -> Any: ...

    def stream(self, ordinal: int) -> int:
        """The cudaStream_t that the library gives work to at the moment."""
        ...


class TorchTensors:
    """torch.Tensor on a CUDA device."""

    def dtype(self, array: Any) -> str:
        return str(array.dtype).removeprefix("torch.")

    def ordinal(self, array: Any) -> int | None:
        return int(array.device.index) if array.is_cuda else None

    def dense(self, array: Any) -> Any:
        return array.detach().contiguous()

    def is_dense(self, array: Any) -> bool:
        return bool(array.is_contiguous()) and not array.requires_grad

    def empty(self, shape: Sequence[int], dtype: str, ordinal: int) -> Any:
        torch = sys.modules["torch"]
        kind = getattr(torch, dtype)
        return torch.empty(tuple(shape), dtype=kind, device=f"cuda:{ordinal}")

    def stream(self, ordinal: int) -> int:
        return int(sys.modules["torch"].cuda.current_stream(ordinal).cuda_stream)


class CupyArrays:
    """cupy.ndarray."""

    def dtype(self, array: Any) -> str:
        return str(array.dtype)

    def ordinal(self, array: Any) -> int | None:
        return int(array.device.id)

    def dense(self, array: Any) -> Any:
        return sys.modules["cupy"].ascontiguousarray(array)

    def is_dense(self, array: Any) -> bool:
        return bool(array.flags.c_contiguous)

    def empty(self, shape: Sequence[int], dtype: str, ordinal: int) -> Any:
        cupy = sys.modules["cupy"]
        with cupy.cuda.Device(ordinal):
            return cupy.empty(tuple(shape), dtype)

    def stream(self, ordinal: int) -> int:
        return int(sys.modules["cupy"].cuda.get_current_stream(ordinal).ptr)


_LIBRARIES: Mapping[str, GpuArrays] = {"torch": TorchTensors(), "cupy": CupyArrays()}


def library_of(arrays: Iterable[tuple[str, object]]) -> GpuArrays | None:
    """Whose arrays these are; None for NumPy's. Raises ConvoptError for others and for a mixture.

    Each array with the name of the input or output that it is for.
    """
    kinds = [(name, _kind(name, array)) for name, array in arrays]
    if len({kind for _, kind in kinds}) > 1:
        found = ", ".join(f"'{name}' of {kind}" for name, kind in kinds)
        raise ConvoptError(f"expected arrays of one library, found {found}")
    return _LIBRARIES.get(kinds[0][1]) if kinds else None


def check_gpu_array(
    library: GpuArrays, spec: TensorSpec, array: Any, kind: str, ordinal: int
) -> None:
    """Raise ConvoptError unless the array has the type and shape, and is on the GPU `ordinal`."""
    where = library.ordinal(array)
    if where != ordinal:
        found = "one on the host" if where is None else f"one on cuda:{where}"
        raise ConvoptError(
            f"{kind} '{spec.name}': expected an array on cuda:{ordinal}, found {found}"
        )
    if library.dtype(array) != spec.dtype:
        raise ConvoptError(
            f"{kind} '{spec.name}': expected {spec.dtype}, found {library.dtype(array)}"
        )
    if tuple(array.shape) != spec.shape:
        found = "x".join(map(str, array.shape)) or "scalar"
        raise ConvoptError(
            f"{kind} '{spec.name}': expected the shape {spec.shape_text}, found {found}"
        )


def check_input(library: GpuArrays | None, spec: TensorSpec, array: Any, ordinal: int) -> None:
    """Raise ConvoptError unless `array` can be an input."""
    if library is None:
        check_array(spec, array, "input")
    else:
        check_gpu_array(library, spec, array, "input", ordinal)


def check_output(library: GpuArrays | None, spec: TensorSpec, array: Any, ordinal: int) -> None:
    """Raise ConvoptError unless a result can be written into `array` as it lies."""
    if library is None:
        check_out(spec, array)
        return
    check_gpu_array(library, spec, array, "output", ordinal)
    if not library.is_dense(array):
        raise ConvoptError(f"output '{spec.name}': expected a row-major array without gradient")


def gpu_address(array: Any) -> int:
    """Where a dense array on the GPU begins."""
    address: int = array.__cuda_array_interface__["data"][0]
    return address


def _kind(name: str, array: object) -> str:
    if isinstance(array, np.ndarray):
        return "numpy"
    package = type(array).__module__.partition(".")[0]
    if package in _LIBRARIES and hasattr(array, "shape"):
        return package
    raise ConvoptError(
        f"'{name}': expected a NumPy array, a CUDA tensor of torch or a cupy array, "
        f"found {type(array).__name__}"
    )
