"""Variants in f16: their borders in f16, as other libraries have them, and maps of their weights.

Weights are numbered as the bits of f32 (see `numbered`), which f16 does not hold. So a constant
that is lowered keeps its numbers beside it; they are packed in its place, and then laid out anew
as halves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, FunctionType, ModuleOp, f16
from xdsl.ir import Block, BlockArgument, Operation, SSAValue, Use
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from convopt.benchmarks.gpu.built import PackedNumbers
from convopt.benchmarks.gpu.on_device.bundle import F16, F32
from convopt.convdialect.constants import constant_elements
from convopt.convdialect.element_types import ConvTensor, channels_of_word, element_of
from convopt.convdialect.layouts import blocked, physical_shape, reshaped, tensor_of
from convopt.convdialect.ops.cast import CastOp
from convopt.convdialect.ops.structure import ConvertLayoutOp, ReshapeOp
from convopt.errors import ConvoptError
from convopt.passes.rewriting import erase_dead
from convopt.passes.simplify.lower_precision import LowerPrecisionPass

Numbers = npt.NDArray[np.uint32]

_NUMBERS = "numbers"
_SIZES = {F32: 4, F16: 2}
_RUN = 128
"""Elements: halves of so many stay aligned to 256 bytes, as packed constants are."""


def with_f16_borders(passes: Sequence[ModulePass]) -> list[ModulePass]:
    """Planning passes for f16 that keep numbers, and leave f32 to nobody outside."""
    found: list[ModulePass] = []
    for step in passes:
        own = isinstance(step, LowerPrecisionPass)
        found += [_LowerNumbered(), _HalveBorders()] if own else [step]
    return found


def prepare(module: ModuleOp) -> Numbers:
    """Make of a planned module what kernels are built from: numbers, which are returned, in the
    place of f16 constants, and words as plain tensors at the borders.

    Raises ConvoptError for an f16 constant that has no numbers.
    """
    for function in list(module.walk()):
        if isinstance(function, func.FuncOp):
            _flatten_borders(function.body.block)
    found: list[Numbers] = []
    for op in module.walk():
        if not isinstance(op, ConstantOp) or not _is_half(op.result):
            continue
        numbers = op.attributes.get(_NUMBERS)
        if not isinstance(numbers, DenseIntOrFPElementsAttr):
            raise ConvoptError("expected f16 constants of lowered weights alone, found another one")
        op.value = numbers
        Rewriter.replace_value_with_new_type(op.result, numbers.type)
        array = constant_elements(op.result)
        assert array is not None
        found.append(np.ascontiguousarray(array).view(np.uint32).reshape(-1))
    return np.concatenate([np.zeros(0, np.uint32), *found])


def _flatten_borders(block: Block) -> None:
    """Reshapes stand between words, which are nobody's outside, and row-major tensors of the same
    bytes; they move nothing."""
    first, last = block.first_op, block.last_op
    assert first is not None
    assert last is not None
    for argument in list(block.args):
        words = tensor_of(argument)
        flat = reshaped(words, physical_shape(words))
        reshape = ReshapeOp(argument, words.get_shape())
        block.insert_op_before(reshape, first)
        argument.replace_uses_with_if(reshape.result, _is_of_another(reshape))
        Rewriter.replace_value_with_new_type(reshape.result, words)
        Rewriter.replace_value_with_new_type(argument, flat)
    for index, value in enumerate(list(last.operands)):
        reshape = ReshapeOp(value, physical_shape(tensor_of(value)))
        block.insert_op_before(reshape, last)
        last.operands[index] = reshape.result


def _is_of_another(op: Operation) -> Callable[[Use], bool]:
    return lambda use: use.operation is not op


def lay_out(
    packed: bytes, starts: Sequence[int], halves: Numbers
) -> tuple[PackedNumbers, Mapping[int, int]]:
    """Of weights that were packed as f32 numbers: the order in which they lie as what they are, and
    where each of `starts` is then, in bytes.

    `halves`: the numbers of what is f16. Raises ConvoptError where both lie in one constant.
    """
    numbers = np.frombuffer(packed, np.uint32)
    is_half = np.zeros(int(numbers.max(initial=0)) + 1, bool)
    is_half[halves[halves < len(is_half)]] = True
    is_half[0] = False
    parts: list[Numbers] = []
    runs: list[tuple[int, str]] = []
    places: dict[int, int] = {}
    size = 0
    for start, end in pairwise([*sorted(set(starts)), len(packed)]):
        part = numbers[start // 4 : end // 4]
        found = is_half[part[part > 0]]
        if found.any() != found.all():
            raise ConvoptError("weights: expected f16 or f32 in a constant, found both")
        kind = F16 if found.any() else F32
        if kind == F16:
            part = np.pad(part, (0, -len(part) % _RUN))
        places[start] = size
        size += _SIZES[kind] * len(part)
        parts.append(part)
        runs.append((len(part), kind))
    return PackedNumbers(np.concatenate(parts).tobytes(), tuple(runs)), places


def _is_half(value: SSAValue) -> bool:
    array = constant_elements(value)
    return array is not None and array.dtype == np.float16


@dataclass(frozen=True)
class _LowerNumbered(ModulePass):
    """conv-lower-precision; what is lowered keeps its f32 value as an attribute."""

    name = "lower-numbered"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        before = [
            (user, index, value.owner.value)
            for user in op.walk()
            for index, value in enumerate(user.operands)
            if isinstance(value.owner, ConstantOp)
        ]
        LowerPrecisionPass().apply(ctx, op)
        for user, index, numbers in before:
            made = user.operands[index].owner
            if isinstance(made, ConstantOp) and _is_half(made.result):
                made.attributes[_NUMBERS] = numbers


@dataclass(frozen=True)
class _HalveBorders(ModulePass):
    """Arguments and results that are cast at a function's borders are f16, images in words."""

    name = "halve-borders"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.walk():
            if isinstance(function, func.FuncOp):
                _halve_borders(function)


