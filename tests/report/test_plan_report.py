"""`Plan.report`: files by suffix, measured times on the host, paths that cannot be written."""

import json
import os

import pytest

import convopt
from convopt.errors import ConvoptError, UsageError
from convopt.runtime.compiled_model import CompiledModel
from convopt.runtime.profile import Profile, ProfileRow

NETWORK = """
func.func @main(%x: tensor<1x8x16x16xf32> {conv.name = "image"}) -> (tensor<1x16x16x16xf32> {conv.name = "y"}) {
  %d = arith.constant dense<0.5> : tensor<8x1x3x3xf32>
  %p = arith.constant dense<0.25> : tensor<16x8x1x1xf32>
  %0 = conv.conv2d %x, %d {padding = [1, 1, 1, 1], groups = 8} : tensor<1x8x16x16xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x16x16xf32> loc("depthwise")
  %1 = conv.conv2d %0, %p : tensor<1x8x16x16xf32>, tensor<16x8x1x1xf32> -> tensor<1x16x16x16xf32> loc("pointwise")
  func.return %1 : tensor<1x16x16x16xf32>
}
"""  # noqa: E501

LOWERING = ["conv-outline-kernels", "conv-plan-arena", "conv-expand-math", "conv-loops-to-llvm"]


@pytest.fixture(scope="module")
def plan():
    return convopt.optimize(NETWORK, target="neoverse-n1")


def test_a_page_and_the_same_numbers(plan, tmp_path):
    plan.report(tmp_path / "plan.html")
    plan.report(str(tmp_path / "plan.json"))
    assert (tmp_path / "plan.html").read_text().startswith("<!doctype html>")
    found = json.loads((tmp_path / "plan.json").read_text())
    assert found["model"] == "model"
    convolutions = [kernel for kernel in found["kernels"] if kernel["macs"]]
    assert sum(kernel["macs"] for kernel in convolutions) == 256 * 8 * 9 + 256 * 8 * 16
    assert all(kernel["measured_seconds"] is None for kernel in found["kernels"])
    passes = [phase["name"] for phase in found["compile_seconds"]]
    assert passes[-1] == "conv-choose-tiles"
    assert not set(passes) & set(LOWERING)


def test_every_kernel_is_measured_on_the_host(tmp_path):
    plan = convopt.optimize(NETWORK)
    before = str(plan)
    plan.report(tmp_path / "plan.json")
    assert str(plan) == before  # the plan is not changed
    found = json.loads((tmp_path / "plan.json").read_text())
    times = [kernel["measured_seconds"] for kernel in found["kernels"]]
    assert min(times) > 0
    assert found["totals"]["measured_seconds"] == pytest.approx(sum(times))
    for kernel in found["kernels"]:
        share = kernel["least_seconds"] / kernel["measured_seconds"]
        assert kernel["roofline_share"] == pytest.approx(share)
    passes = [phase["name"] for phase in found["compile_seconds"]]
    assert passes[-5:] == [*LOWERING, "machine code"]
    assert found["target"]["processor"]


def test_measured_times_are_those_of_the_profile(tmp_path, monkeypatch):
    row = ProfileRow("kernel", "kind", "place", 2.5, 0, 0, 0.0)
    monkeypatch.setattr(CompiledModel, "profile", lambda *_, **__: Profile((row,) * 3))
    text = "func.func @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {\n"
    text += "  func.return %x, %x, %x : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>\n}\n"
    convopt.optimize(text).report(tmp_path / "plan.json")
    found = json.loads((tmp_path / "plan.json").read_text())
    assert [kernel["measured_seconds"] for kernel in found["kernels"]] == [2.5e-3] * 3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("plan.pdf", r"expected a report that ends in \.html or \.json, found .*plan\.pdf"),
        ("plan", r"expected a report that ends in"),
        ("no/plan.html", r"cannot write .*no/plan\.html: there is no directory"),
        ("folder.html", r"cannot write .*folder\.html: it is a directory"),
    ],
)
def test_paths_that_cannot_be_written(plan, tmp_path, name, message):
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ConvoptError, match=message) as caught:
        plan.report(tmp_path / name)
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == ["folder.html"]


def test_an_unknown_suffix_is_a_mistake_of_usage(plan, tmp_path):
    with pytest.raises(UsageError):
        plan.report(tmp_path / "plan.csv")


def test_a_failed_write_leaves_the_old_report(plan, tmp_path, monkeypatch):
    from convopt.report import files

    path = tmp_path / "plan.json"
    path.write_text("old")

    def fail(report):
        raise ValueError("no")

    monkeypatch.setitem(files._WRITERS, ".json", fail)
    with pytest.raises(ValueError, match="no"):
        plan.report(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["plan.json"]


def test_what_planning_said_of_a_layer_stands_beside_it(plan, tmp_path):
    plan.report(tmp_path / "plan.json")
    found = json.loads((tmp_path / "plan.json").read_text())
    said = {remark.message for remark in plan.remarks if remark.pass_name == "conv-fuse-modules"}
    assert said
    assert said <= {remark for kernel in found["kernels"] for remark in kernel["remarks"]}
