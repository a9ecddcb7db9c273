"""A folder with code, weights and a C program that times them on a board without Python."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convopt.backends.llvm import emit_object
from convopt.backends.targets import CpuTarget
from convopt.benchmarks.board.cases import BufferLayout, Case
from convopt.benchmarks.board.numbers import CHECK_SEED, INPUT_SEED
from convopt.benchmarks.limits.loops import chains, peak_text
from convopt.errors import ConvoptError

_SHARED = ("bench.c", "bench.mk")
"""What every folder holds as it is, from beside this file."""


@dataclass
class Export:
    """The folder, which is complete after every case."""

    folder: Path
    target: CpuTarget
    _names: list[str] = field(default_factory=list, init=False)

    def begin(self) -> None:
        """Write what all cases share. Raises ConvoptError for a folder that has cases already."""
        if (self.folder / "cases").exists():
            raise ConvoptError(f"expected a new folder, found cases in {self.folder}")
        lanes, count = self.target.lanes, chains(self.target)
        sizes = _definitions(
            TARGET_NAME=_quoted(self.target.name),
            PEAK_LANES=lanes,
            PEAK_CHAINS=count,
            PEAK_STEP_FLOPS=2 * lanes * count,
            INPUT_SEED=f"{INPUT_SEED}u",
            CHECK_SEED=f"{CHECK_SEED}u",
        )
        for name in _SHARED:
            self._write(name, Path(__file__).with_name(name).read_bytes())
        self._write("target.h", sizes.encode())
        self._write("peak.o", emit_object(peak_text(self.target), self.target))
        self._write_makefile()

    def add(self, case: Case) -> None:
        """Write a case."""
        words = re.sub(r"\W+", "_", case.name).strip("_")
        name = f"{len(self._names) + 1:03}_{words}"
        segment = case.segment
        self._write(f"cases/{name}.o", segment.code)
        self._write(f"cases/{name}.h", segment.header.encode())
        self._write(f"cases/{name}.weights", segment.weights)
        self._write(f"cases/{name}.case.h", case_header(case, f"{name}.h").encode())
        self._names.append(name)
        self._write_makefile()

    def _write_makefile(self) -> None:
        self._write("Makefile", makefile(self.target.name, self._names).encode())

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise ConvoptError(f"cannot write {path}: {error.strerror}") from error


def makefile(target: str, cases: Sequence[str]) -> str:
    """The names of the cases, for bench.mk."""
    lines = " \\\n".join(f"  {case}" for case in cases)
    return (
        f"# Times convopt's code for {target} on this machine: `make`; bench.mk says more.\n"
        f"CASES := \\\n{lines}\n\ninclude bench.mk\n"
    )


def case_header(case: Case, code_header: str) -> str:
    """What bench.c has to know of a case."""
    definitions = _definitions(
        CASE_NAME=_quoted(case.name),
        CASE_KIND=_quoted(case.kind),
        CASE_MACS=f"{case.macs}.0",
        **_layout("INPUT", case.input),
        **_layout("OUTPUT", case.output),
        EXPECTED_SUM=repr(case.expected.sum),
        EXPECTED_SCALE=repr(case.expected.scale),
        TOLERANCE=repr(case.tolerance),
    )
    return f'#include "{code_header}"\n\n{definitions}'


def _layout(prefix: str, layout: BufferLayout) -> dict[str, object]:
    return {f"{prefix}_{name.upper()}": f"{size}u" for name, size in vars(layout).items()}


def _definitions(**values: object) -> str:
    return "".join(f"#define {name} {value}\n" for name, value in values.items())


def _quoted(text: str) -> str:
    """A C string. Names of layers and models have no commas, which would break the CSV."""
    safe = re.sub(r"[^ -~]|,", "?", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe}"'
