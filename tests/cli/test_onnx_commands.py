"""`convopt` and `convopt-run` on ONNX files: compile, run, compare, report."""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

RANDOM = np.random.default_rng(11)


def tensor(name, *shape):
    return numpy_helper.from_array(RANDOM.standard_normal(shape).astype(np.float32), name)


def save(path: Path, nodes, shape=(1, 3, 10, 12), initializers=()) -> Path:
    """A model from `image` to `y`."""
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 6, *shape[2:]))],
        list(initializers),
    )
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


CONVOLUTION = helper.make_node(
    "Conv", ["image", "w", "b"], ["c"], name="first", pads=[1, 1, 1, 1], group=3
)
RELU = helper.make_node("Relu", ["c"], ["y"], name="second")


@pytest.fixture
def model(tmp_path):
    weights = (tensor("w", 6, 1, 3, 3), tensor("b", 6))
    return save(tmp_path / "tiny.onnx", [CONVOLUTION, RELU], initializers=weights)


@pytest.fixture
def open_model(tmp_path):
    """A model that leaves height and width open."""
    weights = (tensor("w", 6, 1, 3, 3), tensor("b", 6))
    shape = (1, 3, "height", "width")
    return save(tmp_path / "open.onnx", [CONVOLUTION, RELU], shape, weights)


@pytest.fixture
def mixed(tmp_path):
    """A model with an operator that convopt does not compile."""
    sine = helper.make_node("Sin", ["c"], ["y"], name="odd_one")
    weights = (tensor("w", 6, 1, 3, 3), tensor("b", 6))
    return save(tmp_path / "mixed.onnx", [CONVOLUTION, sine], initializers=weights)


def test_default_output_is_level_one(convopt, model):
    found = convopt(model)
    assert found.code == 0, found.err
    assert "conv.conv2d" in found.out
    assert "conv.depthwise" not in found.out


def test_just_the_named_passes_run(convopt, model):
    found = convopt(model, "-p", "conv-specialize", "--print-debuginfo")
    assert "conv.depthwise" in found.out
    assert "conv.elementwise" in found.out
    assert 'loc("first")' in found.out


def test_from_standard_input(convopt, model):
    assert convopt("-", stdin=model.read_bytes()).out == convopt(model).out


def test_object_of_a_model(convopt, model, tmp_path):
    output = tmp_path / "tiny.o"
    for _ in range(2):  # compiled, then from the cache
        found = convopt(model, "--target=cortex-a76", "--emit=object", "-o", output)
        assert found.code == 0, found.err
        assert output.read_bytes()[:4] == b"\x7fELF"
        assert "tiny_run" in (tmp_path / "tiny.h").read_text()


def test_every_way_makes_the_same_object(convopt, model, tmp_path):
    files = []
    for number, more in enumerate([[], ["--no-cache"], ["--timing"], ["--pipeline=default"]]):
        output = tmp_path / str(number) / "tiny.o"
        output.parent.mkdir()
        found = convopt(model, "--target=cortex-a76", "--emit=object", "-o", output, *more)
        assert found.code == 0, found.err
        files.append(
            [output.with_suffix(suffix).read_bytes() for suffix in (".o", ".h", ".weights")]
        )
    assert all(file == files[0] for file in files)


def test_a_cache_that_cannot_be_written_is_one_line(convopt, model, tmp_path, monkeypatch):
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder")
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(blocked))
    found = convopt(model, "--target=cortex-a76", "--emit=header")
    assert found.code == 0
    warning = f"convopt: warning: compiled models are not kept in {blocked}: File exists\n"
    assert found.err == warning


def test_shapes_of_open_inputs(convopt, open_model, tmp_path):
    arguments = (open_model, "--emit=header", "--target=cortex-a72")
    found = convopt(*arguments)
    assert found.code == 1
    assert "--shape image=" in found.err
    given = convopt(*arguments, "--shape=image=1x3x10x12")
    assert given.code == 0, given.err
    assert "OPEN_IMAGE_FLOATS 360u" in given.out
    other = convopt(*arguments, "--shape=image=1x3x4x4")
    assert "OPEN_IMAGE_FLOATS 48u" in other.out  # not what the cache has for the other shape


