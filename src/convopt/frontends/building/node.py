"""Where a converter puts the operations that its node becomes."""

from collections.abc import Callable, Sequence

from xdsl.ir import Operation, SSAValue

from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.structure import TransposeOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.frontends.building.channels_last import CHANNELS_LAST, before_transposing
from convopt.frontends.building.function import Array, FunctionBuilder

ScalarFormula = Callable[..., SSAValue]
"""Takes a ScalarBuilder and one scalar per operand, returns the result."""


class NodeBuilder:
    """Operations of one node, whose source location is `location`."""

    def __init__(self, builder: FunctionBuilder, location: str) -> None:
        self._builder = builder
        self._location = location

    def emit(self, op: Operation) -> SSAValue:
        """Adds an operation of one result; Unsupported if it is not valid."""
        return self._builder.append(op, self._location)

    def named_constant(self, array: Array, name: str) -> SSAValue:
        """A constant made from the tensor `name`, such as reshaped weights."""
        return self._builder.add_constant(array, name)

    def elementwise(self, values: Sequence[SSAValue], formula: ScalarFormula) -> SSAValue:
        """The formula over each element of tensors that broadcast together."""
        turned = before_transposing(values)
        if turned is not None:
            operands = [one if isinstance(one, SSAValue) else self.emit(one) for one in turned]
            return self.emit(TransposeOp(self.elementwise(operands, formula), CHANNELS_LAST))

        def body(arguments: Sequence[SSAValue], b: ScalarBuilder) -> SSAValue:
            return formula(b, *arguments)

        return self.emit(ElementwiseOp(values, build_region(len(values), body)))

    def elementwise_of(
        self, operands: Sequence[SSAValue | float], formula: ScalarFormula
    ) -> SSAValue:
        """The formula over tensors and numbers; numbers stand inside it."""
        values = [each for each in operands if isinstance(each, SSAValue)]

        def with_constants(b: ScalarBuilder, *arguments: SSAValue) -> SSAValue:
            remaining = iter(arguments)
            scalars = [
                next(remaining) if isinstance(each, SSAValue) else b.constant(each)
                for each in operands
            ]
            return formula(b, *scalars)

        return self.elementwise(values, with_constants)
