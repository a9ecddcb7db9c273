"""Models whose weights come when they run: packed as constants are, again whenever they change."""

import numpy as np
import pytest

import convopt
from convopt.artifact import Artifact
from convopt.compiler import compiled_artifact
from convopt.convdialect.reference import run
from convopt.mlir_text import parse_module

TEXT = """\
func.func @main(%x: tensor<1x20x9x9xf32> {conv.name = "x"}) -> (tensor<1x24x9x9xf32> {conv.name = "y"}) {
  %d = conv.parameter 0 : tensor<20x1x3x3xf32>
  %p = conv.parameter 1 : tensor<24x20x1x1xf32>
  %b = conv.parameter 2 : tensor<24xf32>
  %g = conv.parameter 3 : tensor<24x6x3x3xf32>
  %k = arith.constant dense<0.5> : tensor<24x1x3x3xf32>
  %0 = conv.conv2d %x, %d {padding = [1, 1, 1, 1], groups = 20} : tensor<1x20x9x9xf32>, tensor<20x1x3x3xf32> -> tensor<1x20x9x9xf32>
  %1 = conv.conv2d %0, %p epilogue(%b : tensor<24xf32>) {
  ^bb0(%acc: f32, %bias: f32):
    %s = arith.addf %acc, %bias : f32
    conv.yield %s : f32
  } : tensor<1x20x9x9xf32>, tensor<24x20x1x1xf32> -> tensor<1x24x9x9xf32>
  %2 = conv.conv2d %1, %g {padding = [1, 1, 1, 1], groups = 4} : tensor<1x24x9x9xf32>, tensor<24x6x3x3xf32> -> tensor<1x24x9x9xf32>
  %3 = conv.conv2d %2, %k {padding = [1, 1, 1, 1], groups = 24} : tensor<1x24x9x9xf32>, tensor<24x1x3x3xf32> -> tensor<1x24x9x9xf32>
  %4 = conv.backward_data %3, %g {padding = [1, 1, 1, 1], groups = 4} : tensor<1x24x9x9xf32>, tensor<24x6x3x3xf32> -> tensor<1x24x9x9xf32>
  func.return %4 : tensor<1x24x9x9xf32>
}
"""  # noqa: E501
SHAPES = [(20, 1, 3, 3), (24, 20, 1, 1), (24,), (24, 6, 3, 3)]


def random_parameters(seed):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape, np.float32) for shape in SHAPES]


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "model.mlir"
    path.write_text(TEXT)
    return path


def test_results_follow_the_parameters(source):
    x = np.random.default_rng(9).standard_normal((1, 20, 9, 9), np.float32)
    model = convopt.compile(source)
    assert [spec.shape for spec in model.parameters] == SHAPES
    for seed in (1, 2):
        parameters = random_parameters(seed)
        (expected,) = run(parse_module(TEXT, "text"), [x], parameters=parameters)
        model.set_parameters(parameters)
        np.testing.assert_allclose(model(x), expected, rtol=1e-4, atol=1e-3)


def test_the_cache_keeps_where_parameters_go(source):
    artifact = compiled_artifact(source, "host")
    again = Artifact.from_bytes(artifact.to_bytes())
    assert again == artifact
    assert again.segments[0].parameter_map


def test_nothing_runs_without_parameters(source):
    model = convopt.compile(source)
    with pytest.raises(convopt.ConvoptError, match="expected set_parameters before the first run"):
        model(np.zeros((1, 20, 9, 9), np.float32))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda all_: all_[:3], "expected 4 parameters, found 3"),
        (
            lambda all_: [all_[1], *all_[1:]],
            "parameter 'parameter0': expected the shape 20x1x3x3, found 24x20x1x1",
        ),
        (
            lambda all_: [*all_[:3], all_[3].astype(float)],
            "parameter 'parameter3': expected float32, found float64",
        ),
    ],
)
def test_wrong_parameters(source, change, message):
    with pytest.raises(convopt.ConvoptError) as error:
        convopt.compile(source).set_parameters(change(random_parameters(0)))
    assert str(error.value) == message


def test_numbers_have_no_gap(source):
    source.write_text(TEXT.replace("parameter 3", "parameter 4"))
    with pytest.raises(convopt.ConvoptError, match="numbers 0 to 3, found none of 3"):
        convopt.compile(source)


def test_computed_filters_are_an_error(source):
    text = TEXT.replace("(%x", "(%v: tensor<20x1x3x3xf32>, %x").replace("%x, %d", "%x, %v")
    source.write_text(text)
    with pytest.raises(convopt.ConvoptError, match="expected a constant filter or a parameter in"):
        convopt.compile(source)


@pytest.mark.parametrize("kind", ["object", "header", "weights", "llvm"])
def test_code_alone_has_no_parameters(source, kind):
    with pytest.raises(convopt.ConvoptError, match=f"expected constant weights for {kind}"):
        convopt.emit(source, kind=kind)
