"""`conv.yield`: the end of a region of a conv operation."""

from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    traits_def,
    var_operand_def,
)
from xdsl.traits import IsTerminator, OpTrait, Pure
from xdsl.utils.exceptions import VerifyException


class HoldsYield(OpTrait):
    """Marks operations whose regions end in `conv.yield`."""


@irdl_op_definition
class YieldOp(IRDLOperation):
    """Hands values from a region to the operation that holds it.

    `conv.yield %value : f32`
    """

    name = "conv.yield"

    arguments = var_operand_def()

    traits = traits_def(IsTerminator(), Pure())

    assembly_format = "attr-dict ($arguments^ `:` type($arguments))?"

    def __init__(self, *values: SSAValue | Operation) -> None:
        super().__init__(operands=[list(values)])

    def verify_(self) -> None:
        parent = self.parent_op()
        if parent is not None and not parent.has_trait(HoldsYield):
            raise VerifyException(
                f"expected a conv operation with a region around it, found {parent.name}"
            )
