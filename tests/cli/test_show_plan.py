"""`convopt --report` and `convopt --plan`."""

import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

RANDOM = np.random.default_rng(5)
TARGET = "--target=neoverse-n1"

UNPLANNED = """\
func.func @main(%x: tensor<1x8x16x16xf32>) -> tensor<1x8x16x16xf32> {
  %d = arith.constant dense<0.5> : tensor<8x1x3x3xf32>
  %0 = conv.depthwise %x, %d {padding = [1, 1, 1, 1]} : tensor<1x8x16x16xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x16x16xf32>
  func.return %0 : tensor<1x8x16x16xf32>
}
"""  # noqa: E501

ROW = re.compile(r"^ +\d+(\.\d)? ", re.MULTILINE)


def weights(name, *shape):
    return numpy_helper.from_array(RANDOM.standard_normal(shape).astype(np.float32), name)


def save(path, nodes):
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 8, 10, 12))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 8, 10, 12))],
        [weights("w", 8, 1, 3, 3), weights("v", 8, 8, 1, 1)],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path
    )
    return path


FIRST = helper.make_node("Conv", ["image", "w"], ["c"], name="first", pads=[1, 1, 1, 1], group=8)


@pytest.fixture
def model(tmp_path):
    last = helper.make_node("Conv", ["c", "v"], ["y"], name="[bold]last[/bold]")
    return save(tmp_path / "small.onnx", [FIRST, last])


@pytest.fixture
def mixed(tmp_path):
    """onnxruntime runs the node in the middle, and what stands between two convolutions."""
    nodes = [
        FIRST,
        helper.make_node("Sin", ["c"], ["s"], name="odd_one"),
        helper.make_node("Conv", ["s", "v"], ["y"], name="last"),
    ]
    return save(tmp_path / "mixed.onnx", nodes)


@pytest.fixture
def no_convolutions(tmp_path):
    return save(tmp_path / "relu.onnx", [helper.make_node("Relu", ["image"], ["y"], name="relu")])


def test_a_report_is_written_and_nothing_printed(convopt, model, tmp_path):
    for name in ("out.html", "out.json"):
        found = convopt(model, TARGET, "--report", tmp_path / name)
        assert found.code == 0, found.err
        assert found.out == ""
        assert found.err == f"convopt: wrote {tmp_path / name}\n"
    fields = json.loads((tmp_path / "out.json").read_text())
    assert fields["model"] == "small"
    assert fields["compile_seconds"][0]["name"] == "import ONNX"
    assert "[bold]last[/bold]" in (tmp_path / "out.html").read_text()


def test_the_plan_on_the_terminal_has_the_numbers_of_the_report(convopt, model, tmp_path):
    found = convopt(model, TARGET, "--plan", "--report", tmp_path / "out.json")
    assert found.code == 0, found.err
    fields = json.loads((tmp_path / "out.json").read_text())
    layers = [layer for kernel in fields["kernels"] for layer in (kernel, *kernel["stages"])]
    lines = [line for line in found.out.splitlines() if ROW.match(line) and "x" in line]
    for layer in layers:
        named = [line for line in lines if f" {layer['name']} " in line]
        (line,) = (line for line in named if f" {layer['kind']} " in line)
        assert f"{1e3 * layer['predicted_seconds']:.3f}" in line
        assert f"{layer['beyond_l2_bytes']['total'] / 1e6:.3f}" in line
    assert "[bold]last[/bold]" in found.out  # names are no markup
    for words in ("peak", "Traffic beyond L2", "conv-choose-tiles", "not fused"):
        assert words in found.out


