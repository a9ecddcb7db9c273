"""What simplification does with tensors of f16 and i8: the same where it can, nothing elsewhere."""

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp, f16, i8

from convopt.convdialect.constants import constant_elements
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.reference import run
from convopt.passes.pipelines import SIMPLIFY
from convopt.passes.registry import PASSES
from convopt.passes.rewriting import ops_of_type
from convopt.passes.simplify.fold_constants import FoldConstantsPass
from convopt.passes.simplify.fuse_epilogues import FuseEpiloguesPass
from convopt.passes.simplify.fuse_input_scales import FuseInputScalesPass
from convopt.testing.passes import op_names, parse_module, run_passes

HALF, INT8, SINGLE = (f"tensor<1x4x5x5x{element}>" for element in ("f16", "i8", "f32"))
BODY = "{ ^bb0(%a: f32, %c: f32): %r = arith.OPf %a, %c : f32 conv.yield %r : f32 }"
ADD, MULTIPLY = BODY.replace("OP", "add"), BODY.replace("OP", "mul")
QUANTIZE = """{ ^bb0(%a: f32):
  %least = arith.constant -128.0 : f32
  %most = arith.constant 127.0 : f32
  %n = math.roundeven %a : f32
  %l = arith.maxnumf %n, %least : f32
  %m = arith.minnumf %l, %most : f32
  %q = arith.fptosi %m : f32 to i8
  conv.yield %q : i8 }"""
DEQUANTIZE = """{ ^bb0(%a: i32):
  %f = arith.sitofp %a : i32 to f32
  conv.yield %f : f32 }"""


def module(body: str, result: str, argument: str) -> ModuleOp:
    return parse_module(f"""
      func.func @main(%x: {argument}, %s: tensor<1x4x1x1xf16>, %v: tensor<1x4x1x1xf32>)
          -> {result} {{
        %b = arith.constant dense<[[[0.5]], [[1.0]], [[-2.0]], [[0.25]]]> : tensor<4x1x1xf32>
        %wh = arith.constant dense<0.25> : tensor<4x4x1x1xf16>
        %wi = arith.constant dense<3> : tensor<4x4x1x1xi8>
        {body}
        func.return %y : {result}
      }}""")


def same_results(before: ModuleOp, after: ModuleOp, x: np.ndarray) -> bool:
    scale = np.arange(4.0).reshape(1, 4, 1, 1)
    found = [run(each, [x, scale, scale], dtype=np.float32)[0] for each in (before, after)]
    assert len(np.unique(found[0])) > 10
    return np.array_equal(*found)


def quarters() -> np.ndarray:
    """Numbers whose sums and products fit f16, so that fewer roundings change nothing."""
    return np.random.default_rng(0).integers(-8, 8, (1, 4, 5, 5)) / 4


def int8s() -> np.ndarray:
    return np.random.default_rng(0).integers(-9, 9, (1, 4, 5, 5)).astype(np.int8)


POINTWISE = f"%0 = conv.pointwise %x, %wh : {HALF}, tensor<4x4x1x1xf16> -> {HALF}\n"
FUSED_F16 = f"""{POINTWISE}
  %1 = conv.elementwise(%0, %b) {ADD} : {HALF}, tensor<4x1x1xf32> -> {HALF}
  %y = conv.elementwise(%1, %x) {ADD} : {HALF}, {HALF} -> {HALF}"""


def test_epilogues_of_f16_are_fused() -> None:
    before = module(FUSED_F16, HALF, HALF)
    after, _ = run_passes(before, FuseEpiloguesPass())
    assert op_names(after) == ["conv.pointwise"]
    (conv,) = ops_of_type(after, ConvolutionOp)
    assert [str(each.type) for each in conv.extras] == ["tensor<4xf32>", HALF]
    assert same_results(before, after, quarters())


