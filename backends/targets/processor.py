"""What Linux says of the processor."""

import platform
from functools import cache
from pathlib import Path

_FILE = Path("/proc/cpuinfo")
_IDENTITY = (
    "model name",
    "cpu family",
    "model",
    "stepping",
    "CPU implementer",
    "CPU variant",
    "CPU part",
    "CPU revision",
)
"""Lines that tell one kind of processor from another, on x86-64 and on AArch64."""


@cache
def processor_name() -> str:
    """For people: the model's name, where there is one."""
    return _fields(_FILE).get("model name") or platform.processor() or platform.machine()


@cache
def processor_identity() -> str:
    """The same text on equal processors, another on others."""
    fields = _fields(_FILE)
    known = [f"{name} {fields[name]}" for name in _IDENTITY if name in fields]
    return ", ".join(known) or f"{platform.machine()} {platform.processor()}"


def _fields(file: Path) -> dict[str, str]:
    """The first processor's lines; empty where there is no such file."""
    try:
        text = file.read_text()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.partition("\n\n")[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