def _halve_borders(function: func.FuncOp) -> None:
    block = function.body.block
    for argument in list(block.args):
        _halve_argument(block, argument)
    last = block.last_op
    assert isinstance(last, func.ReturnOp)
    for index, value in enumerate(list(last.operands)):
        _halve_result(block, last, index, value)
    arguments, results = ([each.type for each in values] for values in (block.args, last.operands))
    function.function_type = FunctionType.from_lists(arguments, results)


def _halve_argument(block: Block, argument: BlockArgument) -> None:
    """Precondition: nothing but a cast to f16 reads it."""
    (cast,) = (use.operation for use in argument.uses)
    assert isinstance(cast, CastOp)
    assert tensor_of(cast.result).element_type == f16
    logical = tensor_of(cast.result)
    value: SSAValue = Rewriter.replace_value_with_new_type(argument, _in_words(logical))
    if value.type != logical:
        convert = ConvertLayoutOp(value, logical)
        block.insert_op_before(convert, cast)
        value = convert.result
    cast.result.replace_all_uses_with(value)
    erase_dead(cast)


def _halve_result(block: Block, last: func.ReturnOp, index: int, value: SSAValue) -> None:
    """Precondition: it is a cast of f16."""
    cast = value.owner
    assert isinstance(cast, CastOp)
    assert tensor_of(cast.input).element_type == f16
    half, wanted = cast.input, _in_words(tensor_of(cast.input))
    if half.type != wanted:
        convert = ConvertLayoutOp(half, wanted)
        block.insert_op_before(convert, last)
        half = convert.result
    last.operands[index] = half
    erase_dead(cast)


def _in_words(tensor: ConvTensor) -> ConvTensor:
    """Images lie in words of channels."""
    is_image = tensor.get_num_dims() == 4
    return blocked(tensor, channels_of_word(element_of(tensor))) if is_image else tensor
