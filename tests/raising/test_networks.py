"""Networks as other tools print them, from the front door to their results."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import convopt
from convopt.convdialect import reference
from convopt.frontends.mlir import load_mlir
from convopt.mlir_text import parse_module, print_module
from convopt.testing.linalg_reference import run_linalg
from convopt.testing.passes import op_names

FOLDER = Path(__file__).parent / "networks"
NETWORK = FOLDER / "inverted_residuals.mlir"
CHANNELS_LAST = FOLDER / "channels_last.mlir"
Data = dict[str, npt.NDArray[np.float64]]


@pytest.fixture(scope="module")
def data() -> Data:
    with np.load(NETWORK.with_suffix(".npz")) as arrays:
        return {name: arrays[name] for name in arrays.files}


def relative_error(found: npt.NDArray[np.float32], expected: npt.NDArray[np.float64]) -> float:
    assert found.shape == expected.shape
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def test_compiled_it_computes_what_pytorch_does(data: Data) -> None:
    run = convopt.compile(str(NETWORK), target="host", cache=False)
    scores, features = run(data["image"].astype(np.float32))
    assert relative_error(features, data["features"]) < 1e-5
    assert relative_error(scores, data["scores"]) < 1e-5


def test_raised_it_is_level_1(data: Data) -> None:
    model = convopt.load(str(NETWORK))
    assert model.inputs[0].shape == (1, 3, 32, 32)
    assert [output.shape for output in model.outputs] == [(1, 10), (1, 24, 2, 2)]
    assert model.partition.complete
    scores, features = reference.run(model.module, [data["image"]])
    assert relative_error(features, data["features"]) < 1e-6
    assert relative_error(scores, data["scores"]) < 1e-6


def test_simplified_nothing_is_left_of_how_it_was_written() -> None:
    """Batch norms are in weights, activations in epilogues, padding in windows."""
    names = op_names(convopt.optimize(str(NETWORK), target="x86-64-v4").module)
    flat = [name for name in names if name not in ("conv.fused", "conv.convert_layout")]
    assert "conv.elementwise" not in flat
    assert not {"conv.batch_norm", "conv.pad", "conv.transpose"} & set(flat)
    assert "conv.channel_shuffle" in flat


def test_channels_last_computes_what_linalg_defines() -> None:
    image = np.random.default_rng(0).standard_normal((1, 16, 16, 3))
    module = parse_module(CHANNELS_LAST.read_text(), CHANNELS_LAST.name)
    (expected,) = run_linalg(module, [image])
    (found,) = reference.run(convopt.load(module).module, [image])
    assert relative_error(found, expected) < 1e-6
    scores = convopt.compile(module, cache=False)(image.astype(np.float32))
    assert isinstance(scores, np.ndarray)
    assert relative_error(scores, expected) < 1e-5


def test_channels_last_is_transposed_where_it_comes_in_alone() -> None:
    names = op_names(convopt.load(str(CHANNELS_LAST)).module)
    assert names.count("conv.transpose") == 1
    assert names[0] == "conv.transpose"


def test_a_module_that_is_given_stays_as_it_is() -> None:
    module = parse_module(NETWORK.read_text(), "net.mlir")
    before = print_module(module)
    convopt.load(module)
    assert print_module(module) == before


def test_what_cannot_be_raised_is_one_line_with_its_place() -> None:
    text = NETWORK.read_text().replace("math.exp %", "math.log %", 1)
    assert text != NETWORK.read_text()
    place = text[: text.index("math.log %")].count("\n") + 1
    message = rf"^pass 'conv-raise-linalg': net.mlir:{place}:\d+: math.log: expected scalar"
    with pytest.raises(convopt.ConvoptError, match=message):
        load_mlir(text, "net.mlir")
