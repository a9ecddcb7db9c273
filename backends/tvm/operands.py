"""Epilogue operands of a kernel's stages: which are staged per channel, which read as they are."""

from dataclasses import dataclass
from math import prod

from xdsl.ir import SSAValue

from convopt.backends.tvm.script import total
from convopt.backends.tvm.sinks import Condition, Epilogue, Operand
from convopt.backends.tvm.words import words_of
from convopt.backends.tvm.writer import KernelWriter
from convopt.convdialect.element_types import element_of
from convopt.convdialect.layouts import physical_shape, tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp


@dataclass(frozen=True)
class StageOperands:
    """The extra operands of a stage. `stage` numbers it; parameters are called after that."""

    op: ConvolutionOp
    stage: int

    @property
    def channel_count(self) -> int:
        """How many have a value per channel."""
        return len(self.per_channel)

    @property
    def per_channel(self) -> list[SSAValue]:
        return [extra for extra in self.op.extras if is_per_channel(extra)]

    @property
    def elementwise(self) -> list[SSAValue]:
        return [extra for extra in self.op.extras if not is_per_channel(extra)]

    @property
    def channel_parameter(self) -> str:
        """All per-channel operands in one, packed for the kernel."""
        return f"E{self.stage}"

    def elementwise_parameter(self, number: int) -> str:
        return f"R{self.stage}_{number}"

    def epilogue(
        self, writer: KernelWriter, start: str, filters: int, is_real: Condition
    ) -> Epilogue:
        """Per-channel operands are in shared memory from `start` on, `filters` words each.
        `is_real`: see `Epilogue`."""
        readers: list[Operand] = []
        channel = elementwise = 0
        for extra in self.op.extras:
            if is_per_channel(extra):
                readers.append(_staged(writer, total(start, str(channel * filters))))
                channel += 1
                continue
            readers.append(self._read(writer, extra, elementwise))
            elementwise += 1
        return Epilogue(self.op.epilogue, tuple(readers), is_real)

    def _read(self, writer: KernelWriter, extra: SSAValue, number: int) -> Operand:
        """Reads the lane of the operand's word that lies where the result's does."""
        words = words_of(element_of(tensor_of(extra)))
        name = self.elementwise_parameter(number)
        writer.parameter(name, prod(physical_shape(tensor_of(extra))) // words.lanes, words.buffer)
        return lambda _, output, lane: words.lane(f"{name}[{output}]", lane)


def is_per_channel(extra: SSAValue) -> bool:
    return len(tensor_of(extra).get_shape()) == 1


def _staged(writer: KernelWriter, start: str) -> Operand:
    return lambda filter, *_: writer.words.float_of(f"shared[{total(start, filter)}]")
