"""Planned text that no kernel can be made of: every reason has its message."""

import re
import sys

import pytest

from convopt.backends.tvm.network import build_network
from convopt.errors import ConvoptError
from convopt.testing.passes import parse_module

IMAGE = "tensor<1x8x6x6xf32>"
FILTERS = {
    "pointwise": "tensor<8x8x1x1xf32>",
    "depthwise": "tensor<8x1x3x3xf32>",
    "grouped": "tensor<8x4x3x3xf32>",
}
ATTRIBUTES = {
    "pointwise": "",
    "depthwise": "{padding = [1, 1, 1, 1]}",
    "grouped": "{padding = [1, 1, 1, 1], groups = 2}",
}
BLOCK = "#conv.block<filters = 4, rows = 2, columns = 2>"


def conv(kind: str, result: str, input: str, filters: str, rest: str = "") -> str:
    return (
        f"%{result} = conv.{kind} %{input}, %{filters} {ATTRIBUTES[kind]} {rest} "
        f": {IMAGE}, {FILTERS[kind]} -> {IMAGE}"
    )


def constants() -> str:
    return "\n".join(
        f"%{kind} = arith.constant dense<0.5> : {type}" for kind, type in FILTERS.items()
    )


def main(body: str, result: str = "%y", type: str = IMAGE, extra: str = "") -> str:
    return f"""
  func.func @main(%x: {IMAGE}{extra}) -> {type} {{
    {constants()}
    {body}
    func.return {result} : {type}
  }}"""


def layer(kind: str, block: str) -> str:
    return main(conv(kind, "y", "x", kind, f"schedule = #conv.block<{block}>"))


def module(*stages: str, block: str = f"schedule = {BLOCK}", yields: str = "b") -> str:
    """Of stages that read %in, %p (pointwise filters), %d (depthwise ones) and each other."""
    types = f"{IMAGE}, {FILTERS['pointwise']}, {FILTERS['depthwise']}"
    body = "\n      ".join(stages)
    return main(f"""%y = conv.fused(%x, %pointwise, %depthwise) {block} {{
    ^bb0(%in: {IMAGE}, %p: {FILTERS["pointwise"]}, %d: {FILTERS["depthwise"]}):
      {body}
      conv.yield %{yields} : {IMAGE}
    }} : {types} -> {IMAGE}""")


ADDED = f"""epilogue(%in : {IMAGE}) {{
      ^bb0(%acc: f32, %r: f32):
        %s = arith.addf %acc, %r : f32
        conv.yield %s : f32
      }}"""
DOUBLED = f"""%b = conv.elementwise(%a, %a) {{
      ^bb0(%v: f32, %w: f32):
        %s = arith.addf %v, %w : f32
        conv.yield %s : f32
      }} : {IMAGE}, {IMAGE} -> {IMAGE}"""
