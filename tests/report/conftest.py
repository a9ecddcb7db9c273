"""Fixtures: planned modules with known costs, and their reports."""

import pytest

from convopt.backends.targets import cpu_target
from convopt.frontends.mlir import load_mlir
from convopt.passes.remarks import Remark, RemarkKind
from convopt.report.collect import collect_report
from convopt.report.records import PhaseSeconds

BLOCKED = "#conv.layout<nchwc, 4>"

# A pointwise convolution whose input and output are larger than L2, and a fused pair.
PLANNED = f"""\
func.func @main(%x: tensor<1x16x128x128xf32> {{conv.name = "image"}}) -> (tensor<1x64x128x128xf32> {{conv.name = "y"}}) {{
  %w = arith.constant dense<0.5> : tensor<32x16x1x1xf32>
  %d = arith.constant dense<0.5> : tensor<32x1x3x3xf32>
  %p = arith.constant dense<0.5> : tensor<64x32x1x1xf32>
  %0 = conv.convert_layout %x : tensor<1x16x128x128xf32> -> tensor<1x16x128x128xf32, {BLOCKED}> loc("in")
  %1 = conv.pointwise %0, %w schedule = #conv.tile<broadcast, columns = 2, vectors = 8> : tensor<1x16x128x128xf32, {BLOCKED}>, tensor<32x16x1x1xf32> -> tensor<1x32x128x128xf32, {BLOCKED}> loc("alone")
  %2 = conv.fused(%1, %d, %p) schedule = #conv.band<rows = 2> {{
  ^bb0(%a: tensor<1x32x128x128xf32, {BLOCKED}>, %b: tensor<32x1x3x3xf32>, %c: tensor<64x32x1x1xf32>):
    %3 = conv.depthwise %a, %b {{padding = [1, 1, 1, 1]}} schedule = #conv.tile<rotate, columns = 8> : tensor<1x32x128x128xf32, {BLOCKED}>, tensor<32x1x3x3xf32> -> tensor<1x32x128x128xf32, {BLOCKED}> loc("first")
    %4 = conv.pointwise %3, %c schedule = #conv.tile<broadcast, columns = 4, vectors = 4> : tensor<1x32x128x128xf32, {BLOCKED}>, tensor<64x32x1x1xf32> -> tensor<1x64x128x128xf32, {BLOCKED}> loc("second")
    conv.yield %4 : tensor<1x64x128x128xf32, {BLOCKED}>
  }} : tensor<1x32x128x128xf32, {BLOCKED}>, tensor<32x1x3x3xf32>, tensor<64x32x1x1xf32> -> tensor<1x64x128x128xf32, {BLOCKED}> loc(fused["first", "second"])
  %5 = conv.convert_layout %2 : tensor<1x64x128x128xf32, {BLOCKED}> -> tensor<1x64x128x128xf32> loc("out")
  func.return %5 : tensor<1x64x128x128xf32>
}}
"""  # noqa: E501

REMARKS = (
    Remark(RemarkKind.ANALYSIS, "conv-choose-tiles", "alone", "a tile"),
    Remark(RemarkKind.PASSED, "conv-specialize", "alone", "is conv.pointwise"),
    Remark(RemarkKind.MISSED, "conv-fuse-modules", "alone", "not fused: <b>why</b>"),
    Remark(RemarkKind.MISSED, "conv-fuse-modules", "second", "not fused with what follows"),
    Remark(RemarkKind.PASSED, "conv-fuse-modules", "first + second", "fused"),
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def planned_text():
    return PLANNED


@pytest.fixture
def target():
    """L2 has 1 MiB, L3 32 MiB."""
    return cpu_target("neoverse-n1")


@pytest.fixture
def report(target):
    """Of the planned module and what its four kernels are said to take."""
    model = load_mlir(PLANNED, "planned.mlir", "planned")
    phases = [PhaseSeconds("conv-choose-tiles", 0.25), PhaseSeconds("conv-specialize", 0.125)]
    return collect_report(model, target, REMARKS, phases, [1e-3, 2e-3, 4e-3, 8e-3])
