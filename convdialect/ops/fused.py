"""`conv.fused`: several convolutions computed together, a band of rows at a time."""

from collections.abc import Sequence
from typing import Self, cast

from xdsl.dialects.builtin import LocationAttr
from xdsl.ir import Operation, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    base,
    irdl_op_definition,
    opt_prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsolatedFromAbove, Pure
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import parse_region_op, print_region_op
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.ops.yield_op import HoldsYield, YieldOp
from convopt.convdialect.regions import check_definition_order
from convopt.convdialect.schedules import BandAttr, BlockAttr
from convopt.convdialect.verification import checked_tensor


@irdl_op_definition
class FusedOp(IRDLOperation):
    """Runs the conv operations of its region as one module; what they use comes in as arguments.

    ```mlir
    %y = conv.fused(%x, %d, %p) schedule = #conv.band<rows = 2> {
    ^bb0(%in: tensor<1x8x9x9xf32>, %dw: tensor<8x1x3x3xf32>, %pw: tensor<4x8x1x1xf32>):
      %0 = conv.depthwise %in, %dw : tensor<1x8x9x9xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x7x7xf32>
      %1 = conv.pointwise %0, %pw : tensor<1x8x7x7xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x7x7xf32>
      conv.yield %1 : tensor<1x4x7x7xf32>
    } : tensor<1x8x9x9xf32>, tensor<8x1x3x3xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x7x7xf32>
    ```
    """

    name = "conv.fused"

    inputs = var_operand_def()
    schedule = opt_prop_def(base(BandAttr) | base(BlockAttr))
    body = region_def()
    result = result_def()

    traits = traits_def(Pure(), IsolatedFromAbove(), HoldsYield())

    def __init__(
        self,
        inputs: Sequence[SSAValue | Operation],
        body: Region,
        result_type: ConvTensor,
        schedule: BandAttr | BlockAttr | None = None,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        super().__init__(
            operands=[list(inputs)],
            properties={"schedule": schedule},
            regions=[body],
            result_types=[result_type],
        )
        if location is not None:
            self.location = location

    @property
    def result_type(self) -> ConvTensor:
        return cast(ConvTensor, self.result.type)

    def verify_(self) -> None:
        for index, value in enumerate(self.inputs):
            checked_tensor(value, f"input {index}")
        checked_tensor(self.result, "result")
        if len(self.body.blocks) != 1:
            raise VerifyException(f"body: expected one block, found {len(self.body.blocks)}")
        block = self.body.block
        check_definition_order(block, "body")
        _check_types("body arguments", [value.type for value in self.inputs], block.arg_types)
        if not isinstance(block.last_op, YieldOp):
            found = "no operation" if block.last_op is None else block.last_op.name
            raise VerifyException(f"body: expected conv.yield at the end, found {found}")
        for op in block.ops:
            if op.dialect_name() != "conv":
                raise VerifyException(f"body: expected conv operations, found {op.name}")
        _check_types(
            "yielded types", [self.result.type], [value.type for value in block.last_op.arguments]
        )

    def print(self, printer: Printer) -> None:
        print_region_op(printer, self, self.inputs, self.body, self.schedule)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        inputs, body, attributes, schedule, result_type = parse_region_op(parser, scheduled=True)
        return cls.build(
            operands=[inputs],
            properties={"schedule": schedule},
            regions=[body],
            attributes=attributes,
            result_types=[result_type],
        )


def _check_types(what: str, expected: Sequence[object], found: Sequence[object]) -> None:
    if list(expected) == list(found):
        return
    raise VerifyException(f"{what}: expected {_listed(expected)}, found {_listed(found)}")


def _listed(types: Sequence[object]) -> str:
    return "(" + ", ".join(str(each) for each in types) + ")"