SIZES = "filters = 4, rows = 2, columns = 2"
WRONG = {
    "no schedule": (
        main(conv("pointwise", "y", "x", "pointwise")),
        "conv.pointwise: expected a #conv.block schedule on a GPU, found none",
    ),
    "a convolution as models have it": (
        main(
            "%y = conv.conv2d %x, %depthwise {padding = [1, 1, 1, 1], groups = 8} "
            f": {IMAGE}, {FILTERS['depthwise']} -> {IMAGE}"
        ),
        "conv.conv2d: expected a #conv.block schedule on a GPU, found none",
    ),
    "batch norm": (
        main(
            "%b = arith.constant dense<0.5> : tensor<8xf32>\n"
            "%y = conv.batch_norm %x, %b, %b, %b, %b {epsilon = 1.0e-5 : f32} : "
            f"{IMAGE}, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32> -> {IMAGE}"
        ),
        "conv.batch_norm: expected an operation with a kernel on GPUs, found none",
    ),
    "a schedule for a CPU": (
        main(
            conv("depthwise", "y", "x", "depthwise", "schedule = #conv.tile<rotate, columns = 2>")
        ),
        "conv.depthwise: expected a #conv.block schedule on a GPU, found #conv.tile",
    ),
    "a module without schedule": (
        module(conv("pointwise", "a", "in", "p"), conv("depthwise", "b", "a", "d"), block=""),
        "conv.fused: expected a #conv.block schedule on a GPU, found none",
    ),
    "a band for a CPU": (
        module(
            conv("pointwise", "a", "in", "p"),
            conv("depthwise", "b", "a", "d"),
            block="schedule = #conv.band<rows = 2>",
        ),
        "conv.fused: expected a #conv.block schedule on a GPU, found #conv.band",
    ),
    "stages that no kernel holds": (
        module(conv("depthwise", "a", "in", "d"), conv("depthwise", "b", "a", "d")),
        "expected stages that a GPU kernel can hold, found conv.depthwise, conv.depthwise",
    ),
    "too many stages": (
        module(
            conv("pointwise", "a", "in", "p"),
            conv("pointwise", "c", "a", "p"),
            conv("pointwise", "b", "c", "p"),
        ),
        "expected stages that a GPU kernel can hold, found conv.pointwise, conv.pointwise, conv.",
    ),
    "a residual in the middle": (
        module(conv("pointwise", "a", "in", "p", ADDED), conv("depthwise", "b", "a", "d")),
        "expected stages that a GPU kernel can hold, found conv.pointwise, conv.depthwise",
    ),
    "one stage": (
        module(conv("pointwise", "b", "in", "p")),
        "expected two stages or more, found 1",
    ),
    "stages apart from each other": (
        module(conv("pointwise", "a", "in", "p"), conv("depthwise", "b", "in", "d")),
        "expected the result of stage 1 to be the input of stage 2 and nothing else, found no use",
    ),
    "something else in a module": (
        module(conv("pointwise", "a", "in", "p"), DOUBLED),
        "expected convolutions in conv.fused, found conv.elementwise",
    ),
    "an operation without a kernel": (
        main(f"%y = conv.resize nearest asymmetric %x : {IMAGE} -> {IMAGE}"),
        "conv.resize: expected an operation with a kernel on GPUs, found none",
    ),
    "filters that come in": (
        main(
            conv("pointwise", "y", "x", "w", f"schedule = {BLOCK}"),
            extra=f", %w: {FILTERS['pointwise']}",
        ),
        "conv.pointwise: expected a constant filter, found a computed one",
    ),
    "a bias that comes in": (
        main(
            conv(
                "pointwise",
                "y",
                "x",
                "pointwise",
                f"schedule = {BLOCK} " + ADDED.replace(f"%in : {IMAGE}", "%bias : tensor<8xf32>"),
            ),
            extra=", %bias: tensor<8xf32>",
        ),
        "conv.pointwise: expected a constant epilogue operand, found a computed one",
    ),
    "channels of a depthwise convolution": (
        layer("depthwise", f"{SIZES}, channels = 2"),
        "channels: expected 1 without a reduction over channels, found 2",
    ),
    "slices of a depthwise convolution": (
        layer("depthwise", f"{SIZES}, slices = 2"),
        "slices: expected 1 without a reduction over channels, found 2",
    ),
    "buffers of a depthwise convolution": (
        layer("depthwise", f"{SIZES}, buffers = 2"),
        "buffers: expected 1 without a reduction over channels, found 2",
    ),
    "pixels that do not divide a row": (
        layer("depthwise", "filters = 4, rows = 2, columns = 3, thread_pixels = 2"),
        "thread_pixels: expected a divisor of 3 columns, found 2",
    ),
    "filters that threads do not divide": (
        layer("pointwise", f"{SIZES}, thread_filters = 3"),
        "thread_filters: expected a divisor of 4 filters, found 3",
    ),
    "filters that threads do not divide, depthwise": (
        layer("depthwise", f"{SIZES}, thread_filters = 3"),
        "thread_filters: expected a divisor of 4 filters, found 3",
    ),
    "slices that do not divide channels": (
        layer("pointwise", f"{SIZES}, channels = 3, slices = 2"),
        "slices: expected a divisor of 3 channels, found 2",
    ),
    "filters of one group and a half": (
        layer("grouped", "filters = 6, rows = 2, columns = 2"),
        "filters: expected less than the 4 of a group or a multiple, found 6",
    ),
    "a thread of two groups": (
        layer("grouped", "filters = 8, rows = 2, columns = 2, thread_filters = 8"),
        "thread_filters: expected a divisor of a group's 4 filters, found 8",
    ),
    "too many threads": (
        layer("pointwise", "filters = 64, rows = 6, columns = 6"),
        "threads: expected at most 1024 in a block, found 2304",
    ),
    "too many threads, depthwise": (
        layer("depthwise", "filters = 64, rows = 6, columns = 6"),
        "threads: expected at most 1024 in a block, found 2304",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_modules_without_a_kernel(name, h200):
    text, message = WRONG[name]
    with pytest.raises(ConvoptError, match=re.escape(message)) as raised:
        build_network(parse_module(text), h200, "tested")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("count", [0, 2])
def test_modules_of_several_functions(h200, count):
    functions = "\n".join(f"func.func @f{i}() {{ func.return }}" for i in range(count))
    module = parse_module(f"builtin.module {{ {functions} }}")
    with pytest.raises(ConvoptError, match=f"expected a module of one function, found {count}"):
        build_network(module, h200, "tested")


def test_without_tvm(h200, monkeypatch):
    monkeypatch.setitem(sys.modules, "tvm", None)
    module = parse_module(layer("pointwise", SIZES))
    message = r"expected Apache TVM to write CUDA, found none \(.*\): pip install 'convopt\[cuda\]'"
    with pytest.raises(ConvoptError, match=message):
        build_network(module, h200, "tested")
