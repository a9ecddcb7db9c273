"""The numbers of a report: plain data, sizes in bytes, times in seconds of one core."""

from dataclasses import dataclass

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.traffic import Traffic

MODEL_INPUTS = 0
"""Stands for the model's inputs among the numbers of kernels, which start at 1."""


@dataclass(frozen=True)
class TrafficBytes:
    """Bytes that a cache fetches, by what they are; `intermediate`: results that a next stage
    reads."""

    input: int = 0
    weights: int = 0
    intermediate: int = 0
    output: int = 0

    @staticmethod
    def of(elements: Traffic) -> "TrafficBytes":
        return TrafficBytes(*(FLOAT_BYTES * each for each in elements))

    @property
    def total(self) -> int:
        return self.input + self.weights + self.intermediate + self.output

    def __add__(self, other: "TrafficBytes") -> "TrafficBytes":
        return TrafficBytes(
            self.input + other.input,
            self.weights + other.weights,
            self.intermediate + other.intermediate,
            self.output + other.output,
        )


@dataclass(frozen=True)
class Costs:
    """What the memory model predicts for one run of a kernel: time, and traffic beyond caches."""

    seconds: float = 0.0
    beyond_l1: TrafficBytes = TrafficBytes()
    beyond_l2: TrafficBytes = TrafficBytes()

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(
            self.seconds + other.seconds,
            self.beyond_l1 + other.beyond_l1,
            self.beyond_l2 + other.beyond_l2,
        )


@dataclass(frozen=True)
class Layer:
    """An operation of the planned model, a kernel of its own or a stage of a fused module.

    `shapes` of the first operand and of the result. `bytes`: operands and result as they are
    stored, once. `tile`: the schedule in short, `schedule` as the IR has it. `reads`: numbers of
    the kernels whose results come in from outside a module.
    """

    name: str
    kind: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    macs: int
    bytes: int
    tile: str
    schedule: str
    reads: tuple[int, ...]
    costs: Costs


@dataclass(frozen=True)
class Kernel:
    """A kernel call: one layer, or the stages of a fused module, which has a name such as M1.

    `layer` is the whole; `unfused` what the stages would cost as kernels of their own, each with
    its own best schedule. `least_seconds`: what the roofline allows; 0 where nothing is known, as
    for a part in onnxruntime, which has no costs either.
    """

    number: int
    layer: Layer
    least_seconds: float
    module: str = ""
    stages: tuple[Layer, ...] = ()
    unfused: Costs | None = None
    measured_seconds: float | None = None
    remarks: tuple[str, ...] = ()
    in_onnxruntime: bool = False

    @property
    def seconds(self) -> float:
        """Measured, else predicted."""
        measured = self.measured_seconds
        return self.layer.costs.seconds if measured is None else measured

    @property
    def roofline_share(self) -> float:
        """The least time as part of the time it takes."""
        return self.least_seconds / self.seconds if self.seconds else 0.0

    @property
    def alone(self) -> Costs:
        """What its layers cost without fusion."""
        return self.layer.costs if self.unfused is None else self.unfused


@dataclass(frozen=True)
class RemarkRow:
    """What a pass said, and where."""

    kind: str
    pass_name: str
    location: str
    message: str


@dataclass(frozen=True)
class PhaseSeconds:
    """How long a pass, or another phase of compiling, took."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Tensor:
    """An input or output of the model; `shape` as text; `kernel` is the number of its maker."""

    name: str
    shape: str
    kernel: int


@dataclass(frozen=True)
class Totals:
    """Sums over the kernels; `measured_seconds` only where all of them were measured."""

    kernels: int
    modules: int
    macs: int
    planned: Costs
    unfused: Costs
    measured_seconds: float | None

    @property
    def saved_share(self) -> float:
        """Traffic beyond L2 that fusion avoids."""
        before = self.unfused.beyond_l2.total
        return 1 - self.planned.beyond_l2.total / before if before else 0.0


@dataclass(frozen=True)
class Roofs:
    """The target's limits for one core: GFLOP/s, and GB/s of what lies beyond L2 by level."""

    peak_gflops: float
    bandwidths: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Report:
    """All that a report shows. `target` and `versions`: names and texts in printing order."""

    model: str
    target_name: str
    target: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    partition: str
    notes: tuple[str, ...]
    roofs: Roofs
    kernels: tuple[Kernel, ...]
    phases: tuple[PhaseSeconds, ...]
    remarks: tuple[RemarkRow, ...]

    @property
    def modules(self) -> tuple[Kernel, ...]:
        """The fused ones."""
        return tuple(kernel for kernel in self.kernels if kernel.module)

    @property
    def is_measured(self) -> bool:
        return any(kernel.measured_seconds is not None for kernel in self.kernels)

    @property
    def totals(self) -> Totals:
        times = [kernel.measured_seconds for kernel in self.kernels]
        measured = [seconds for seconds in times if seconds is not None]
        return Totals(
            len(self.kernels),
            len(self.modules),
            sum(kernel.layer.macs for kernel in self.kernels),
            sum((kernel.layer.costs for kernel in self.kernels), Costs()),
            sum((kernel.alone for kernel in self.kernels), Costs()),
            sum(measured) if measured and len(measured) == len(times) else None,
        )
