"""A static estimate of cycles by LLVM's machine code analyzer, where one is installed."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from convopt.backends.targets import CpuTarget

INSTALL_HINT = "no llvm-mca found: install LLVM's tools (Debian: llvm-22; conda: llvm-tools)"

_TRUSTED_MODELS = {
    "neoverse-n1": "neoverse-n1",
    "cortex-a76": "neoverse-n1",
    "cortex-a72": "cortex-a72",
    "neoverse-v1": "neoverse-v1",
}
"""LLVM's model for a core. LLVM gives the A76 the A57's model, with one FMA a cycle instead of two,
and the in-order cores models that are far off: those are left out."""

_VERSIONS = range(40, 13, -1)
_ITERATIONS = 200
_CYCLES = re.compile(r"^Total Cycles:\s+(\d+)", re.MULTILINE)
_QUAD = 4


@dataclass(frozen=True)
class Analyzer:
    """An installed llvm-mca, and the model it uses for a target."""

    program: str
    model: str
    version: str

    def cycles_per_quad_fma(self, instructions: Sequence[str], fma_lanes: int) -> float | None:
        """Cycles for each four multiply-adds when the instructions are repeated without end.

        None without multiply-adds, and for code that the analyzer does not know.
        """
        if not fma_lanes:
            return None
        done = subprocess.run(
            [
                self.program,
                "-mtriple=aarch64-linux-gnu",
                f"-mcpu={self.model}",
                f"-iterations={_ITERATIONS}",
            ],
            input="\n".join(instructions) + "\n",
            capture_output=True,
            text=True,
            check=False,
        )
        cycles = _CYCLES.search(done.stdout)
        if done.returncode or cycles is None:
            return None
        return int(cycles[1]) / _ITERATIONS / (fma_lanes / _QUAD)


def analyzer_for(target: CpuTarget) -> tuple[Analyzer | None, str]:
    """The analyzer for a target, and a line about it: its version, or why there is none."""
    program = _program()
    if program is None:
        return None, INSTALL_HINT
    model = _TRUSTED_MODELS.get(target.cpu)
    if model is None:
        return None, f"LLVM has no model of {target.cpu} that can be trusted"
    version = _version(program)
    limit = 1 / target.fma_ports
    line = f"llvm-mca {version}, model {model}; the FMA units allow {limit:g}"
    return Analyzer(program, model, version), line


@cache
def _program() -> str | None:
    """The newest llvm-mca on PATH."""
    names = [*(f"llvm-mca-{version}" for version in _VERSIONS), "llvm-mca"]
    return next((found for name in names if (found := shutil.which(name))), None)


@cache
def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"version (\S+)", said.stdout)
    return match[1] if match else "of unknown version"