FUSED_I8 = f"""
  %0 = conv.pointwise %x, %wi epilogue {DEQUANTIZE} : {INT8}, tensor<4x4x1x1xi8> -> {SINGLE}
  %1 = conv.elementwise(%0, %b) {MULTIPLY} : {SINGLE}, tensor<4x1x1xf32> -> {SINGLE}
  %2 = conv.elementwise(%1) {QUANTIZE} : {SINGLE} -> {INT8}
  %3 = conv.elementwise(%2) {DEQUANTIZE} : {INT8} -> {SINGLE}
  %y = conv.elementwise(%3, %b) {ADD} : {SINGLE}, tensor<4x1x1xf32> -> {SINGLE}"""


def test_the_f32_of_an_i8_convolution_is_fused_until_it_is_rounded() -> None:
    before = module(FUSED_I8, SINGLE, INT8)
    after, _ = run_passes(before, FuseEpiloguesPass())
    assert op_names(after) == ["conv.pointwise", "conv.elementwise", "conv.elementwise"]
    assert same_results(before, after, int8s())


def test_nothing_is_fused_behind_a_result_of_i8() -> None:
    text = f"""
      %0 = conv.elementwise(%x) {QUANTIZE} : {SINGLE} -> {INT8}
      %y = conv.elementwise(%0) {
        QUANTIZE.replace(
            "^bb0(%a: f32):",
            '''^bb0(%i: i32):
        %a = arith.sitofp %i : i32 to f32''',
        )
    } : {INT8} -> {INT8}"""
    before = module(text, INT8, SINGLE)
    after, _ = run_passes(before, FuseEpiloguesPass())
    assert after.is_structurally_equivalent(before)


def test_a_scale_of_the_same_elements_is_fused() -> None:
    text = f"""
      %0 = conv.elementwise(%x, %s) {MULTIPLY} : {HALF}, tensor<1x4x1x1xf16> -> {HALF}
      %y = conv.pointwise %0, %wh : {HALF}, tensor<4x4x1x1xf16> -> {HALF}"""
    before = module(text, HALF, HALF)
    after, _ = run_passes(before, FuseInputScalesPass())
    assert op_names(after) == ["conv.pointwise"]
    assert same_results(before, after, quarters())


def test_a_scale_of_other_elements_is_left() -> None:
    text = f"""
      %0 = conv.elementwise(%x, %v) {MULTIPLY} : {HALF}, tensor<1x4x1x1xf32> -> {HALF}
      %y = conv.pointwise %0, %wh : {HALF}, tensor<4x4x1x1xf16> -> {HALF}"""
    before = module(text, HALF, HALF)
    after, _ = run_passes(before, FuseInputScalesPass())
    assert after.is_structurally_equivalent(before)


@pytest.mark.parametrize(
    ("op", "element", "expected"),
    [
        ("conv.cast %c : tensor<3xf32> -> tensor<3xf16>", f16, np.float16([0.1, 2.5, -300.7])),
        (f"conv.elementwise(%c) {QUANTIZE} : tensor<3xf32> -> tensor<3xi8>", i8, [0, 2, -128]),
    ],
)
def test_constants_are_folded_to_the_result_type(
    op: str, element: object, expected: object
) -> None:
    before = parse_module(f"""
      func.func @main() -> tensor<3x{element}> {{
        %c = arith.constant dense<[0.1, 2.5, -300.7]> : tensor<3xf32>
        %y = {op}
        func.return %y : tensor<3x{element}>
      }}""")
    after, _ = run_passes(before, FoldConstantsPass())
    (returned,) = [each for each in after.walk() if each.name == "func.return"]
    array = constant_elements(returned.operands[0])
    assert array is not None
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize(
    ("text", "result", "argument"),
    [(FUSED_F16, HALF, HALF), (FUSED_I8, SINGLE, INT8)],
    ids=["f16", "i8"],
)
def test_all_of_simplification_keeps_the_results(text: str, result: str, argument: str) -> None:
    before = module(text, result, argument)
    after, _ = run_passes(before, *(PASSES[name]()() for name in SIMPLIFY))
    assert same_results(before, after, quarters() if argument == HALF else int8s())
