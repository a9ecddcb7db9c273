"""lit configuration; the tools come from the environment of the interpreter that runs lit."""
# ruff: noqa: F821  (lit hands `config` to this file)

import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import lit.formats

config.name = "convopt"
config.test_format = lit.formats.ShTest()
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = str(Path(__file__).parent)
config.test_exec_root = str(Path(tempfile.gettempdir()) / f"convopt-lit-{os.getuid()}")

scripts = Path(sys.executable).parent
config.environment["PATH"] = os.pathsep.join([str(scripts), os.environ.get("PATH", "")])
config.environment["NO_COLOR"] = "1"
for name in ("HOME", "XDG_CACHE_HOME", "CONVOPT_CACHE_DIR", "COVERAGE_PROCESS_START"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

for tool in ("qemu-aarch64", "aarch64-linux-gnu-gcc"):
    if shutil.which(tool):
        config.available_features.add(tool)

if find_spec("tvm"):
    config.available_features.add("tvm")

# Debian's packages put the version into the program's name.
for name in ("mlir-opt", *(f"mlir-opt-{version}" for version in range(22, 17, -1))):
    if shutil.which(name):
        config.available_features.add("mlir-opt")
        config.substitutions.append(("%mlir_opt", name))
        break
