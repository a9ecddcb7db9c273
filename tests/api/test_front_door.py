"""load, optimize, emit, compile: what they take and give."""

import pathlib
import re

import numpy as np
import pytest

import convopt
from convopt.convdialect import reference
from convopt.mlir_text import parse_module


@pytest.fixture
def file(network, tmp_path):
    path = tmp_path / "network.mlir"
    path.write_text(network.text)
    return path


def test_what_is_public():
    assert set(convopt.__all__) <= set(dir(convopt))
    for name in convopt.__all__:
        assert getattr(convopt, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'optimise'"):
        getattr(convopt, "optimise")  # noqa: B009


def test_every_kind_of_source_means_the_same(network, file):
    sources = [file, str(file), network.text, convopt.load(file), convopt.load(file).module]
    for source in sources:
        network.check(convopt.compile(source)(network.a, network.b))


def test_a_model_says_what_it_is(file):
    model = convopt.load(file)
    assert model.name == "network"
    assert [str(spec) for spec in model.inputs] == ["a: 1x6x9x7 float32", "b: 1x10x5x7 float32"]
    assert [spec.name for spec in model.outputs] == ["sum", "dw"]
    assert model.partition.complete


def test_tensors_without_names_are_numbered():
    model = convopt.load("func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n"
                         "  func.return %x : tensor<2xf32>\n}\n")  # fmt: skip
    assert (model.inputs[0].name, model.outputs[0].name) == ("input0", "output0")


def test_a_plan_shows_every_decision(file, network):
    before = str(convopt.load(file).module)
    model = convopt.load(file)
    plan = convopt.optimize(model, target="x86-64-v3")
    assert "schedule = #conv.tile<rotate" in str(plan)
    assert "#conv.layout<nchwc, 8>" in str(plan)
    assert plan.target.name == "x86-64-v3"
    assert any(remark.pass_name == "conv-choose-tiles" for remark in plan.remarks)
    assert str(model.module) == before  # the model is not changed
    network.check(
        [out.astype(np.float32) for out in reference.run(plan.module, [network.a, network.b])]
    )


def test_a_plan_can_be_compiled(file, network):
    plan = convopt.optimize(file)
    network.check(convopt.compile(plan.module)(network.a, network.b))


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [("mlir", "builtin.module"), ("llvm", 'target triple = "aarch64'), ("header", "#ifndef"),
     ("object", b"\x7fELF"), ("weights", b"")],
)  # fmt: skip
def test_emission(file, kind, beginning):
    found = convopt.emit(file, target="cortex-a72", kind=kind)
    assert type(found) is type(beginning)
    assert found.startswith(beginning)


def test_emitted_code_is_for_the_target(file):
    assert "fmla" in convopt.emit(file, target="cortex-a72", kind="assembly")
    assert "vfmadd" in convopt.emit(file, target="x86-64-v3", kind="assembly")


def test_emitted_mlir_reads_back(file, network):
    module = parse_module(convopt.emit(file, target="cortex-a72", kind="mlir"), "plan.mlir")
    found = reference.run(module, [network.a, network.b])
    network.check([out.astype(np.float32) for out in found])


def test_symbols(file):
    assert "network_run" in convopt.emit(file, target="cortex-a72", kind="header")
    named = convopt.emit(file, target="cortex-a72", kind="header", symbol="eye")
    assert "eye_run" in named


def test_emission_is_reproducible(file):
    first, second = (convopt.emit(file, target="cortex-a72", kind="object") for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: convopt.load("absent.onnx"), "cannot read absent.onnx: No such file or directory"),
        (lambda: convopt.load("absent.mlir"), "cannot read absent.mlir: No such file or directory"),
        (lambda: convopt.load("model.pb"), "expected a file with the suffix .onnx or .mlir"),
        (lambda: convopt.load(3), "found int"),
        (lambda: convopt.load("func.func @main() {\n"), "<text>:2:1: error: "),
        (lambda: convopt.load("module {\n}\n"), "expected one function, @main, found none"),
        (lambda: convopt.load("func.func @main(%x: tensor<?xf32>) {\n  func.return\n}\n"),
         "expected inputs of static shape, found tensor<?xf32>"),
        (lambda: convopt.load("func.func @main(%x: tensor<2xi32>) {\n  func.return\n}\n"),
         "expected inputs of float32 tensors, found tensor<2xi32>"),
        (lambda: convopt.compile("a\n", target="hots"), "did you mean host"),
        (lambda: convopt.optimize("a\n", target="cortex-a77"), "error: "),
        (lambda: convopt.emit("a\n", kind="oject"), "found 'oject'; did you mean 'object'?"),
        (lambda: convopt.emit("func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n"
                              "  func.return %x : tensor<2xf32>\n}\n",
                              target="cortex-a72", kind="llvm", symbol="1"),
         "expected a C identifier as symbol, found '1'"),
        (lambda: convopt.load("a\n", shapes={"x": (1,)}), "expected shapes only for ONNX models"),
    ],
)  # fmt: skip
def test_mistakes_are_named(call, message):
    with pytest.raises(convopt.ConvoptError, match=re.escape(message)):
        call()


def test_names_of_models_become_symbols(tmp_path, network):
    path = pathlib.Path(tmp_path / "3-nets v2.0.mlir")
    path.write_text(network.text)
    assert "_3_nets_v2_0_run" in convopt.emit(path, target="cortex-a72", kind="header")
