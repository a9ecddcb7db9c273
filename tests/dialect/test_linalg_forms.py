"""linalg's named operations, as MLIR writes and understands them."""

import re
import shutil
import subprocess

import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir.affine import AffineDimExpr, AffineMap

from convopt.convdialect.linalg.forms import (
    CONVOLUTIONS,
    MATRIX_PRODUCTS,
    POOLINGS,
    ConvolutionForm,
    PoolingForm,
)
from convopt.mlir_text import MLIRSyntaxError, parse_module, print_module
from convopt.pass_manager import VerificationError, verify

FORMS: dict[str, ConvolutionForm | PoolingForm] = {**CONVOLUTIONS, **MATRIX_PRODUCTS, **POOLINGS}
SIZES = {"n": 2, "g": 3, "c": 4, "f": 5, "h": 6, "w": 7}
KERNEL = {"h": 2, "w": 3}
STRIDES = {"h": 2, "w": 3}
DILATIONS = {"h": 3, "w": 1}
MLIR_OPT = next(
    (
        name
        for name in ("mlir-opt", *(f"mlir-opt-{version}" for version in range(22, 17, -1)))
        if shutil.which(name)
    ),
    None,
)


def tensor(sizes: list[int], element: str = "f32") -> str:
    return f"tensor<{'x'.join(map(str, sizes))}x{element}>"


def types_of(form: ConvolutionForm | PoolingForm) -> tuple[str, str, str]:
    """Types of input, filter and result of the sizes above; h and w are those of the result."""
    rows = {x: (SIZES[x] - 1) * STRIDES[x] + (KERNEL[x] - 1) * DILATIONS[x] + 1 for x in "hw"}
    if isinstance(form, PoolingForm):
        filter_axes, result = form.spatial, form.input
    else:
        filter_axes, result = form.filter, form.result
    return (
        tensor([(SIZES | rows)[axis] for axis in form.input]),
        tensor([(SIZES | KERNEL)[axis] for axis in filter_axes]),
        tensor([SIZES[axis] for axis in result]),
    )


def text_of(name: str) -> str:
    form = FORMS[name]
    taken, kernel, result = types_of(form)
    window = ""
    if not isinstance(form, ConvolutionForm) or name in CONVOLUTIONS:
        strides, dilations = (
            [numbers[axis] for axis in form.spatial] for numbers in (STRIDES, DILATIONS)
        )
        shape = f"tensor<{len(strides)}xi64>"
        given = f"dilations = dense<{dilations}> : {shape}, strides = dense<{strides}> : {shape}"
        window = f" {{{given}}}"
    return (
        f"func.func @main(%x: {taken}, %w: {kernel}, %o: {result}) -> {result} {{\n"
        f"  %0 = {name}{window} ins(%x, %w : {taken}, {kernel}) outs(%o : {result}) -> {result}\n"
        f"  func.return %0 : {result}\n}}\n"
    )


def structured(text: str) -> LinalgStructuredOperation:
    module = parse_module(text, "a.mlir")
    verify(module)
    (op,) = (each for each in module.walk() if isinstance(each, LinalgStructuredOperation))
    return op


def printed(op: LinalgStructuredOperation) -> str:
    """The module around an operation, as text."""
    module = op.get_toplevel_object()
    assert isinstance(module, ModuleOp)
    return print_module(module)


def maps_of(op: LinalgStructuredOperation) -> list[str]:
    """The indexing maps, with loops numbered as they first appear from the last map on."""
    maps: list[AffineMap] = [each.data for each in op.get_indexing_maps()]
    order: dict[int, int] = {}
    for each in [maps[-1], *maps]:
        for expression in each.results:
            for part in expression.dfs():
                if isinstance(part, AffineDimExpr):
                    order.setdefault(part.position, len(order))
    dims = [AffineDimExpr(order[loop]) for loop in range(maps[0].num_dims)]
    return [str(each.replace_dims_and_symbols(dims, [], len(dims), 0)) for each in maps]


