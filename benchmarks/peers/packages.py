"""What a peer needs from the machine: packages, their files, a compiler."""

import os
import shutil
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType

from convopt.benchmarks.peers.peer import MissingError

_COMPILERS = ("c++", "g++", "clang++")


def require(module: str, package: str) -> ModuleType:
    """The module; raises MissingError with the pip command where it cannot be imported."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingError(f"{_not_installed(package)} ({error})") from error


def require_file(package: str, name: str) -> Path:
    """The file of that name among those that a package installed; raises MissingError."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError as error:
        raise MissingError(_not_installed(package)) from error
    for file in files:
        if file.name == name and (path := Path(str(file.locate())).resolve()).exists():
            return path
    raise MissingError(f"the package {package} has no file {name}")


def require_compiler() -> str:
    """The path of CXX or of a usual C++ compiler; raises MissingError."""
    for name in (os.environ.get("CXX"), *_COMPILERS):
        if name and (path := shutil.which(name)):
            return path
    raise MissingError(f"no C++ compiler: CXX is not set and none of {', '.join(_COMPILERS)} found")


def _not_installed(package: str) -> str:
    return f"not installed: pip install {package}"
