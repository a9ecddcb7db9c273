"""The folder that `convopt-bench gpu-bundle` wrote, as data."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 2
F32, TF32, F16 = "f32", "tf32", "f16"
"""Precisions: what is stored and multiplied."""
TVM = "tvm-dlight"
"""The variant that is TVM's own."""
STEP_KINDS = (
    *("Conv", "Clip", "Relu", "Gelu", "Add", "MaxPool", "GlobalAveragePool", "Flatten", "Gemm"),
)
"""What a graph may be made of; see the module `torch_graph`."""
DESCRIPTION = "bundle.json"
MAPS = "weights.maps"


class BundleError(Exception):
    """A folder that is not what was written, or lacks what was asked for; one line."""


@dataclass(frozen=True)
class Kernel:
    """A function of the machine code in `file`."""

    name: str
    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    shared_bytes: int
    file: str


@dataclass(frozen=True)
class Launch:
    """One kernel run. `arguments`: space and offset in bytes, or number of an input or output.

    `bytes`: what the model says is moved between global and shared memory. `once_bytes`: all
    buffers once; `written_bytes` of these are the result, 0 for a kernel without a model.
    """

    kernel: str
    arguments: tuple[tuple[str, int], ...]
    kind: str
    location: str
    macs: int
    bytes: int
    once_bytes: int
    written_bytes: int


@dataclass(frozen=True)
class WeightMap:
    """Where the packed weights come from: `offset` and `size` of the map in its file, which has a
    number for each element.

    `runs`: how many elements of which kind (f32, f16) follow each other. `literals`: numbers that
    are no weights, such as bounds.
    """

    offset: int
    size: int
    runs: tuple[tuple[int, str], ...]
    literals: tuple[float, ...]

    @property
    def elements(self) -> int:
        return sum(count for count, _ in self.runs)


@dataclass(frozen=True)
class Variant:
    """One way to compute a case: `planned`, `apart`, `fused`, `sample NN`, or TVM's.

    `precision`: what is stored and multiplied, such as f32; with f16, input and result are f16,
    too. `plan`: the schedules, in words. `predicted_us`: the planner's own reckoning, None where it
    has none.
    """

    name: str
    precision: str
    plan: tuple[str, ...]
    launches: tuple[Launch, ...]
    workspace_bytes: int
    weights: WeightMap
    predicted_us: float | None

    @property
    def is_fused(self) -> bool:
        """Whether a kernel holds several layers."""
        return any(launch.kind in FUSED_KINDS for launch in self.launches)

    @property
    def is_ours(self) -> bool:
        return self.name != TVM


FUSED_KINDS = ("pwdw", "dwpw", "pwpw", "pwdwpw")


@dataclass(frozen=True)
class Case:
    """What is computed. `kind`: pair, layer or network; `group`: what means are taken over.

    `graph`: inputs, output, constants and steps, see the module `torch_graph`. `count`: how often
    the network has it.
    """

    name: str
    kind: str
    group: str
    batch: int
    count: int
    macs: int
    graph: Mapping[str, Any]
    variants: tuple[Variant, ...]

    @property
    def key(self) -> str:
        return f"{self.group}: {self.name} x{self.batch}"

    def variant(self, name: str, precision: str = F32) -> Variant | None:
        wanted = (name, precision)
        return next((each for each in self.variants if (each.name, each.precision) == wanted), None)

    def variants_of(self, names: Sequence[str], precision: str = F32) -> list[Variant]:
        """Those of the names that there are."""
        found = (self.variant(name, precision) for name in names)
        return [each for each in found if each is not None]


@dataclass(frozen=True)
class Bundle:
    """All of it; `made` says of what versions."""

    folder: Path
    target: str
    compute_capability: str
    made: Mapping[str, str]
    kernels: Mapping[str, Kernel]
    cases: tuple[Case, ...]

    @staticmethod
    def read(folder: Path) -> "Bundle":
        """Raises BundleError for a folder that is not one."""
        try:
            fields = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
            if fields["format"] != FORMAT:
                raise BundleError(f"expected format {FORMAT}, found {fields['format']}")
            return Bundle(
                folder,
                fields["target"],
                fields["compute_capability"],
                fields["made"],
                {name: _kernel(name, each) for name, each in fields["kernels"].items()},
                tuple(_case(each) for each in fields["cases"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleError(
                f"{folder}: expected a folder that `convopt-bench gpu-bundle` wrote: {error!r}"
            ) from error

    def code(self, file: str) -> bytes:
        """Machine code."""
        return (self.folder / file).read_bytes()

    def weight_map(self, variant: Variant) -> npt.NDArray[np.int32]:
        """For each element of the packed weights, 1 + its place among the case's constants and the
        variant's literals in a row; 0 for a zero."""
        place = variant.weights
        content = self._maps[place.offset : place.offset + place.size]
        return unpack_map(content, place.elements)

    @cached_property
    def _maps(self) -> bytes:
        return (self.folder / MAPS).read_bytes()


def pack_map(indices: npt.NDArray[np.int32]) -> bytes:
    """Differences are the same again and again, so that they take little."""
    steps = np.diff(indices, prepend=np.int32(0)).astype("<i4")
    return zlib.compress(steps.tobytes(), 6)


def unpack_map(content: bytes, elements: int) -> npt.NDArray[np.int32]:
    """Raises BundleError for a map of another length."""
    steps = np.frombuffer(zlib.decompress(content), "<i4")
    if len(steps) != elements:
        raise BundleError(f"expected a map of {elements} elements, found {len(steps)}")
    return np.cumsum(steps, dtype=np.int32)


def _kernel(name: str, fields: Mapping[str, Any]) -> Kernel:
    grid, block = (tuple(map(int, fields[key])) for key in ("grid", "block"))
    return Kernel(name, _three(grid), _three(block), fields["shared_bytes"], fields["file"])


def _three(sizes: Sequence[int]) -> tuple[int, int, int]:
    x, y, z = sizes
    return x, y, z


def _case(fields: Mapping[str, Any]) -> Case:
    variants = tuple(_variant(each) for each in fields["variants"])
    return Case(**{**fields, "variants": variants})


def _variant(fields: Mapping[str, Any]) -> Variant:
    launches = tuple(
        Launch(**{**each, "arguments": tuple((space, at) for space, at in each["arguments"])})
        for each in fields["launches"]
    )
    found = fields["weights"]
    runs = tuple((count, element) for count, element in found["runs"])
    weights = WeightMap(found["offset"], found["size"], runs, tuple(found["literals"]))
    given = {**fields, "launches": launches, "weights": weights, "plan": tuple(fields["plan"])}
    return Variant(**given)
