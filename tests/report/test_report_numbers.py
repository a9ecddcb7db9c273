"""The numbers of a report, by hand."""

import pytest

from convopt.backends.targets import cpu_target
from convopt.errors import ConvoptError
from convopt.frontends.mlir import load_mlir
from convopt.mlir_text import new_context
from convopt.pass_manager import run_passes
from convopt.pass_pipeline import passes_named
from convopt.passes.pipelines import LOWER, PIPELINES
from convopt.report.collect import collect_report
from convopt.report.kernels import kernel_table
from convopt.report.records import TrafficBytes
from convopt.stepped_entry import kernel_steps

PIXELS = 128 * 128
FLOAT = 4


def test_kernels_are_in_order_of_execution(report):
    assert [kernel.layer.name for kernel in report.kernels] == [
        "in",
        "alone",
        "first + second",
        "out",
    ]
    assert [kernel.layer.reads for kernel in report.kernels] == [(0,), (1,), (2,), (3,)]
    assert [kernel.layer.kind for kernel in report.kernels] == [
        "convert layout",
        "pointwise",
        "fused dw-pw",
        "convert layout",
    ]


def test_a_convolution_by_hand(report, target):
    kernel = report.kernels[1]
    layer = kernel.layer
    assert layer.macs == PIXELS * 16 * 32
    assert layer.bytes == FLOAT * (PIXELS * 16 + 16 * 32 + PIXELS * 32)
    assert layer.shapes == ((1, 16, 128, 128), (1, 32, 128, 128))
    assert layer.tile == "broadcast 2x8"
    assert layer.schedule == "#conv.tile<broadcast, columns = 2, vectors = 8>"
    # one sweep over the output channels: everything comes from beyond L2 once
    once = TrafficBytes(FLOAT * PIXELS * 16, FLOAT * 16 * 32, 0, FLOAT * PIXELS * 32)
    assert layer.costs.beyond_l2 == once
    least = max(2 * layer.macs / target.peak_gflops, layer.bytes / target.l3_gbs) * 1e-9
    assert kernel.least_seconds == pytest.approx(least)
    assert kernel.measured_seconds == 2e-3
    assert kernel.roofline_share == pytest.approx(least / 2e-3)
    assert kernel.unfused is None


def test_a_fused_module_by_hand(report):
    kernel = report.kernels[2]
    assert kernel.module == "M1"
    assert kernel.layer.tile == "bands of 2 rows"
    assert [stage.name for stage in kernel.stages] == ["first", "second"]
    assert [stage.macs for stage in kernel.stages] == [PIXELS * 32 * 9, PIXELS * 32 * 64]
    assert kernel.layer.macs == sum(stage.macs for stage in kernel.stages)
    first, last = FLOAT * PIXELS * 32, FLOAT * PIXELS * 64
    weights = FLOAT * (32 * 9 + 32 * 64)
    assert kernel.layer.bytes == first + weights + last
    fused = kernel.layer.costs.beyond_l2
    # the buffer of two intermediate rows comes into L2 once, and stays
    assert fused == TrafficBytes(first, weights, FLOAT * 2 * 128 * 32, last)


def test_unfused_stages_send_the_intermediate_there_and_back(report):
    kernel = report.kernels[2]
    intermediate = FLOAT * PIXELS * 32
    unfused = kernel.unfused.beyond_l2
    assert (unfused.input, unfused.output) == (intermediate, FLOAT * PIXELS * 64)
    assert unfused.intermediate >= 2 * intermediate
    assert unfused.intermediate % intermediate == 0  # the pointwise kernel may read it repeatedly
    assert kernel.unfused.seconds > kernel.layer.costs.seconds


def test_moving_by_hand(report, target):
    layer = report.kernels[0].layer
    size = FLOAT * PIXELS * 16
    assert layer.bytes == 2 * size
    assert layer.costs.beyond_l2 == TrafficBytes(input=size, output=size)
    assert layer.costs.seconds >= size / target.l3_gbs * 1e-9
    assert layer.macs == 0


def test_totals_are_sums(report):
    totals = report.totals
    assert (totals.kernels, totals.modules) == (4, 1)
    assert totals.macs == sum(kernel.layer.macs for kernel in report.kernels)
    assert totals.measured_seconds == pytest.approx(15e-3)
    saved = (
        report.kernels[2].unfused.beyond_l2.total - report.kernels[2].layer.costs.beyond_l2.total
    )
    assert totals.unfused.beyond_l2.total - totals.planned.beyond_l2.total == saved
    assert totals.saved_share == pytest.approx(saved / totals.unfused.beyond_l2.total)


def test_remarks_are_beside_what_they_are_about(report):
    assert report.kernels[1].remarks == ("not fused: <b>why</b>",)
    assert report.kernels[2].remarks == ("fused", "not fused with what follows")
    assert len(report.remarks) == 5


