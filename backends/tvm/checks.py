"""What kernels ask of a planned module: plain arguments, words of channels, blocks with room."""

from collections.abc import Iterator, Sequence

from xdsl.dialects import func
from xdsl.ir import SSAValue

from convopt.backends.targets import GpuTarget
from convopt.convdialect.attributes import LayoutAttr, LayoutKind
from convopt.convdialect.element_types import channels_of_word, element_of
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import block_of, tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.schedules import BlockAttr
from convopt.passes.cost.gpu.occupancy import problem_on
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.of_operations import kernel_of
from convopt.passes.geometry.blocks.sizes import BlockSizes


def check_border(function: func.FuncOp) -> None:
    """Raise ConvoptError where arguments or results are not row-major, as users have them."""
    block = function.body.block
    last = block.last_op
    results = last.operands if last is not None else ()
    for role, values in (("argument", block.args), ("result", results)):
        for index, value in enumerate(values):
            if block_of(tensor_of(value)) > 1:
                raise ConvoptError(
                    f"{role} {index} of @{function.sym_name.data}: expected a tensor without a "
                    f"layout, found {value.type}"
                )


def checked_kernel(
    op: ConvolutionOp | FusedOp, stages: Sequence[ConvolutionOp], target: GpuTarget
) -> BlockKernel:
    """The kernel of an operation, by its schedule.

    Raises ConvoptError for stages that no kernel holds, a schedule that is missing, makes no sense
    or asks for more than the target has, and tensors that are not in 32-bit words.
    """
    if not isinstance(op.schedule, BlockAttr):
        found = op.schedule or "none"
        raise ConvoptError(f"{op.name}: expected a #conv.block schedule on a GPU, found {found}")
    kernel = kernel_of(stages, BlockSizes.of(op.schedule))
    if kernel is None:
        found = ", ".join(stage.name for stage in stages)
        raise ConvoptError(f"{op.name}: expected stages that a GPU kernel can hold, found {found}")
    for stage in stages:
        _check_tensors(stage)
    problem = problem_on(kernel, target)
    if problem:
        raise ConvoptError(f"{op.name}: {op.schedule}: {problem}")
    return kernel


def _check_tensors(stage: ConvolutionOp) -> None:
    for what, value in _activations(stage):
        tensor = tensor_of(value)
        wanted = channels_of_word(element_of(tensor))
        if block_of(tensor) != wanted:
            raise ConvoptError(
                f"{stage.name}: {what}: expected {_layout_text(wanted)} on a GPU, found {tensor}"
            )
    result = element_of(stage.result_type)
    for index, value in enumerate(stage.extras):
        tensor = tensor_of(value)
        if len(tensor.get_shape()) == 4 and element_of(tensor) != result:
            raise ConvoptError(
                f"{stage.name}: epilogue operand {index}: expected elements of {result} like the "
                f"result's on a GPU, found {element_of(tensor)}"
            )


def _layout_text(lanes: int) -> str:
    if lanes == 1:
        return "a tensor without a layout"
    return f"the layout {LayoutAttr(LayoutKind.NCHWC, lanes)}"


def _activations(stage: ConvolutionOp) -> Iterator[tuple[str, SSAValue]]:
    """What is not constant, and is read or written in words."""
    yield "input", stage.input
    if stage.scale is not None:
        yield "scale", stage.scale
    for index, extra in enumerate(stage.extras):
        if len(tensor_of(extra).get_shape()) == 4:
            yield f"epilogue operand {index}", extra
    yield "result", stage.result
