"""Targets by name or from a file."""

import difflib
import tomllib
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from convopt.backends.targets.cuda import CUDA, cuda_target, is_cuda
from convopt.backends.targets.description import CpuTarget, GpuTarget, Target
from convopt.convdialect.errors import ConvoptError

HOST = "host"

_FOLDER = Path(__file__).parent
_KINDS: dict[str, type[CpuTarget] | type[GpuTarget]] = {"cpu": CpuTarget, "gpu": GpuTarget}


def target_names() -> list[str]:
    """`host` and the shipped targets: names that `load_target` knows on every machine."""
    return [HOST, *sorted(path.stem for path in _FOLDER.glob("*.toml"))]


@lru_cache(maxsize=64)
def load_target(name_or_path: str) -> Target:
    """The target of a name, or described by a `.toml` file; `cuda` is the GPU of this machine.

    Raises ConvoptError for an unknown name (with the nearest known one), an unreadable file, keys
    that are missing, unknown, or of a wrong type or range, and a GPU that is not there.
    """
    if name_or_path == HOST:
        from convopt.backends.targets.host import host_target  # imports llvmlite

        return host_target()
    if is_cuda(name_or_path):
        return cuda_target(name_or_path, _shipped_gpus())
    if name_or_path in target_names():
        return read_target(_FOLDER / f"{name_or_path}.toml")
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        return read_target(Path(name_or_path))
    near = difflib.get_close_matches(name_or_path, [*target_names(), CUDA], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    known = ", ".join([*target_names(), CUDA])
    raise ConvoptError(
        f"expected a target, one of {known}, or the path of a .toml file, "
        f"found {name_or_path}{hint}"
    )


def cpu_target(name_or_path: str) -> CpuTarget:
    """As load_target, but ConvoptError for a GPU."""
    target = load_target(name_or_path)
    if not isinstance(target, CpuTarget):
        raise ConvoptError(f"expected a CPU target, found the GPU {target.name}")
    return target


def gpu_target(name_or_path: str) -> GpuTarget:
    """As load_target, but ConvoptError for a CPU."""
    target = load_target(name_or_path)
    if not isinstance(target, GpuTarget):
        raise ConvoptError(f"expected a GPU target, found the CPU {target.name}")
    return target


def read_target(path: Path) -> Target:
    """The target that a TOML file describes; its name is the file's unless a key says otherwise."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConvoptError(
            f"expected a readable target file, found {path}: {error.strerror}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConvoptError(f"expected a target file in TOML, found {path}: {error}") from error
    return target_from(data, path.stem, str(path))


def target_from(data: dict[str, Any], name: str, where: str) -> Target:
    """The target that a table of keys describes; `where` names the table in errors."""
    values = {"name": name, **data}
    kind = values.pop("kind", None)
    if kind not in _KINDS:
        raise ConvoptError(f"{where}: kind: expected one of {', '.join(_KINDS)}, found {kind}")
    wanted = {field.name: field.type for field in fields(_KINDS[kind])}
    missing = [key for key in wanted if key not in values]
    if missing:
        raise ConvoptError(f"{where}: expected the keys {', '.join(missing)}, found none of them")
    unknown = [key for key in values if key not in wanted]
    if unknown:
        raise ConvoptError(
            f"{where}: expected only the keys kind, {', '.join(wanted)}, found {', '.join(unknown)}"
        )
    return _KINDS[kind](
        **{
            key: _checked(values[key], of_type, f"{where}: {key}")
            for key, of_type in wanted.items()
        }
    )


def _shipped_gpus() -> list[GpuTarget]:
    targets = map(read_target, sorted(_FOLDER.glob("*.toml")))
    return [target for target in targets if isinstance(target, GpuTarget)]


def _checked(value: object, wanted: object, where: str) -> Any:
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        expected = getattr(wanted, "__name__", str(wanted))
        raise ConvoptError(f"{where}: expected {expected}, found {value!r}")
    return value