def test_images_of_a_batch_drive_each_other_out_of_l2(target):
    """One image fits L2 together with its result, eight do not."""

    def layer_of(batch):
        text = f"""
func.func @main(%x: tensor<{batch}x16x48x48xf32>, %w: tensor<16x1x3x3xf32>) -> tensor<{batch}x16x48x48xf32> {{
  %0 = conv.depthwise %x, %w {{padding = [1, 1, 1, 1]}} : tensor<{batch}x16x48x48xf32>, tensor<16x1x3x3xf32> -> tensor<{batch}x16x48x48xf32>
  func.return %0 : tensor<{batch}x16x48x48xf32>
}}
"""  # noqa: E501
        model = load_mlir(text).changed(lambda module: _run(module, PIPELINES["plan"]))
        kernels = collect_report(model, target, (), ()).kernels
        (kernel,) = (one for one in kernels if one.layer.macs)
        return kernel.layer

    one, eight = layer_of(1), layer_of(8)
    assert eight.macs == 8 * one.macs
    assert one.costs.beyond_l2.output == 0
    assert eight.costs.beyond_l2.output == 8 * FLOAT * 16 * 48 * 48
    assert eight.costs.seconds >= 8 * one.costs.seconds


def test_rows_are_the_calls_of_the_compiled_network(planned_text, target):
    """Aliases make no call, results that cannot be written in place are copied."""
    text = """
func.func @main(%x: tensor<1x8x6x6xf32>) -> (tensor<1x8x6x6xf32>, tensor<1x8x6x6xf32>, tensor<8xf32>, tensor<1x8x6x6xf32>) {
  %w = arith.constant dense<0.5> : tensor<8x1x3x3xf32>
  %dead = conv.conv2d %x, %w {padding = [1, 1, 1, 1], groups = 8} : tensor<1x8x6x6xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x6x6xf32> loc("dead")
  %0 = conv.conv2d %x, %w {padding = [1, 1, 1, 1], groups = 8} : tensor<1x8x6x6xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x6x6xf32> loc("conv")
  %1 = conv.global_pool average %0 : tensor<1x8x6x6xf32> -> tensor<1x8x1x1xf32> loc("pool")
  %2 = conv.reshape %1 : tensor<1x8x1x1xf32> -> tensor<8xf32> loc("flat")
  func.return %0, %0, %2, %x : tensor<1x8x6x6xf32>, tensor<1x8x6x6xf32>, tensor<8xf32>, tensor<1x8x6x6xf32>
}
"""  # noqa: E501
    model = load_mlir(text).changed(
        lambda module: _run(module, PIPELINES["simplify"] + PIPELINES["plan"])
    )
    table = kernel_table(model, target, ())
    lowered = model.module.clone()
    _run(lowered, LOWER)
    steps = kernel_steps(lowered)
    assert [step.macs for step in steps] == [kernel.layer.macs for kernel in table.kernels]
    assert len(steps) == len(table.kernels) > 3
    named = [kernel.layer.name for kernel in table.kernels if kernel.layer.kind != "copy"]
    assert [step.location for step in steps][: len(named)] == named
    makers = [table.kernels[table.makers[f"output{index}"] - 1].layer.kind for index in (1, 3)]
    assert makers == ["copy", "copy"]


def test_a_model_that_moves_nothing(target):
    text = "func.func @main(%x: tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32> {\n"
    text += "  func.return %x : tensor<1x4x2x2xf32>\n}\n"
    report = collect_report(load_mlir(text), target, (), ())
    assert [kernel.layer.kind for kernel in report.kernels] == ["copy"]
    assert report.totals.macs == 0
    assert report.totals.measured_seconds is None


def test_a_model_that_is_not_planned(planned_text, target):
    text = planned_text.replace(" schedule = #conv.tile<rotate, columns = 8>", "")
    with pytest.raises(
        ConvoptError, match=r"first: expected a planned module, found conv\.depthwise"
    ):
        collect_report(load_mlir(text), target, (), ())
    text = planned_text.replace(" schedule = #conv.band<rows = 2>", "")
    with pytest.raises(ConvoptError, match=r"first \+ second: .* found conv\.fused without"):
        collect_report(load_mlir(text), target, (), ())


def test_figures_of_the_target(report):
    figures = dict(report.target)
    target = cpu_target("neoverse-n1")
    assert figures["peak"] == f"{target.peak_gflops:.1f} GFLOP/s, one core"
    assert figures["L2"].startswith("1 MiB, ")
    assert report.roofs.bandwidths == (("L3", target.l3_gbs), ("DRAM", target.dram_gbs))
    assert {"convopt", "xdsl", "Python"} <= dict(report.versions).keys()


def _run(module, names):
    run_passes(module, passes_named(names, target="neoverse-n1"), new_context())