@pytest.mark.parametrize("emit", ["mlir", "object"])
def test_a_file_cut_in_half(convopt, convopt_run, model, tmp_path, emit):
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(model.read_bytes()[: model.stat().st_size // 2])
    expected = f"cut.onnx: expected an ONNX model, found {cut.stat().st_size} bytes"
    found = convopt(cut, f"--emit={emit}", "-o", tmp_path / "cut.o")
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert expected in found.err
    assert not (tmp_path / "cut.o").exists()
    assert expected in convopt_run(cut).err


@pytest.mark.parametrize("emit", ["mlir", "llvm", "object"])
def test_what_is_not_supported_is_listed(convopt, mixed, emit):
    found = convopt(mixed, f"--emit={emit}")
    assert found.code == 1
    assert found.err.startswith("convopt: error: expected a model that convopt compiles completely")
    assert "Sin" in found.err
    assert "odd_one" in found.err


def test_diagnostics_are_for_text(convopt, model):
    assert convopt(model, "--verify-diagnostics").code == 2
    assert convopt(model, "--split-input-file").code == 2


def test_run_compares_and_reports(convopt_run, model):
    found = convopt_run(model, "--repeat=2")
    assert found.code == 0, found.err
    assert "PASS: relative error" in found.out
    assert "f32_dw3x3s1_6x10x12" in found.out
    assert "first + second" in found.out
    assert "all 2 nodes compiled" in found.out
    assert "onnxruntime" in found.out
    assert "workspace" in found.out
    assert "\x1b" not in found.out + found.err


def test_run_as_json(convopt_run, model):
    found = json.loads(convopt_run(model, "--json", "--repeat=2").out)
    assert found["comparison"]["passed"]
    assert found["comparison"]["relative_error"] < 1e-5
    assert found["model"] == "tiny"
    assert found["threads"] == 1
    assert found["nodes_in_onnxruntime"] == []
    assert any(kernel["kind"] == "dw3x3s1" and kernel["macs"] for kernel in found["kernels"])


def test_run_fails_when_results_differ(convopt_run, model):
    found = convopt_run(model, "--repeat=1", "--tolerance=-1")
    assert found.code == 1
    assert "FAIL: relative error" in found.out


def test_run_with_a_part_in_onnxruntime(convopt_run, mixed):
    found = convopt_run(mixed, "--repeat=2")
    assert found.code == 0, found.err
    assert "PASS" in found.out
    assert "Sin" in found.out
    assert "odd_one" in found.out
    left = json.loads(convopt_run(mixed, "--repeat=2", "--json").out)["nodes_in_onnxruntime"]
    assert [node["name"] for node in left] == ["odd_one"]


def test_run_mlir_without_comparison(convopt_run, source):
    found = convopt_run(source, "--repeat=2")
    assert found.code == 0, found.err
    assert "not compared" in found.out


def test_images_as_input(convopt_run, model, tmp_path):
    photo = tmp_path / "photo.png"
    Image.fromarray(RANDOM.integers(0, 256, (31, 17, 3), np.uint8)).save(photo)
    numbers = ("--mean=0.485,0.456,0.406", "--std=0.229,0.224,0.225")
    assert convopt_run(model, f"--input={photo}", "--repeat=1", *numbers).code == 0


def test_arrays_as_input(convopt_run, model, tmp_path):
    file = tmp_path / "x.npy"
    np.save(file, np.ones((1, 3, 10, 12), np.float32))
    assert convopt_run(model, f"--input=image={file}", "--repeat=1").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--input=absent.png"], 1, "cannot read the image absent.png"),
        (["--input=absent.npy"], 1, "cannot read the array absent.npy"),
        (["--input=wrong.npy"], 1, "input 'image': expected the shape 1x3x10x12, found 2x2"),
        (["--input=double.npy"], 1, "input 'image': expected float32, found float64"),
        (["--input=text.png"], 1, "expected an image or a .npy file, found text.png"),
        (["--input=imge=random"], 1, "found an input 'imge'; did you mean 'image'?"),
        (["--input=random", "--input=random"], 2, "expected each input of the model once"),
        (["--threads=0"], 2, "expected a number of at least 1, found '0'"),
        (["--repeat=x"], 2, "expected a number of at least 1, found 'x'"),
        (["--mean=1,b"], 2, "expected numbers such as 0.5"),
        (["--targt=host"], 2, "unknown option '--targt=host'; did you mean '--target'?"),
        (["--target=hots"], 2, "unknown target 'hots'"),
    ],
)
def test_mistakes_of_run(convopt_run, model, tmp_path, monkeypatch, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    np.save("wrong.npy", np.ones((2, 2), np.float32))
    np.save("double.npy", np.ones((1, 3, 10, 12)))
    Path("text.png").write_text("no image")
    found = convopt_run(model, *arguments)
    assert found.code == code
    assert message in found.err
    assert found.err.count("\n") == 1
    assert found.err.startswith("convopt-run: error: ")


def test_missing_packages_are_named_with_the_command(convopt, model, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("convopt.frontends.onnx")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnx", None)
    found = convopt(model)
    assert found.code == 1
    assert "pip install 'convopt[onnx]'" in found.err
    assert found.err.count("\n") == 1


def test_missing_onnxruntime_is_named_with_the_command(convopt_run, source, model, monkeypatch):
    assert convopt_run(model, "--repeat=1").code == 0
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    found = convopt_run(model, "--repeat=1")  # from the cache: only the comparison needs it
    assert found.code == 1
    assert "pip install 'convopt[onnx]'" in found.err