def test_a_narrow_terminal_cuts_names_alone(convopt, model, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("convopt.cli.show_plan.WIDE", 100)
    found = convopt(model, TARGET, "--plan")
    table = found.out.partition("Layers")[2].partition("Traffic")[0]
    assert "…" in table
    assert re.search(r"\d\.\d{3} +\d+ %", table)


def test_parts_in_onnxruntime_have_a_row(convopt, mixed, tmp_path):
    found = convopt(mixed, TARGET, "--plan", "--report", tmp_path / "out.json")
    assert found.code == 0, found.err
    fields = json.loads((tmp_path / "out.json").read_text())
    left = [kernel for kernel in fields["kernels"] if kernel["in_onnxruntime"]]
    assert [kernel["name"] for kernel in left] == ["1 node: odd_one"]
    assert "Sin" in fields["partition"]
    numbers = [kernel["number"] for kernel in fields["kernels"]]
    assert numbers == list(range(1, len(numbers) + 1))
    after = fields["kernels"][left[0]["number"]]
    assert left[0]["number"] in after["reads"]
    assert "onnxruntime" in found.out


def test_parts_in_onnxruntime_are_measured_on_the_host(convopt, mixed, tmp_path):
    page = tmp_path / "out.html"
    assert convopt(mixed, "--report", page).code == 0
    assert convopt(mixed, "--report", tmp_path / "out.json").code == 0
    fields = json.loads((tmp_path / "out.json").read_text())
    assert all(kernel["measured_seconds"] > 0 for kernel in fields["kernels"])
    assert "measured ms" in page.read_text()


def test_a_model_without_convolutions(convopt, no_convolutions, tmp_path):
    found = convopt(no_convolutions, TARGET, "--plan", "--report", tmp_path / "out.html")
    assert found.code == 0, found.err
    assert "elementwise" in found.out
    assert "No kernel computes" in (tmp_path / "out.html").read_text()


def test_mlir_text_is_planned_too(convopt, tmp_path):
    path = tmp_path / "layer.mlir"
    path.write_text(UNPLANNED)
    found = convopt(path, TARGET, "--plan")
    assert found.code == 0, found.err
    assert "depthwise 3x3s1" in found.out
    assert convopt("-", TARGET, "--plan", stdin=UNPLANNED.encode()).code == 0


def test_the_passes_may_be_named(convopt, model, tmp_path):
    unfused = "conv-specialize,conv-assign-layouts,conv-choose-tiles"
    found = convopt(model, TARGET, "-p", unfused, "--plan", "--dump-pass-pipeline")
    assert found.code == 0, found.err
    assert "conv-fuse-modules" not in found.out + found.err
    assert "conv-specialize" in found.err


def test_passes_that_do_not_plan(convopt, model, tmp_path):
    found = convopt(model, TARGET, "-p", "conv-specialize", "--report", tmp_path / "out.html")
    assert found.code == 1
    assert found.err.startswith(
        "convopt: error: first: expected a planned module, found conv.depth"
    )
    assert found.err.count("\n") == 1
    assert not (tmp_path / "out.html").exists()


def test_passes_that_go_beyond_the_plan(convopt, model, tmp_path):
    found = convopt(model, TARGET, "--pipeline=default", "--report", tmp_path / "out.html")
    assert found.code == 1
    assert found.err.startswith("convopt: error: expected a planned module of one function")
    assert found.err.count("\n") == 1


def test_what_passes_report_is_there_too(convopt, model, tmp_path):
    report = tmp_path / "out.html"
    found = convopt(model, TARGET, "--report", report, "--remarks=missed", "--timing=json")
    assert "missed: conv-fuse-modules" in found.err
    assert '"total_seconds"' in found.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--report=out.txt"], 2, "expected a report that ends in .html or .json, found out.txt"),
        (["--report=/no/out.html"], 1, "cannot write /no/out.html: there is no directory /no"),
        (["--plan", "--emit=object"], 2, "--plan shows the plan in place of IR or code"),
        (["--report=a.html", "-o", "x"], 2, "--report shows the plan in place of IR or code"),
        (["--plan", "--split-input-file"], 2, "--plan is for one model"),
        (["--plan", "--verify-diagnostics"], 2, "--plan is for one model"),
    ],
)
def test_options_that_do_not_go_together(convopt, model, arguments, code, message):
    found = convopt(model, TARGET, *arguments)
    assert (found.code, found.out) == (code, "")
    assert message in found.err
    assert found.err.count("\n") == 1


def test_an_unfit_report_is_found_before_the_model_is_read(convopt, tmp_path):
    found = convopt(tmp_path / "missing.onnx", "--report=out.txt")
    assert "expected a report" in found.err
