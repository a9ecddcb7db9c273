"""Targets for tests: those whose code runs here, and some that no machine has."""

import json
import platform
from dataclasses import asdict
from pathlib import Path

from convopt.backends.targets import cpu_target
from convopt.backends.targets.host import host_target


def runnable_targets() -> list[str]:
    """Every shipped target whose code this machine can run."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return ["host"]
    return ["host", *(["x86-64-v3"] if host_target().lanes == 16 else [])]


def pretended(
    folder: Path, name: str, lanes: int | None = None, vector_registers: int | None = None
) -> str:
    """The path of a target like `name`, but with other vector registers.

    Of the machine's registers, the code may still use all: their number is what plans assume.
    """
    given = {"lanes": lanes, "vector_registers": vector_registers}
    changes = {key: value for key, value in given.items() if value is not None}
    values = {**asdict(cpu_target(name)), **changes, "kind": "cpu"}
    path = folder / "-".join([name, *(f"{key}-{value}" for key, value in changes.items())])
    path = path.with_name(f"{path.name}.toml")
    path.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
    return str(path)
