"""A network as kernel launches: what is left of it when the GPU runs it.

Nothing here imports xDSL or TVM: a compiled network is loaded without either.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from convopt.convdialect.errors import ConvoptError

Extent3 = tuple[int, int, int]
"""x, y, z."""
Space = Literal["input", "output", "weights", "workspace"]

FORMAT = 1
"""Of the JSON; a reader refuses others."""


@dataclass(frozen=True)
class Kernel:
    """A distinct kernel. `parameters` are its buffers in the order of the CUDA function's.

    `shared_bytes` is the dynamic shared memory that a launch asks for.
    """

    name: str
    parameters: tuple[str, ...]
    grid: Extent3
    block: Extent3
    shared_bytes: int


@dataclass(frozen=True)
class Argument:
    """Where a parameter's buffer lies.

    `offset`: bytes into the weights or the workspace; the index of an input or output.
    """

    space: Space
    offset: int


@dataclass(frozen=True)
class Launch:
    """One kernel run, in order of execution; `arguments` follow the kernel's parameters.

    `location` is the place in the model, `macs` counts multiply-adds, `bytes` those of all buffers,
    each once.
    """

    kernel: str
    arguments: tuple[Argument, ...]
    kind: str
    location: str
    macs: int
    bytes: int


@dataclass(frozen=True)
class DeviceTensor:
    """An input or output as the user sees it: row-major."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class DeviceProgram:
    """All launches of a network over one workspace; sources and packed weights travel beside it."""

    symbol: str
    target: str
    compute_capability: str
    inputs: tuple[DeviceTensor, ...]
    outputs: tuple[DeviceTensor, ...]
    kernels: tuple[Kernel, ...]
    launches: tuple[Launch, ...]
    workspace_bytes: int
    weights_bytes: int

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n"

    @staticmethod
    def from_json(text: str) -> "DeviceProgram":
        """Raises ConvoptError for anything else than what `to_json` writes."""
        try:
            fields = json.loads(text)
            found = fields.pop("format")
            if found != FORMAT:
                raise ConvoptError(f"launch data: expected format {FORMAT}, found {found}")
            return _program(fields)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConvoptError(
                f"launch data: expected JSON as convopt writes it, found {error!r}"
            ) from None


def _program(fields: dict[str, Any]) -> DeviceProgram:
    for name in ("inputs", "outputs"):
        fields[name] = tuple(
            DeviceTensor(**{**each, "shape": tuple(each["shape"])}) for each in fields[name]
        )
    fields["kernels"] = tuple(
        Kernel(
            each["name"],
            tuple(each["parameters"]),
            _extent(each["grid"]),
            _extent(each["block"]),
            each["shared_bytes"],
        )
        for each in fields["kernels"]
    )
    fields["launches"] = tuple(
        Launch(**{**each, "arguments": tuple(Argument(**one) for one in each["arguments"])})
        for each in fields["launches"]
    )
    return DeviceProgram(**fields)


def _extent(sizes: list[int]) -> Extent3:
    x, y, z = sizes
    return x, y, z
