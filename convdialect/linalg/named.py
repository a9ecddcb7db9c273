"""The named convolutions, matrix products and poolings of linalg, made from their forms.

xDSL has some of them, and asks for strides and dilations where MLIR takes ones when none are given.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, ArrayAttr, DenseIntOrFPElementsAttr, IntegerType
from xdsl.dialects.linalg.abstract_ops import NamedOperation
from xdsl.dialects.linalg.attrs import IteratorTypeAttr
from xdsl.dialects.linalg.ops import YieldOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.ir.affine import AffineDimExpr, AffineExpr, AffineMap
from xdsl.irdl import irdl_op_definition, opt_prop_def
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.linalg.forms import (
    CONVOLUTIONS,
    MATRIX_PRODUCTS,
    POOLINGS,
    SPATIAL,
    ConvolutionForm,
    PoolingForm,
)


class NamedFormOp(NamedOperation, ABC):
    """`linalg.name {attributes} ins(%input, %filter : ...) outs(%start : ...) -> type`

    Its loops are the axes of the result, in order, then those that are reduced. `kh` and `kw` are
    the axes of the filter or window, `h` and `w` those of the result.
    """

    PRINT_ATTRS_IN_FRONT: ClassVar[bool] = True
    FORM: ClassVar[ConvolutionForm | PoolingForm]

    @classmethod
    @abstractmethod
    def axes(cls) -> tuple[str, Sequence[str], str]:
        """The axes of the input, of the filter or window, and of the result."""

    @classmethod
    @abstractmethod
    def _accumulated(cls, block: Block) -> Operation:
        """Appends the new value of an output element; the last block argument is the old one."""

    def verify_(self) -> None:
        _check_operands(self.inputs, self.outputs)
        for name in ("strides", "dilations"):
            given = self.properties.get(name)
            if isinstance(given, DenseIntOrFPElementsAttr):
                self._verify_window_numbers(name, tuple(given.get_values()))
        super().verify_()

    def _verify_window_numbers(self, name: str, values: tuple[int, ...]) -> None:
        count = len(self.FORM.spatial)
        if len(values) != count or any(value < 1 for value in values):
            raise VerifyException(
                f"{name}: expected {count} values of at least 1, found {list(values)}"
            )

    def get_default_indexing_maps(self) -> Sequence[AffineMap]:
        taken, kernel, result = self.axes()
        loops = [*result, *(axis for axis in kernel if axis not in result)]
        strides = window_numbers(self, "strides", self.FORM.spatial)
        dilations = window_numbers(self, "dilations", self.FORM.spatial)

        def loop(axis: str) -> AffineExpr:
            return AffineDimExpr(loops.index(axis))

        def sliding(axis: str) -> AffineExpr:
            if axis not in SPATIAL:
                return loop(axis)
            return loop(axis) * strides[axis] + loop(f"k{axis}") * dilations[axis]

        return (
            AffineMap(len(loops), 0, tuple(sliding(axis) for axis in taken)),
            AffineMap(len(loops), 0, tuple(loop(axis) for axis in kernel)),
            AffineMap(len(loops), 0, tuple(loop(axis) for axis in result)),
        )

    def get_iterator_types(self) -> ArrayAttr[IteratorTypeAttr]:
        result = self.get_default_indexing_maps()[-1]
        kept = len(result.results)
        reduced = result.num_dims - kept
        parallel, reduction = IteratorTypeAttr.parallel(), IteratorTypeAttr.reduction()
        return ArrayAttr([*[parallel] * kept, *[reduction] * reduced])

    @classmethod
    def get_hidden_region(cls, inputs: Sequence[SSAValue], outputs: Sequence[SSAValue]) -> Region:
        _check_operands(inputs, outputs)
        block = Block(arg_types=cls.body_arg_types((*inputs, *outputs)))
        block.add_op(YieldOp(cls._accumulated(block)))
        return Region(block)


class ProductOp(NamedFormOp, ABC):
    """A sum of products, of elements that are widened to those of the result."""

    FORM: ClassVar[ConvolutionForm]

    @classmethod
    def axes(cls) -> tuple[str, Sequence[str], str]:
        form = cls.FORM
        return form.input, [_kernel_axis(axis) for axis in form.filter], form.result

    @classmethod
    def _accumulated(cls, block: Block) -> Operation:
        *factors, old = block.args
        left, right = (_widened(factor, old, block) for factor in factors)
        is_float = isinstance(old.type, AnyFloat)
        product = (arith.MulfOp if is_float else arith.MuliOp)(left, right)
        total = (arith.AddfOp if is_float else arith.AddiOp)(old, product)
        block.add_ops([product, total])
        return total


class ConvolutionOp(ProductOp, ABC):
    """A named convolution."""

    strides = opt_prop_def(DenseIntOrFPElementsAttr)
    dilations = opt_prop_def(DenseIntOrFPElementsAttr)


class PoolingOp(NamedFormOp, ABC):
    """The maximum or the sum of each window; the second operand is its size, by its shape."""

    FORM: ClassVar[PoolingForm]

    strides = opt_prop_def(DenseIntOrFPElementsAttr)
    dilations = opt_prop_def(DenseIntOrFPElementsAttr)

    @classmethod
    def axes(cls) -> tuple[str, Sequence[str], str]:
        form = cls.FORM
        return form.input, [_kernel_axis(axis) for axis in form.spatial], form.input

    @classmethod
    def _accumulated(cls, block: Block) -> Operation:
        element, _, old = block.args
        kind = _POOLED[cls.FORM.is_maximum, isinstance(old.type, AnyFloat)]
        pooled = kind(old, _widened(element, old, block))
        block.add_op(pooled)
        return pooled


_POOLED: dict[tuple[bool, bool], Callable[[SSAValue, SSAValue], Operation]] = {
    (True, True): arith.MaximumfOp,
    (True, False): arith.MaxSIOp,
    (False, True): arith.AddfOp,
    (False, False): arith.AddiOp,
}


def window_numbers(op: Operation, name: str, spatial: str) -> dict[str, int]:
    """`strides` or `dilations` of each spatial axis; ones where an operation has none."""
    given = op.properties.get(name)
    if not isinstance(given, DenseIntOrFPElementsAttr):
        return dict.fromkeys(spatial, 1)
    return {axis: int(value) for axis, value in zip(spatial, given.get_values(), strict=True)}


def _check_operands(inputs: Sequence[SSAValue], outputs: Sequence[SSAValue]) -> None:
    if (len(inputs), len(outputs)) != (2, 1):
        raise VerifyException(
            f"operands: expected two in ins and one in outs, found {len(inputs)} and {len(outputs)}"
        )


def _kernel_axis(axis: str) -> str:
    return f"k{axis}" if axis in SPATIAL else axis


def _widened(value: SSAValue, like: SSAValue, block: Block) -> SSAValue:
    if value.type == like.type:
        return value
    if isinstance(value.type, AnyFloat) and isinstance(like.type, AnyFloat):
        wide: Operation = arith.ExtFOp(value, like.type)
    elif isinstance(value.type, IntegerType) and isinstance(like.type, IntegerType):
        wide = arith.ExtSIOp(value, like.type)
    else:
        raise VerifyException(
            f"operands: expected elements that widen to {like.type}, found {value.type}"
        )
    block.add_op(wide)
    return wide.results[0]


def _convolution(full_name: str, form: ConvolutionForm) -> type[NamedFormOp]:
    @irdl_op_definition
    class Convolution(ConvolutionOp):
        name = full_name
        FORM: ClassVar[ConvolutionForm] = form

    return Convolution


def _matrix_product(full_name: str, form: ConvolutionForm) -> type[NamedFormOp]:
    @irdl_op_definition
    class MatrixProduct(ProductOp):
        name = full_name
        FORM: ClassVar[ConvolutionForm] = form

    return MatrixProduct


def _pooling(full_name: str, form: PoolingForm) -> type[NamedFormOp]:
    @irdl_op_definition
    class Pooling(PoolingOp):
        name = full_name
        FORM: ClassVar[PoolingForm] = form

    return Pooling


NAMED_OPERATIONS: tuple[type[NamedFormOp], ...] = (
    *(_convolution(name, form) for name, form in CONVOLUTIONS.items()),
    *(_matrix_product(name, form) for name, form in MATRIX_PRODUCTS.items()),
    *(_pooling(name, form) for name, form in POOLINGS.items()),
)
