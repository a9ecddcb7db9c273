"""A convolution as cost models and GPU code see it: sizes alone."""

from dataclasses import dataclass

from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.schemes import axes_of, is_collapsible


@dataclass(frozen=True)
class Convolution:
    """`batch` images of `channels` x `rows.inputs` x `columns.inputs`; `outputs` are filters."""

    rows: Axis
    columns: Axis
    channels: int
    outputs: int
    groups: int = 1
    batch: int = 1

    @property
    def is_pointwise(self) -> bool:
        """Whether output pixel i is made of all channels of input pixel i alone."""
        return self.groups == 1 and is_collapsible(self.rows, self.columns)

    @property
    def is_depthwise(self) -> bool:
        """Whether every channel has one filter of its own."""
        return self.groups == self.channels == self.outputs

    @property
    def taps(self) -> int:
        """Weights of one filter for one input channel."""
        return self.rows.kernel * self.columns.kernel

    @property
    def group_inputs(self) -> int:
        return self.channels // self.groups

    @property
    def group_outputs(self) -> int:
        return self.outputs // self.groups

    @property
    def input_elements(self) -> int:
        return self.batch * self.channels * self.rows.inputs * self.columns.inputs

    @property
    def weight_elements(self) -> int:
        return self.outputs * self.group_inputs * self.taps

    @property
    def output_elements(self) -> int:
        return self.batch * self.outputs * self.rows.outputs * self.columns.outputs

    def feeds(self, consumer: "Convolution") -> bool:
        """Whether the result has the shape of the consumer's input."""
        return (self.batch, self.outputs, self.rows.outputs, self.columns.outputs) == (
            consumer.batch,
            consumer.channels,
            consumer.rows.inputs,
            consumer.columns.inputs,
        )


def convolution_of(op: ConvolutionOp) -> Convolution:
    """The sizes of an operation."""
    rows, columns = axes_of(op)
    batch, channels = op.input_type.get_shape()[:2]
    outputs = op.result_type.get_shape()[1]
    return Convolution(rows, columns, channels, outputs, op.group_count, batch)
