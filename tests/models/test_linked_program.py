"""The two real models linked into examples/run_model.c by a cross compiler, under qemu-aarch64."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

import convopt
from convopt.comparison import relative_error
from convopt.testing.models import REAL_MODELS

SOURCE = Path(__file__).parents[2] / "examples" / "run_model.c"
# The C program has names of its own that start with MODEL_.
SYMBOLS = {"docorient": "model", "rapidocr-cls": None}
TOOLS = ("aarch64-linux-gnu-gcc", "qemu-aarch64")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@pytest.mark.parametrize("name", sorted(REAL_MODELS))
def test_the_program_agrees_with_onnxruntime(name: str, tmp_path: Path) -> None:
    model = REAL_MODELS[name]
    for kind, file in (("object", "model.o"), ("header", "model.h"), ("weights", "model.weights")):
        content = convopt.emit(
            model.path, "cortex-a72", kind, shapes=model.shapes, symbol=SYMBOLS[name]
        )
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / file).write_bytes(data)
    photograph = model.photograph()
    photograph.tofile(tmp_path / "input.bin")
    compiler = ["aarch64-linux-gnu-gcc", "-O2", "-Wall", "-Werror", "-static", "-I."]
    build = [*compiler, str(SOURCE), "model.o", "-o", "run_model"]
    subprocess.run(build, cwd=tmp_path, check=True)
    run = ["qemu-aarch64", "-cpu", "cortex-a72", "./run_model", "model.weights", "input.bin"]
    done = subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, text=True)
    session = onnxruntime.InferenceSession(str(model.path), providers=["CPUExecutionProvider"])
    expected = session.run(None, {model.input_name: photograph})[0]
    found = np.array(done.stdout.split(), np.float32).reshape(expected.shape)
    assert relative_error(found, expected) < 1e-4
