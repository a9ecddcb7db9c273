"""Constant tensors keep their bytes, through text too."""

from collections.abc import Callable

import numpy as np
import pytest
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    ModuleOp,
    NameLoc,
    NoneAttr,
    StringAttr,
    TensorType,
    f16,
    f32,
    i8,
    i32,
)
from xdsl.ir import Block

from convopt.convdialect.attributes import LayoutAttr, LayoutKind
from convopt.convdialect.constants import constant, constant_elements, constant_value
from convopt.convdialect.element_types import ElementType, numpy_dtype
from convopt.mlir_text import parse_module as parse_located
from convopt.mlir_text import print_module as print_located


@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 3, 4, 5)])
def test_constant_and_back(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    op = constant(array)
    op.verify()
    assert op.result.type == TensorType(f32, shape)
    value = constant_value(op.result)
    assert value is not None
    assert value.dtype == np.float32
    np.testing.assert_array_equal(value, array)
    assert value.shape == shape
    assert not value.flags.writeable


@pytest.mark.parametrize(
    ("element", "values"),
    [
        (f16, [0.1, -0.0, np.inf, -np.inf, np.nan, 65504.0, 6e-8]),
        (f16, [1.5]),
        (i8, [-128, 127, 0]),
        (i8, list(range(-128, 128))),
        (f16, list(np.arange(-8, 8, 1 / 16))),
    ],
)
def test_other_elements_survive_the_text(element: ElementType, values: list[float]) -> None:
    op = constant(np.array(values), element=element)
    op.verify()
    (again,) = parse_located(print_located(op), "test.mlir").ops
    array, expected = constant_elements(again.results[0]), constant_elements(op.result)
    assert array is not None
    assert expected is not None
    assert array.dtype == numpy_dtype(element)
    assert array.tobytes() == expected.tobytes()
    np.testing.assert_array_equal(expected, np.array(values).astype(array.dtype))
    assert constant_value(op.result) is None


def test_constant_of_a_strided_double_array() -> None:
    array = np.arange(12.0).reshape(3, 4).T[::-1]
    np.testing.assert_array_equal(constant_value(constant(array).result), array)


def test_constant_keeps_its_location() -> None:
    location = NameLoc(StringAttr("weight"), NoneAttr())
    assert constant(np.ones(2), location).location == location


@pytest.mark.parametrize("size", [3, 1000])
def test_constant_survives_the_text(
    size: int, parse: Callable[[str], ModuleOp], print_ir: Callable[..., str]
) -> None:
    array = np.random.default_rng(1).standard_normal(size).astype(np.float32)
    if size > 100:  # xDSL prints few elements as decimal numbers, which cannot hold these
        array[:3] = -0.0, np.inf, 16777216.0
    module = parse(print_ir(ModuleOp([constant(array)])))
    op = module.body.block.first_op
    assert isinstance(op, ConstantOp)
    value = constant_value(op.result)
    assert value is not None
    assert value.tobytes() == array.tobytes()


def test_a_splat_in_text_is_a_whole_array(parse: Callable[[str], ModuleOp]) -> None:
    module = parse("%0 = arith.constant dense<2.0> : tensor<2x3xf32>")
    op = module.body.block.first_op
    assert op is not None
    np.testing.assert_array_equal(constant_value(op.results[0]), np.full((2, 3), 2.0))


def test_no_array_behind_anything_else() -> None:
    blocked = TensorType(f32, (1, 2, 1, 1), LayoutAttr(LayoutKind.NCHWC, 2))
    integers = ConstantOp(DenseIntOrFPElementsAttr.from_list(TensorType(i32, [2]), [1, 2]))
    encoded = ConstantOp(DenseIntOrFPElementsAttr.from_list(blocked, [1.0, 2.0]))
    assert constant_value(Block(arg_types=[f32]).args[0]) is None
    assert constant_value(integers.result) is None
    assert constant_elements(integers.result) is None
    assert constant_value(encoded.result) is None