@pytest.mark.skipif(MLIR_OPT is None, reason="needs mlir-opt")
@pytest.mark.parametrize("name", FORMS)
def test_forms_mean_what_they_mean_to_mlir(name: str) -> None:
    op = structured(text_of(name))
    assert MLIR_OPT is not None
    finished = subprocess.run(
        [MLIR_OPT, "--linalg-generalize-named-ops"],
        input=printed(op),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "is unknown" in finished.stderr:
        pytest.skip(f"{MLIR_OPT} does not know {name}")
    assert finished.returncode == 0, finished.stderr
    generic = structured(finished.stdout)
    assert generic.name == "linalg.generic"
    assert maps_of(op) == maps_of(generic)
    kinds = [each.data for each in op.get_iterator_types()]
    assert sorted(kinds) == sorted(each.data for each in generic.get_iterator_types())


@pytest.mark.parametrize("name", FORMS)
def test_forms_print_as_they_are_read(name: str) -> None:
    text = printed(structured(text_of(name)))
    assert printed(structured(text)) == text
    assert f"{name} " in text


def test_strides_and_dilations_are_one_where_none_are_given() -> None:
    op = structured(
        "func.func @main(%x: tensor<1x2x5x5xf32>, %w: tensor<2x3x3xf32>, %o: tensor<1x2x3x3xf32>)"
        " {\n  %0 = linalg.depthwise_conv_2d_nchw_chw ins(%x, %w : tensor<1x2x5x5xf32>,"
        " tensor<2x3x3xf32>) outs(%o : tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>\n"
        "  func.return\n}\n"
    )
    assert str(op.get_indexing_maps().data[0].data.results[2]) == "(d2 + d4)"


DEPTHWISE = text_of("linalg.depthwise_conv_2d_nchw_chw")
FILTER = "tensor<3x2x3xf32>"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("strides = dense<[2, 3]> : tensor<2xi64>", "strides = dense<2> : tensor<1xi64>",
         "a.mlir:2:3: error: strides: expected 2 values of at least 1, found [2]"),
        ("dilations = dense<[3, 1]>", "dilations = dense<[0, 1]>",
         "a.mlir:2:3: error: dilations: expected 2 values of at least 1, found [0, 1]"),
        (FILTER, "tensor<4x2x3xf32>", "a.mlir:2:3: error: inferred input/output operand #1"),
        (FILTER, "tensor<3x2x3xi32>",
         "a.mlir:2:3: error: operands: expected elements that widen to f32, found i32"),
        (f", %w : tensor<2x3x14x21xf32>, {FILTER}", " : tensor<2x3x14x21xf32>",
         "a.mlir:2:3: error: operands: expected two in ins and one in outs, found 1 and 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_named_operation(old: str, new: str, message: str) -> None:
    assert old in DEPTHWISE
    with pytest.raises((MLIRSyntaxError, VerificationError), match=re.escape(message)):
        structured(DEPTHWISE.replace(old, new))


GENERIC = """func.func @main(%x: tensor<4x8xf32>, %m: tensor<4xf32>, %i: tensor<4xi64>) {
  %0:2 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%m, %i : tensor<4xf32>, tensor<4xi64>) attrs = {note = "argmax"} {
  ^bb0(%in: f32, %out: f32, %at: i64):
    %1 = linalg.index 1 : index
    linalg.yield %in, %at : f32, i64
  } -> (tensor<4xf32>, tensor<4xi64>)
  func.return
}
"""  # noqa: E501


def test_generic_operations_of_several_results() -> None:
    op = structured(GENERIC)
    assert [str(result.type) for result in op.results] == ["tensor<4xf32>", "tensor<4xi64>"]
    text = printed(op)
    assert printed(structured(text)) == text
    assert '{note = "argmax"}' in text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,", "indexing_maps = [1 : i64,",
         "expected indexing_maps, an array of affine maps"),
        ('iterator_types = ["parallel", "reduction"]', 'iterators = ["parallel", "reduction"]',
         "expected iterator_types, an array of words"),
        ('"reduction"', '"sum"',
         'expected iterator_types of parallel, reduction, window, found "sum"'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_generic_operation(old: str, new: str, message: str) -> None:
    assert old in GENERIC
    with pytest.raises(MLIRSyntaxError, match=re.escape(message)):
        structured(GENERIC.replace(old, new))
