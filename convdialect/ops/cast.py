"""`conv.cast`: between f32 and f16."""

from xdsl.dialects.builtin import LocationAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.element_types import FLOATS, ElementType
from convopt.convdialect.layouts import with_elements
from convopt.convdialect.ops.simple import SimpleOp
from convopt.convdialect.verification import check_shape, checked_tensor


@irdl_op_definition
class CastOp(SimpleOp):
    """The same tensor in the other float type; to f16 it rounds to nearest, ties to even.

    `conv.cast %x : tensor<1x8x4x4xf32> -> tensor<1x8x4x4xf16>`
    """

    name = "conv.cast"

    def __init__(
        self,
        input: SSAValue | Operation,
        element: ElementType,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input", elements=FLOATS)
        self._build(input, with_elements(input_type, element), {}, location)

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", elements=FLOATS)
        others = [each for each in FLOATS if each != input_type.element_type]
        result = checked_tensor(self.result, "result", elements=others)
        check_shape(result, input_type.get_shape(), "result")
        if result.encoding != input_type.encoding:
            raise VerifyException(
                f"result: expected the input's layout ({input_type}), found {result}"
            )
