"""The conv operations as xDSL interpreter functions over logical NumPy arrays.

Layouts change nothing here: a tensor is the array of its logical shape. Schedules change nothing
either. So a module means the same before and after every pass at tensor level.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    ReturnedValues,
    impl,
    impl_terminator,
    register_impls,
)
from xdsl.utils.exceptions import InterpretationError

from convopt.convdialect import regions
from convopt.convdialect.constants import dense_array
from convopt.convdialect.ops.cast import CastOp
from convopt.convdialect.ops.convolution import (
    Conv2DOp,
    ConvolutionOp,
    DepthwiseOp,
    GroupedOp,
    PointwiseOp,
)
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.convdialect.ops.normalization import BatchNormOp, SoftmaxOp
from convopt.convdialect.ops.parameter import ParameterOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.reduction import ChannelSumsOp, TakeImageOp
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    ReshapeOp,
    TransposeOp,
)
from convopt.convdialect.ops.transposed import DilateOp, TransposeFilterOp
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.reference import gradients, kernels
from convopt.convdialect.reference.storage import Storage


@register_impls
class ConvFunctions(InterpreterFunctions):
    """All tensor operations, on arrays as `Storage` holds them; `dtype` stands for f32."""

    def __init__(
        self,
        dtype: npt.DTypeLike = np.float64,
        parameters: Sequence[npt.NDArray[Any]] = (),
    ) -> None:
        self.storage = Storage(np.dtype(dtype))
        self.parameters = parameters

    @impl(ConstantOp)
    def run_constant(
        self, interpreter: Interpreter, op: ConstantOp, args: PythonValues
    ) -> PythonValues:
        value = op.value
        array = dense_array(value) if isinstance(value, DenseIntOrFPElementsAttr) else None
        if array is None or not isinstance(op.result.type, TensorType):
            raise InterpretationError(
                f"expected a constant of a plain f32, f16 or i8 tensor, found {op.result.type}"
            )
        return (self.storage.stored(array, op.result.type),)

    @impl(ParameterOp)
    def run_parameter(
        self, interpreter: Interpreter, op: ParameterOp, args: PythonValues
    ) -> PythonValues:
        if op.number >= len(self.parameters):
            raise InterpretationError(
                f"expected a parameter {op.number}, found {len(self.parameters)} parameters"
            )
        return (self.storage.stored(np.asarray(self.parameters[op.number]), op.result_type),)

    @impl(Conv2DOp)
    def run_conv2d(
        self, interpreter: Interpreter, op: Conv2DOp, args: PythonValues
    ) -> PythonValues:
        return (_convolution(op, args, self.storage),)

    @impl(GroupedOp)
    def run_grouped(
        self, interpreter: Interpreter, op: GroupedOp, args: PythonValues
    ) -> PythonValues:
        return (_convolution(op, args, self.storage),)

    @impl(DepthwiseOp)
    def run_depthwise(
        self, interpreter: Interpreter, op: DepthwiseOp, args: PythonValues
    ) -> PythonValues:
        return (_convolution(op, args, self.storage),)

    @impl(PointwiseOp)
    def run_pointwise(
        self, interpreter: Interpreter, op: PointwiseOp, args: PythonValues
    ) -> PythonValues:
        return (_convolution(op, args, self.storage),)

    @impl(BackwardDataOp)
    def run_backward_data(
        self, interpreter: Interpreter, op: BackwardDataOp, args: PythonValues
    ) -> PythonValues:
        grad, filters = args
        size = op.result_type.get_shape()[2:]
        return (gradients.backward_data(grad, filters, size, op.window, op.group_count),)

    @impl(WeightGradientOp)
    def run_weight_gradient(
        self, interpreter: Interpreter, op: WeightGradientOp, args: PythonValues
    ) -> PythonValues:
        x, grad = args
        result = gradients.weight_gradient(x, grad, op.window, op.group_count)
        return (result.reshape(op.result_type.get_shape()),)

    @impl(DilateOp)
    def run_dilate(
        self, interpreter: Interpreter, op: DilateOp, args: PythonValues
    ) -> PythonValues:
        size = op.result_type.get_shape()[2:]
        return (gradients.dilate(args[0], size, op.stride, op.before),)

    @impl(TransposeFilterOp)
    def run_transpose_filter(
        self, interpreter: Interpreter, op: TransposeFilterOp, args: PythonValues
    ) -> PythonValues:
        return (gradients.transpose_filter(args[0], op.groups),)

    @impl(ElementwiseOp)
    def run_elementwise(
        self, interpreter: Interpreter, op: ElementwiseOp, args: PythonValues
    ) -> PythonValues:
        arrays = [self.storage.widened(array) for array in args]
        result = regions.evaluate(op.body, arrays, self.storage.dtype)
        return (self.storage.stored(result, op.result_type),)

    @impl(ChannelSumsOp)
    def run_channel_sums(
        self, interpreter: Interpreter, op: ChannelSumsOp, args: PythonValues
    ) -> PythonValues:
        arrays = [self.storage.widened(array) for array in args]
        values = regions.evaluate_all(op.body, arrays, self.storage.dtype)
        sums = np.stack([value.sum(axis=(0, 2, 3)) for value in values])
        return (self.storage.stored(sums[:, :, None, None], op.result_type),)

    @impl(TakeImageOp)
    def run_take_image(
        self, interpreter: Interpreter, op: TakeImageOp, args: PythonValues
    ) -> PythonValues:
        return (args[0][op.number : op.number + 1],)

    @impl(CastOp)
    def run_cast(self, interpreter: Interpreter, op: CastOp, args: PythonValues) -> PythonValues:
        return (self.storage.stored(args[0], op.result_type),)

    @impl(FusedOp)
    def run_fused(self, interpreter: Interpreter, op: FusedOp, args: PythonValues) -> PythonValues:
        return interpreter.run_ssacfg_region(op.body, args, op.name)

    @impl_terminator(YieldOp)
    def run_yield(
        self, interpreter: Interpreter, op: YieldOp, args: PythonValues
    ) -> tuple[ReturnedValues, PythonValues]:
        return ReturnedValues(args), ()

    @impl(BatchNormOp)
    def run_batch_norm(
        self, interpreter: Interpreter, op: BatchNormOp, args: PythonValues
    ) -> PythonValues:
        x, scale, shift, mean, variance = args
        return (kernels.batch_norm(x, scale, shift, mean, variance, op.epsilon),)

    @impl(SoftmaxOp)
    def run_softmax(
        self, interpreter: Interpreter, op: SoftmaxOp, args: PythonValues
    ) -> PythonValues:
        return (kernels.softmax(args[0], op.axis),)

    @impl(PoolOp)
    def run_pool(self, interpreter: Interpreter, op: PoolOp, args: PythonValues) -> PythonValues:
        x = self.storage.widened(args[0])
        pooled = kernels.pool(x, op.kind, op.window, op.count_include_pad)
        return (self.storage.stored(pooled, op.result_type),)

    @impl(GlobalPoolOp)
    def run_global_pool(
        self, interpreter: Interpreter, op: GlobalPoolOp, args: PythonValues
    ) -> PythonValues:
        pooled = kernels.global_pool(self.storage.widened(args[0]), op.kind)
        return (self.storage.stored(pooled, op.result_type),)

    @impl(PadOp)
    def run_pad(self, interpreter: Interpreter, op: PadOp, args: PythonValues) -> PythonValues:
        top, left, bottom, right = op.padding.get_values()
        return (kernels.pad(args[0], (top, left, bottom, right), op.value),)

    @impl(ConcatOp)
    def run_concat(
        self, interpreter: Interpreter, op: ConcatOp, args: PythonValues
    ) -> PythonValues:
        return (np.concatenate(args, axis=op.axis),)

    @impl(ReshapeOp)
    def run_reshape(
        self, interpreter: Interpreter, op: ReshapeOp, args: PythonValues
    ) -> PythonValues:
        return (args[0].reshape(op.result_type.get_shape()),)

    @impl(TransposeOp)
    def run_transpose(
        self, interpreter: Interpreter, op: TransposeOp, args: PythonValues
    ) -> PythonValues:
        return (args[0].transpose(op.permutation.get_values()),)

    @impl(ChannelShuffleOp)
    def run_channel_shuffle(
        self, interpreter: Interpreter, op: ChannelShuffleOp, args: PythonValues
    ) -> PythonValues:
        return (kernels.channel_shuffle(args[0], op.groups),)

    @impl(ResizeOp)
    def run_resize(
        self, interpreter: Interpreter, op: ResizeOp, args: PythonValues
    ) -> PythonValues:
        x = self.storage.widened(args[0])
        resized = kernels.resize(x, op.size, op.mode, op.coordinates)
        return (self.storage.stored(resized, op.result_type),)

    @impl(ConvertLayoutOp)
    def run_convert_layout(
        self, interpreter: Interpreter, op: ConvertLayoutOp, args: PythonValues
    ) -> PythonValues:
        return args


def _convolution(op: ConvolutionOp, args: PythonValues, storage: Storage) -> npt.NDArray[Any]:
    x, weights, *rest = (storage.widened(array) for array in args)
    if op.scale is not None:
        x = x * rest.pop(0)
    result = kernels.convolution(x, weights, op.window, op.group_count)
    if op.has_epilogue:
        extras = [extra.reshape(-1, 1, 1) if extra.ndim == 1 else extra for extra in rest]
        result = regions.evaluate(op.epilogue, [result, *extras], storage.dtype)
    return storage.stored(result, op.result_type)
