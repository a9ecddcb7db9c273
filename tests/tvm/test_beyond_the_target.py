"""Schedules by hand that the target has no room for: one error, from Python and on the command
line, and no output."""

import pytest

import convopt
from convopt.cli import start

LAYER = """\
func.func @main(%x: tensor<1x64x14x14xf32>) -> tensor<1x512x14x14xf32> {{
  %w = arith.constant dense<0.5> : tensor<512x64x1x1xf32>
  %y = conv.pointwise %x, %w schedule = #conv.block<{}>
    : tensor<1x64x14x14xf32>, tensor<512x64x1x1xf32> -> tensor<1x512x14x14xf32>
  func.return %y : tensor<1x512x14x14xf32>
}}
"""
MODULE = """\
func.func @main(%x: tensor<1x8x14x14xf32>) -> tensor<1x8x14x14xf32> {{
  %w = arith.constant dense<0.5> : tensor<8x8x1x1xf32>
  %d = arith.constant dense<0.5> : tensor<8x1x3x3xf32>
  %y = conv.fused(%x, %w, %d) schedule = #conv.block<{}> {{
  ^bb0(%in: tensor<1x8x14x14xf32>, %p: tensor<8x8x1x1xf32>, %f: tensor<8x1x3x3xf32>):
    %a = conv.pointwise %in, %p
      : tensor<1x8x14x14xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x14x14xf32>
    %b = conv.depthwise %a, %f {{padding = [1, 1, 1, 1]}}
      : tensor<1x8x14x14xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x14x14xf32>
    conv.yield %b : tensor<1x8x14x14xf32>
  }} : tensor<1x8x14x14xf32>, tensor<8x8x1x1xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x14x14xf32>
  func.return %y : tensor<1x8x14x14xf32>
}}
"""
TENSOR_CORES = "thread_filters = 16, thread_pixels = 8, channels = 8, matrix = true"
CASES = {
    "shared memory": (
        LAYER,
        "filters = 512, rows = 6, columns = 6, thread_filters = 32, thread_pixels = 4, "
        "channels = 48, buffers = 2",
        "shared memory: expected at most 65536 bytes in a block on gtx-1660, found 210432",
        "h200",
    ),
    "registers of a thread": (
        LAYER,
        "filters = 64, rows = 7, columns = 8, thread_filters = 16, thread_pixels = 14",
        "registers: expected at most 255 in a thread, found about 280",
        "",
    ),
    "registers of a block": (
        LAYER,
        "filters = 128, rows = 16, columns = 16, thread_filters = 4, thread_pixels = 8, "
        "channels = 16",
        "registers: expected at most 65536 in a block on gtx-1660, found about 71680",
        "",
    ),
    "tensor cores": (
        LAYER,
        f"filters = 16, rows = 2, columns = 4, {TENSOR_CORES}",
        "matrix: expected a GPU with tensor cores, found gtx-1660",
        "h200",
    ),
    "a module": (
        MODULE,
        f"filters = 16, rows = 2, columns = 4, {TENSOR_CORES}",
        "matrix: expected a GPU with tensor cores, found gtx-1660",
        "h200",
    ),
}
"""Text, block, what is wrong with it on a GTX 1660, and where nothing is."""


@pytest.mark.parametrize("name", CASES)
def test_emit(name: str) -> None:
    text, block, problem, roomy = CASES[name]
    with pytest.raises(convopt.ConvoptError) as raised:
        convopt.emit(text.format(block), "gtx-1660", "cuda")
    operation = "conv.fused" if text is MODULE else "conv.pointwise"
    assert str(raised.value) == f"{operation}: #conv.block<{block}>: {problem}"
    if roomy:
        assert "__global__" in convopt.emit(text.format(block), roomy, "cuda")


@pytest.mark.parametrize("kind", ["tvmscript", "cuda", "ptx", "launches", "weights", "bundle"])
def test_on_the_command_line(kind: str, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    text, block, problem, _ = CASES["tensor cores"]
    source, output = tmp_path / "layer.mlir", tmp_path / "out.json"
    source.write_text(text.format(block))
    code = start.convopt([str(source), "--target=gtx-1660", f"--emit={kind}", "-o", str(output)])
    found = capsys.readouterr()
    assert (code, found.out) == (1, "")
    expected = f"convopt: error: conv.pointwise: #conv.block<{block}>: {problem}\n"
    assert found.err == expected
    assert {path.name for path in tmp_path.iterdir()} <= {"layer.mlir", "cache"}
