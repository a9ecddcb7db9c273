"""examples/run_model.c: built by a compiler, run on this machine and as AArch64 code."""

import platform
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm import c_header, emit_object, to_llvm_text
from convopt.backends.llvm.interface import interface_of
from convopt.backends.targets import cpu_target

SOURCE = Path(__file__).parents[2] / "examples" / "run_model.c"
MODEL = """
func.func private @convopt_barrier(memref<64xi8>, index, index)
func.func @main(%x : memref<2x4xf32> {conv.name = "image", conv.role = "input"},
                %y : memref<4xf32> {conv.name = "scores", conv.role = "output"},
                %weights : memref<16xi8> {conv.role = "weights"},
                %workspace : memref<128xi8> {conv.role = "workspace"},
                %thread : index {conv.role = "thread"},
                %threads : index {conv.role = "threads"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %w = memref.view %weights[%c0][] : memref<16xi8> to memref<4xf32>
  %t = memref.view %workspace[%c64][] : memref<128xi8> to memref<4xf32>
  %state = memref.view %workspace[%c0][] : memref<128xi8> to memref<64xi8>
  %k = vector.load %w[%c0] : memref<4xf32>, vector<4xf32>
  %a = vector.load %x[%c0, %c0] : memref<2x4xf32>, vector<4xf32>
  %b = vector.load %x[%c1, %c0] : memref<2x4xf32>, vector<4xf32>
  %s = vector.fma %a, %k, %b : vector<4xf32>
  vector.store %s, %t[%c0] : memref<4xf32>, vector<4xf32>
  func.call @convopt_barrier(%state, %thread, %threads) : (memref<64xi8>, index, index) -> ()
  %again = vector.load %t[%c0] : memref<4xf32>, vector<4xf32>
  vector.store %again, %y[%c0] : memref<4xf32>, vector<4xf32>
  func.return
}
"""
BUILDS = {
    "host": ("host", ["cc"], []),
    "aarch64": ("cortex-a72", ["aarch64-linux-gnu-gcc", "-static"], ["qemu-aarch64"]),
}
Build = Callable[[str], list[str]]


@pytest.fixture
def build(tmp_path: Path, lower: Callable[[str], ModuleOp]) -> Build:
    """Builds the example for one of BUILDS; the command that runs it."""

    def make(name: str) -> list[str]:
        target_name, compiler, runner = BUILDS[name]
        for tool in (compiler[0], *runner):
            if shutil.which(tool) is None:
                pytest.skip(f"no {tool} here")
        target, module = cpu_target(target_name), lower(MODEL)
        (tmp_path / "model.o").write_bytes(
            emit_object(to_llvm_text(module, target, "tiny"), target)
        )
        (tmp_path / "model.h").write_text(c_header(interface_of(module, "tiny")))
        files = [str(SOURCE), "model.o", "-o", "run_model"]
        subprocess.run(
            [*compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-I.", *files],
            cwd=tmp_path,
            check=True,
        )
        return [*runner, "./run_model"]

    return make


@pytest.mark.skipif(platform.system() != "Linux", reason="objects are ELF")
@pytest.mark.parametrize("name", BUILDS)
def test_the_scores(tmp_path: Path, build: Build, name: str) -> None:
    command = build(name)
    rng = np.random.default_rng(0)
    weights = rng.standard_normal(4).astype(np.float32)
    x = rng.standard_normal((2, 4)).astype(np.float32)
    weights.tofile(tmp_path / "model.weights")
    x.tofile(tmp_path / "input.bin")
    done = subprocess.run(
        [*command, "model.weights", "input.bin"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = x[0] * weights + x[1]
    np.testing.assert_allclose(np.array(done.stdout.split(), float), expected, rtol=1e-6)
    assert done.stderr == f"largest: {expected.argmax()}\n"


@pytest.mark.skipif(platform.system() != "Linux", reason="objects are ELF")
def test_mistakes(tmp_path: Path, build: Build) -> None:
    command = build("host")
    (tmp_path / "model.weights").write_bytes(bytes(12))
    (tmp_path / "input.bin").write_bytes(bytes(32))

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stderr

    assert run() == (2, "usage: ./run_model WEIGHTS INPUT\n")
    assert run("model.weights", "input.bin") == (
        1,
        "model.weights: expected 16 bytes, found 12\n",
    )
    assert run("missing", "input.bin") == (1, "missing: expected 16 bytes, found 0\n")
