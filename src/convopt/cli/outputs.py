"""Writing results: nothing is left behind, half or whole, when something fails."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from convopt.errors import ConvoptError

STDOUT = "-"


def check_writable(path: str) -> None:
    """Raise ConvoptError if it can be seen now that `path` cannot be written."""
    if path == STDOUT:
        return
    folder = Path(path).parent
    if Path(path).is_dir():
        raise ConvoptError(f"cannot write {path}: it is a directory")
    if not folder.is_dir():
        raise ConvoptError(f"cannot write {path}: there is no directory {folder}")
    writable = path if Path(path).exists() else folder
    if not os.access(writable, os.W_OK):
        raise ConvoptError(f"cannot write {path}: no permission")


def write(path: str, content: str | bytes) -> None:
    """Write one result to a file or to standard output (`-`)."""
    if path != STDOUT:
        write_files({Path(path): content})
        return
    data = _encoded(content)
    if isinstance(content, bytes) and sys.stdout.isatty():
        raise ConvoptError("the result is binary: name a file with -o, or redirect the output")
    if isinstance(content, str):
        sys.stdout.write(content)
    else:
        sys.stdout.buffer.write(data)
    sys.stdout.flush()


def write_files(files: Mapping[Path, str | bytes]) -> None:
    """Write all files or none: each to a temporary neighbour first, renamed when all are there."""
    written: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            if path.exists() and not path.is_file():  # a device, a pipe
                path.write_bytes(_encoded(content))
                continue
            written[path] = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            written[path].write_bytes(_encoded(content))
        for path, temporary in written.items():
            temporary.replace(path)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = error.filename2 or error.filename or next(iter(files))
        raise ConvoptError(f"cannot write {name}: {error.strerror}") from error
    finally:
        for temporary in written.values():
            temporary.unlink(missing_ok=True)


def _encoded(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content
