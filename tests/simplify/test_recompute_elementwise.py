"""What moves into its readers computes what it computed before; what does not, stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convopt.passes.simplify.recompute_elementwise import RecomputeElementwisePass
from convopt.testing.passes import largest_difference, op_names, parse_module, run_passes

FULL, CHANNEL = "tensor<2x3x4x5xf32>", "tensor<1x3x1x1xf32>"
HALF = "tensor<2x3x4x5xf16>"
WORDS = ("addf", "subf", "mulf", "maxnumf", "minnumf")


def elementwise(result: str, inputs: list[str], words: list[str], types: list[str], to: str) -> str:
    """A chain of operations over all inputs, one word less than these."""
    arguments = [f"%a{i}" for i in range(len(inputs))]
    lines, previous = [], arguments[0]
    for number, (word, argument) in enumerate(zip(words, arguments[1:], strict=True)):
        lines.append(f"%r{number} = arith.{word} {previous}, {argument} : f32")
        previous = f"%r{number}"
    block = ", ".join(f"{argument}: f32" for argument in arguments)
    return (
        f"{result} = conv.elementwise({', '.join(inputs)}) {{\n^bb0({block}):\n"
        + "\n".join(lines)
        + f"\nconv.yield {previous} : f32\n}} : {', '.join(types)} -> {to}\n"
    )


def sums(result: str, value: str, of: str = FULL) -> str:
    return (
        f"{result} = conv.channel_sums({value}) {{\n^bb0(%a: f32):\n%p = arith.mulf %a, %a : f32\n"
        f"conv.yield %a, %p : f32, f32\n}} : {of} -> tensor<2x3x1x1xf32>\n"
    )


def function(body: str, returned: str, types: str) -> str:
    return (
        f"func.func @main(%x: {FULL}, %y: {FULL}, %v: {CHANNEL}, %k: tensor<1x1x4x5xf32>) "
        f"-> ({types}) {{\n{body}func.return {returned} : {types}\n}}"
    )


@settings(max_examples=40, deadline=None)
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=2, max_size=2),
    more=st.lists(st.sampled_from(WORDS), min_size=2, max_size=2),
    again=st.booleans(),
)
def test_any_arithmetic(words: list[str], more: list[str], again: bool) -> None:
    """With readers that read the value twice, or what it was made of as well."""
    made = elementwise("%m", ["%x", "%y", "%v"], words, [FULL, FULL, CHANNEL], FULL)
    other = "%m" if again else "%x"
    read = elementwise("%z", ["%m", other, "%v"], more, [FULL, FULL, CHANNEL], FULL)
    before = parse_module(
        function(made + sums("%s", "%m") + read, "%s, %z", f"tensor<2x3x1x1xf32>, {FULL}")
    )
    after, remarks = run_passes(before, RecomputeElementwisePass())
    assert op_names(after) == ["conv.channel_sums", "conv.elementwise"]
    assert [remark.kind for remark in remarks] == ["passed", "passed"]
    assert largest_difference(before, after) < 1e-5


KEPT = {
    "the function returns it": (
        elementwise("%m", ["%x", "%y"], ["addf"], [FULL, FULL], FULL) + sums("%s", "%m"),
        "%m, %s",
        f"{FULL}, tensor<2x3x1x1xf32>",
    ),
    "its reader makes more elements": (
        elementwise("%m", ["%v", "%v"], ["addf"], [CHANNEL, CHANNEL], CHANNEL)
        + elementwise("%z", ["%x", "%m"], ["addf"], [FULL, CHANNEL], FULL),
        "%z",
        FULL,
    ),
    "sums want inputs of all channels": (
        elementwise("%m", ["%x", "%k"], ["addf"], [FULL, "tensor<1x1x4x5xf32>"], FULL)
        + sums("%s", "%m"),
        "%s",
        "tensor<2x3x1x1xf32>",
    ),
    "it divides": (
        elementwise("%m", ["%x", "%y"], ["divf"], [FULL, FULL], FULL) + sums("%s", "%m"),
        "%s",
        "tensor<2x3x1x1xf32>",
    ),
    "it reads f16": (
        elementwise("%h", ["%x"], [], [FULL], HALF)
        + elementwise("%m", ["%h", "%y"], ["addf"], [HALF, FULL], FULL)
        + sums("%s", "%m"),
        "%h, %s",
        f"{HALF}, tensor<2x3x1x1xf32>",
    ),
    "it is rounded to f16": (
        elementwise("%m", ["%x", "%y"], ["addf"], [FULL, FULL], HALF)
        + elementwise("%z", ["%m", "%x"], ["addf"], [HALF, FULL], FULL),
        "%z",
        FULL,
    ),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_stays(case: str) -> None:
    before = parse_module(function(*KEPT[case]))
    after, remarks = run_passes(before, RecomputeElementwisePass())
    assert after.is_structurally_equivalent(before)
    assert not remarks
