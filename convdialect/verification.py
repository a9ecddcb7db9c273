"""Checks that the verifiers of conv operations share; each raises VerifyException."""

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    DenseArrayBase,
    IntegerAttr,
    NoneAttr,
    TensorType,
    i64,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.attributes import LayoutAttr, LayoutKind
from convopt.convdialect.element_types import (
    ELEMENT_TYPES,
    ConvTensor,
    ElementType,
    alternatives,
)
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.shapes import Pair, Window


def shape_text(shape: Sequence[int]) -> str:
    """`1x3x224x224`"""
    return "x".join(str(size) for size in shape) or "scalar"


def checked_tensor(
    value: SSAValue,
    what: str,
    rank: int | None = None,
    elements: Sequence[ElementType] = ELEMENT_TYPES,
) -> ConvTensor:
    """The type of `value`: a tensor of static, positive sizes, a known layout and `elements`."""
    tensor = value.type
    if not isinstance(tensor, TensorType) or tensor.element_type not in elements:
        raise VerifyException(
            f"{what}: expected an {alternatives(elements)} tensor, found {tensor}"
        )
    shape = tensor.get_shape()
    if DYNAMIC_INDEX in shape:
        raise VerifyException(f"{what}: expected a static shape, found {tensor}")
    if any(size < 1 for size in shape):
        raise VerifyException(f"{what}: expected sizes of at least 1, found {tensor}")
    if rank is not None and len(shape) != rank:
        raise VerifyException(f"{what}: expected rank {rank}, found {tensor}")
    _check_layout(tensor, what)
    return tensor


def _check_layout(tensor: TensorType, what: str) -> None:
    encoding = tensor.encoding
    if isinstance(encoding, NoneAttr):
        return
    if not isinstance(encoding, LayoutAttr):
        raise VerifyException(f"{what}: expected a #conv.layout encoding, found {encoding}")
    if encoding.kind == LayoutKind.NCHWC and tensor.get_num_dims() != 4:
        raise VerifyException(f"{what}: expected layout nchwc on rank 4 only, found {tensor}")


def checked_plain_tensor(value: SSAValue, what: str, rank: int | None = None) -> ConvTensor:
    """As checked_tensor, and row-major."""
    tensor = checked_tensor(value, what, rank)
    if not isinstance(tensor.encoding, NoneAttr):
        raise VerifyException(f"{what}: expected no layout, found {tensor}")
    return tensor


def check_elements(tensor: ConvTensor, expected: ElementType, what: str) -> None:
    if tensor.element_type != expected:
        raise VerifyException(
            f"{what}: expected elements of {expected}, found {tensor.element_type}"
        )


def check_result(value: SSAValue, input_type: ConvTensor, shape: Sequence[int]) -> None:
    """A result has the given shape and the input's element type."""
    tensor = checked_tensor(value, "result")
    check_shape(tensor, shape, "result")
    check_elements(tensor, input_type.element_type, "result")


def check_shape(tensor: ConvTensor, expected: Sequence[int], what: str) -> None:
    if tensor.get_shape() != tuple(expected):
        raise VerifyException(
            f"{what}: expected shape {shape_text(expected)}, found {shape_text(tensor.get_shape())}"
        )


def checked_integers(
    attribute: Attribute, what: str, count: int | None = None, minimum: int = 0
) -> tuple[int, ...]:
    """The values of an `array<i64>` of `count` elements, none below `minimum`."""
    if not isinstance(attribute, DenseArrayBase) or attribute.elt_type != i64:
        raise VerifyException(f"{what}: expected array<i64>, found {attribute}")
    values = tuple(int(value) for value in attribute.get_values())
    if count is not None and len(values) != count:
        raise VerifyException(f"{what}: expected {count} values, found {list(values)}")
    if any(value < minimum for value in values):
        raise VerifyException(
            f"{what}: expected values of at least {minimum}, found {list(values)}"
        )
    return values


def checked_integer(attribute: Attribute, what: str, minimum: int = 0) -> int:
    """The value of an i64 attribute, at least `minimum`."""
    if not isinstance(attribute, IntegerAttr) or attribute.type != i64:
        raise VerifyException(f"{what}: expected an i64 integer, found {attribute}")
    value = attribute.value.data
    if value < minimum:
        raise VerifyException(f"{what}: expected at least {minimum}, found {value}")
    return value


def checked_output_size(window: Window, input_type: ConvTensor) -> Pair:
    """Output height and width of a window over an NCHW tensor."""
    try:
        return window.output_size(*input_type.get_shape()[2:])
    except ConvoptError as error:
        raise VerifyException(f"input: {error}") from error


def checked_axis(attribute: Attribute, rank: int) -> int:
    """The value of an axis attribute, 0 up to `rank` - 1."""
    axis = checked_integer(attribute, "axis")
    if axis >= rank:
        raise VerifyException(f"axis: expected less than the rank {rank}, found {axis}")
    return axis


def normalized_axis(axis: int, rank: int) -> int:
    """Counts a negative axis from the end; the verifier judges what is out of range."""
    return axis + rank if axis < 0 else axis
