"""`conv.elementwise`: a scalar region over tensors that broadcast together."""

from collections.abc import Sequence

from xdsl.dialects.builtin import LocationAttr
from xdsl.ir import Operation, Region, SSAValue
from xdsl.irdl import irdl_op_definition

from convopt.convdialect.element_types import ConvTensor, element_of, widened, yielded
from convopt.convdialect.layouts import reshaped
from convopt.convdialect.ops.region_op import RegionOp
from convopt.convdialect.regions import verify_scalar_region
from convopt.convdialect.shapes import broadcast_shapes
from convopt.convdialect.verification import check_shape, checked_tensor


@irdl_op_definition
class ElementwiseOp(RegionOp):
    """Applies a scalar region to each element; shapes broadcast as in NumPy.

    The region gets each element widened (f16 to f32, i8 to i32). It yields i8 for a result of i8,
    else f32, which becomes the result's element type. The element types of inputs and result may
    differ; the constructor takes those of the first input.

    ```mlir
    %y = conv.elementwise(%x, %s) {
    ^bb0(%a: f32, %b: f32):
      %p = arith.mulf %a, %b : f32
      conv.yield %p : f32
    } : tensor<1x8x4x4xf32>, tensor<1x8x1x1xf32> -> tensor<1x8x4x4xf32>
    ```
    """

    name = "conv.elementwise"

    def __init__(
        self,
        inputs: Sequence[SSAValue | Operation],
        body: Region,
        result_type: ConvTensor | None = None,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        values = [SSAValue.get(value) for value in inputs]
        if result_type is None:
            types = [checked_tensor(value, "input") for value in values]
            shape = broadcast_shapes([tensor.get_shape() for tensor in types])
            result_type = reshaped(types[0], shape)
        super().__init__(operands=[values], regions=[body], result_types=[result_type])
        if location is not None:
            self.location = location

    def verify_(self) -> None:
        types = [checked_tensor(value, f"input {index}") for index, value in enumerate(self.inputs)]
        expected = self._checked_shape()
        check_shape(checked_tensor(self.result, "result"), expected, "result")
        arguments = [widened(element_of(tensor)) for tensor in types]
        verify_scalar_region(self.body, arguments, [yielded(element_of(self.result_type))], "body")
