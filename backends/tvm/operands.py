"""Epilogue operands of a kernel's stages: which are staged per channel, which read as they are."""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.backends.tvm.script import total
from convopt.backends.tvm.sinks import Epilogue
from convopt.backends.tvm.writer import KernelWriter
from convopt.convdialect.layouts import tensor_of
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

    def epilogue(self, writer: KernelWriter, start: str, filters: int) -> Epilogue:
        """Per-channel operands are in shared memory from `start` on, `filters` words each."""
        readers: list[Callable[[str, str], str]] = []
        channel = elementwise = 0
        for extra in self.op.extras:
            if is_per_channel(extra):
                readers.append(_staged(total(start, str(channel * filters))))
                channel += 1
                continue
            elements = _elements(extra)
            name = writer.parameter(self.elementwise_parameter(elementwise), elements)
            readers.append(_read(name))
            elementwise += 1
        return Epilogue(self.op.epilogue, tuple(readers))


def is_per_channel(extra: SSAValue) -> bool:
    return len(tensor_of(extra).get_shape()) == 1


def _elements(extra: SSAValue) -> int:
    count = 1
    for size in tensor_of(extra).get_shape():
        count *= size
    return count


def _staged(start: str) -> Callable[[str, str], str]:
    return lambda filter, _: f"shared[{total(start, filter)}]"


def _read(name: str) -> Callable[[str, str], str]:
    return lambda _, output: f"{name}[{output}]"
