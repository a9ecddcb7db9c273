"""Random arithmetic with constants per channel, as one batch norm."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from convopt.passes.simplify.fold_batch_norm import FoldBatchNormPass
from convopt.passes.simplify.recognize_batch_norm import RecognizeBatchNormPass
from convopt.testing.passes import largest_difference, op_names, parse_module, run_passes

CHANNELS = 3
NUMBERS = st.floats(0.25, 4.0, width=32).flatmap(lambda x: st.sampled_from([x, -x]))
SHAPES = ("3x1x1", "1x3x1x1", "1x1x1", "1", "3x1x1")
TENSOR = "tensor<1x3x4x4xf32>"


@st.composite
def steps(draw: st.DrawFn) -> tuple[str, str, bool, list[float]]:
    """An operation, the shape of its constant, whether that comes first, and its elements."""
    word = draw(st.sampled_from(["addf", "subf", "mulf", "divf"]))
    shape = draw(st.sampled_from(SHAPES))
    count = CHANNELS if "3" in shape else 1
    is_first = draw(st.booleans()) and word != "divf"
    return word, shape, is_first, draw(st.lists(NUMBERS, min_size=count, max_size=count))


def nested(shape: str, values: list[float]) -> str:
    """The elements of a tensor whose axes but one have size one, in brackets."""
    axes = shape.split("x")
    before = axes.index("3") if "3" in axes else len(axes) - 1
    behind = len(axes) - before - 1
    parts = ["[" * behind + repr(value) + "]" * behind for value in values]
    return "[" * (before + 1) + ", ".join(parts) + "]" * (before + 1)


@settings(max_examples=60, deadline=None)
@given(chain=st.lists(steps(), min_size=1, max_size=5), follows=st.booleans())
def test_any_arithmetic(chain: list[tuple[str, str, bool, list[float]]], follows: bool) -> None:
    lines = [
        f"%c{i} = arith.constant dense<{nested(shape, values)}> : tensor<{shape}xf32>"
        for i, (_, shape, _, values) in enumerate(chain)
    ]
    lines.append("%w = arith.constant dense<1.0> : tensor<3x3x1x1xf32>")
    lines.append(f"%0 = conv.conv2d %x, %w : {TENSOR}, tensor<3x3x1x1xf32> -> {TENSOR}")
    previous = "%0" if follows else "%x"
    for i, (word, shape, is_first, _) in enumerate(chain):
        operands = "%b, %a" if is_first else "%a, %b"
        lines.append(
            f"%e{i} = conv.elementwise({previous}, %c{i}) {{\n^bb0(%a: f32, %b: f32):\n"
            f"%r = arith.{word} {operands} : f32\nconv.yield %r : f32\n}} : "
            f"{TENSOR}, tensor<{shape}xf32> -> {TENSOR}"
        )
        previous = f"%e{i}"
    body = "\n".join(lines)
    before = parse_module(
        f"func.func @main(%x: {TENSOR}) -> {TENSOR} {{\n{body}\n"
        f"func.return {previous} : {TENSOR}\n}}"
    )
    after, _ = run_passes(before, RecognizeBatchNormPass(), FoldBatchNormPass())
    assert largest_difference(before, after) < 1e-5
    factor = np.ones(CHANNELS)
    for word, _, is_first, values in chain:
        factor *= {"mulf": np.array(values), "divf": 1 / np.array(values)}.get(word, 1.0)
        factor *= -1.0 if word == "subf" and is_first else 1.0
    if follows and not np.allclose(factor, 1.0):
        assert op_names(after) == ["conv.conv2d"]
