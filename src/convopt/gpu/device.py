"""What running a network needs of a GPU, whoever talks to it.

All work goes to one stream of the device's own, in order, so that runs never meet in the workspace;
`wait_for` and `hold` put it in order with the streams of other libraries.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from convopt.backends.tvm.program import Kernel
from convopt.errors import ConvoptError
from convopt.gpu.bundle import Bundle
from convopt.runtime.arguments import Array


class Memory(Protocol):
    """Bytes on the GPU, given back with the object; the address is a multiple of 256."""

    @property
    def address(self) -> int: ...


class Graph(Protocol):
    """Work that was recorded, to be started by one call."""

    def replay(self) -> None: ...


@dataclass(frozen=True)
class Image:
    """Code in a form that a device may be able to load."""

    kind: Literal["cubin", "ptx", "cuda"]
    data: bytes


class Device(Protocol):
    """One GPU. All calls but `name` and the like belong inside `with device.current():`."""

    @property
    def name(self) -> str: ...

    @property
    def ordinal(self) -> int: ...

    @property
    def compute_capability(self) -> str:
        """As "9.0"."""
        ...

    def current(self) -> AbstractContextManager[None]:
        """This GPU is the thread's current one inside the block."""
        ...

    def allocate(self, size: int) -> Memory:
        """At least 1 byte. Raises ConvoptError where memory is short."""
        ...

    def load(self, image: Image, kernels: Sequence[Kernel]) -> Mapping[str, Any]:
        """The functions of `kernels` by name, ready for their shared memory. ConvoptError."""
        ...

    def launch(self, function: Any, kernel: Kernel, addresses: Sequence[int]) -> None: ...

    def upload(self, address: int, array: Array) -> None:
        """From a dense array of the host, which must live until `synchronize`."""
        ...

    def download(self, array: Array, address: int) -> None:
        """Into a dense array of the host; its values are there after `synchronize`."""
        ...

    def copy(self, target: int, source: int, size: int) -> None:
        """Bytes from one place of the GPU to another."""
        ...

    def capture(self, work: Callable[[], None]) -> Graph:
        """Record what `work` launches; it does not run."""
        ...

    def wait_for(self, stream: int) -> None:
        """What follows here runs after all that `stream` (a cudaStream_t) has got so far."""
        ...

    def hold(self, stream: int) -> None:
        """What `stream` gets from now on runs after all that this device has got so far."""
        ...

    def synchronize(self) -> None:
        """Wait on the host. Raises ConvoptError for kernels that failed."""
        ...

    def milliseconds(self, work: Callable[[], None]) -> float:
        """How long the GPU takes for what `work` starts."""
        ...


def load_functions(device: Device, bundle: Bundle) -> Mapping[str, Any]:
    """The kernels of a bundle on a device: from nvcc's code for it, else from what can be compiled
    there.

    Raises ConvoptError for a GPU that is older than the code, and with all reasons when nothing
    loads.
    """
    check_capability(device, bundle.program.compute_capability, bundle.program.target)
    reasons = []
    for image in images(bundle, device.compute_capability):
        try:
            return device.load(image, bundle.program.kernels)
        except ConvoptError as error:
            reasons.append(f"{image.kind}: {error}")
    raise ConvoptError(f"'{bundle.name}' does not load on {device.name}: {'; '.join(reasons)}")


def images(bundle: Bundle, compute_capability: str) -> list[Image]:
    """The forms of a bundle's code that may run on a GPU, the quickest to load first.

    Machine code runs on GPUs of the same major version that are not older; PTX and CUDA text on
    all that are not older.
    """
    found = []
    ours, theirs = _version(bundle.program.compute_capability), _version(compute_capability)
    if bundle.cubin is not None and ours[0] == theirs[0]:
        found.append(Image("cubin", bundle.cubin))
    if bundle.ptx is not None:
        found.append(Image("ptx", bundle.ptx.encode()))
    return [*found, Image("cuda", bundle.cuda.encode())]


def check_capability(device: Device, needed: str, target: str) -> None:
    """Raise ConvoptError unless the device has at least the compute capability of code for
    `target`."""
    if _version(device.compute_capability) < _version(needed):
        raise ConvoptError(
            f"expected a GPU of compute capability {needed} or later to run code for {target}, "
            f"found {device.name} of {device.compute_capability}"
        )


def _version(compute_capability: str) -> tuple[int, int]:
    major, minor = compute_capability.split(".")
    return int(major), int(minor)
