"""Compiled models on disk, looked up before onnx or xDSL are imported.

The key of an entry is a digest of everything that the result depends on: the model's bytes (and
those of its external data), the shapes, the target's data, the options, the versions of convopt and
of the libraries that make code, and the size and time of change of each of convopt's own source
files, so that working on convopt never meets old results.
"""

import hashlib
import json
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from convopt.backends.targets import Target
from convopt.backends.targets.calibration import user_folder

DEFAULT_LIMIT_BYTES = 1 << 30

_SOURCE_PACKAGES = ("convopt", "convopt.convdialect", "convopt.passes", "convopt.backends")
_SOURCE_SUFFIXES = (".py", ".toml", ".ll", ".cuh")
_CODE_MAKERS = ("convopt", "xdsl", "llvmlite", "numpy")
_DIGEST_BYTES = 32
_SUFFIX = ".convopt"

# An entry `location = path` of TensorProto.external_data, as protobuf writes it.
_EXTERNAL_DATA = re.compile(rb"\x0a\x08location\x12([\x01-\x7f]|[\x80-\xff][\x01-\x7f])", re.DOTALL)


@dataclass(frozen=True)
class ModelCache:
    """Entries by key in one folder; the least recently used go when there are too many bytes."""

    folder: Path
    limit_bytes: int = DEFAULT_LIMIT_BYTES

    def load(self, key: str) -> bytes | None:
        """The entry, or None. An entry that is not what was stored is removed."""
        path = self._path(key)
        try:
            stored = path.read_bytes()
        except OSError:
            return None
        content = stored[_DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != stored[:_DIGEST_BYTES]:
            self.discard(key)
            return None
        _touch(path)
        return content

    def store(self, key: str, content: bytes) -> None:
        """Keep an entry; a cache that cannot be written is worth a warning, not an error."""
        path = self._path(key)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(hashlib.sha256(content).digest() + content)
            temporary.replace(path)
            self._shrink(keep=path)
        except OSError as error:
            message = f"compiled models are not kept in {self.folder}: {error.strerror}"
            warnings.warn(message, RuntimeWarning, stacklevel=2)
        finally:
            if self.folder.is_dir():
                temporary.unlink(missing_ok=True)

    def discard(self, key: str) -> None:
        """Remove an entry, if it is there."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"

    def _shrink(self, keep: Path) -> None:
        entries = [(path, path.stat()) for path in self.folder.glob(f"*{_SUFFIX}")]
        size = sum(status.st_size for _, status in entries)
        for path, status in sorted(entries, key=lambda entry: entry[1].st_mtime_ns):
            if size <= self.limit_bytes:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                size -= status.st_size


def user_cache() -> ModelCache:
    """The cache in CONVOPT_CACHE_DIR, else in the user's cache folder."""
    return ModelCache(user_folder())


def model_key(
    model: bytes,
    folder: Path | None,
    shapes: Mapping[str, Sequence[int]],
    target: Target,
    options: Mapping[str, object],
) -> str:
    """The key of a compiled model; `folder` is where its external data lie."""
    parts: dict[str, object] = {
        "model": hashlib.sha256(model).hexdigest(),
        "external": [_file_digest(path) for path in _external_files(model, folder)],
        "shapes": {name: list(shape) for name, shape in sorted(shapes.items())},
        "target": asdict(target),
        "options": dict(sorted(options.items())),
    }
    return artifact_key(parts)


def artifact_key(parts: Mapping[str, object]) -> str:
    """A key of what is made from `parts`, which JSON can write, by this version of convopt."""
    everything = {**parts, "versions": _versions(), "sources": source_digest()}
    return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()


@cache
def source_digest() -> str:
    """A digest of name, size and time of change of convopt's source files."""
    digest = hashlib.sha256()
    for path in sorted(_source_files()):
        status = os.stat(path)
        digest.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@cache
def _versions() -> tuple[str, ...]:
    return tuple(f"{package} {version(package)}" for package in _CODE_MAKERS)


def _source_files() -> Iterator[str]:
    for package in _SOURCE_PACKAGES:
        spec = find_spec(package)
        for root in (spec and spec.submodule_search_locations) or ():
            for folder, _, names in os.walk(root):
                yield from (
                    os.path.join(folder, name) for name in names if name.endswith(_SOURCE_SUFFIXES)
                )


def _external_files(model: bytes, folder: Path | None) -> list[Path]:
    """The files that hold a model's weights apart from it, each once."""
    if folder is None:
        return []
    names = set()
    for match in _EXTERNAL_DATA.finditer(model):
        size = match[1][0] if len(match[1]) == 1 else (match[1][0] & 0x7F) | (match[1][1] << 7)
        names.add(model[match.end() : match.end() + size])
    paths = (folder / os.fsdecode(name) for name in sorted(names) if b"\0" not in name)
    return [path for path in paths if path.is_file()]


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _touch(path: Path) -> None:
    """Mark an entry as used now; in a folder that others own, the order of use is lost."""
    try:
        os.utime(path)
    except PermissionError:
        return
