"""A variant as CUDA text and launches, before it becomes part of a bundle."""

from dataclasses import dataclass

from convopt.backends.tvm.program import Kernel
from convopt.benchmarks.gpu.on_device.bundle import Launch


@dataclass(frozen=True)
class KernelText:
    """A kernel and its CUDA text, without `header`, which it shares with others of its maker."""

    kernel: Kernel
    text: str
    header: str


@dataclass(frozen=True)
class PackedNumbers:
    """The packed weights as numbers: of a weight its place, counted from 1, behind the last weight
    those of `literals`. `runs`: how many of which kind (f32, f16) follow each other."""

    numbers: bytes
    runs: tuple[tuple[int, str], ...]
    literals: tuple[float, ...] = ()


@dataclass(frozen=True)
class BuiltVariant:
    """What `Variant` of a bundle says, but for the place of its weight map; and its kernels."""

    name: str
    precision: str
    plan: tuple[str, ...]
    launches: tuple[Launch, ...]
    workspace_bytes: int
    predicted_us: float | None
    weights: PackedNumbers
    kernels: tuple[KernelText, ...]
