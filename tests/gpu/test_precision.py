"""The option `precision`: what it plans, what it makes, and where there is none."""

import io
import sys
from importlib.util import find_spec

import numpy as np
import pytest

import convopt
from convopt.cli import start
from convopt.cli.run_options import parse_run_options
from convopt.comparison import relative_error

SOURCE = """\
func.func @main(%x: tensor<1x64x16x16xf32> {conv.name = "x"}) -> (tensor<1x64x16x16xf32> {conv.name = "y"}) {
  %w = arith.constant dense<0.01> : tensor<64x64x1x1xf32>
  %y = conv.conv2d %x, %w : tensor<1x64x16x16xf32>, tensor<64x64x1x1xf32> -> tensor<1x64x16x16xf32>
  func.return %y : tensor<1x64x16x16xf32>
}
"""  # noqa: E501
IN_F16 = "tensor<1x64x16x16xf16, #conv.layout<nchwc, 2>>"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "layer.mlir"
    path.write_text(SOURCE)
    return path


def test_plans(source):
    plans = {
        precision: str(convopt.optimize(source, "h200", precision=precision))
        for precision in ("f32", "tf32", "f16")
    }
    assert plans["f32"] == str(convopt.optimize(source, "h200"))
    assert "matrix" not in plans["f32"]
    assert "matrix = true" in plans["tf32"]
    assert "f16" not in plans["tf32"]
    assert "matrix = true" in plans["f16"]
    assert IN_F16 in plans["f16"]


@pytest.mark.parametrize(("precision", "least", "most"), [("f32", 0, 1e-6), ("f16", 1e-6, 1e-3)])
def test_compiled(source, host_device, machine, h200, no_nvcc, precision, least, most):
    if find_spec("tvm") is None:
        pytest.skip("needs apache-tvm: pip install 'convopt[cuda]'")
    machine(h200)
    x = np.random.default_rng(0).standard_normal((1, 64, 16, 16), np.float32)
    expected = np.broadcast_to(0.01 * x.sum(axis=1, keepdims=True, dtype=np.float64), x.shape)
    found = convopt.compile(source, target="cuda", precision=precision)(x)
    assert found.dtype == np.float32
    assert least <= relative_error(found, expected) < most


def test_each_has_its_place_in_the_cache(source, generator, host_device, machine, h200, no_nvcc):
    machine(h200)
    for _ in range(2):
        convopt.compile(source, target="cuda")
        convopt.compile(source, target="cuda", precision="f16")
    assert len(generator) == 2


@pytest.mark.parametrize(
    ("target", "precision", "message"),
    [
        ("host", "f16", "expected a GPU target for f16, found the CPU host"),
        (
            "gtx-1660",
            "tf32",
            "expected a GPU with tensor cores of compute capability 8.0 or more for tf32, found "
            "gtx-1660 of 7.5",
        ),
        ("h200", "f61", "expected a precision out of f32, tf32, f16, found 'f61'"),
    ],
)
def test_what_there_is_not(source, target, precision, message):
    for step in (
        lambda: convopt.optimize(source, target, precision=precision),
        lambda: convopt.compile(source, target, precision=precision),
        lambda: convopt.emit(source, target, "weights", precision=precision),
    ):
        with pytest.raises(convopt.ConvoptError) as error:
            step()
        assert str(error.value).startswith(message)


@pytest.fixture
def command(capsys, monkeypatch):
    """Runs `convopt` in this process: exit code, output, errors."""

    def run(*arguments):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code = start.convopt([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


def test_run_on_the_command_line(command, source, generator, host_device, machine, h200, no_nvcc):
    machine(h200)
    options = ("--target=cuda", "--repeat=1", "--json")
    start.convopt_run([str(source), *options, "--precision=f16"])
    module, *_ = generator[-1]
    assert any(op.name == "conv.cast" for op in module.walk())
    assert parse_run_options(["model.onnx"]).tolerance == 1e-4
    assert parse_run_options(["model.onnx", "--precision=f16"]).tolerance == 1e-2
    assert parse_run_options(["model.onnx", "--tolerance=0.5"]).tolerance == 0.5


def test_on_the_command_line(command, source, generator):
    for precision, element in (("f32", "f32"), ("f16", "f16")):
        options = (f"--precision={precision}", "--emit=cuda", "--target=rtx-a4000")
        assert command(source, *options)[0] == 0
        module, *_ = generator[-1]
        (convolution,) = (op for op in module.walk() if op.name == "conv.pointwise")
        assert str(convolution.result.type.get_element_type()) == element


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            ("--emit=cuda", "--target=h200", "--pipeline=plan-gpu"),
            2,
            "--precision chooses passes: leave out -p, --pipeline, --run-reproducer",
        ),
        (("--target=h200",), 2, "--precision is for code: expected --emit, for example"),
        (("--emit=object",), 1, "expected a GPU target for f16, found the CPU host"),
    ],
)
def test_mistakes_on_the_command_line(command, source, options, code, message):
    found, output, errors = command(source, "--precision=f16", *options)
    assert (found, output) == (code, "")
    assert errors.startswith(f"convopt: error: {message}")
    assert errors.count("\n") == 1
