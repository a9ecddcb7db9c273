"""One llvm.func as LLVM IR text.

xDSL's own translation goes through llvmlite's IR classes, which takes several times as long, drops
linkage, and does not know overloaded intrinsics at two types; this one writes lines of text.
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from xdsl.dialects import llvm
from xdsl.dialects.builtin import IntegerAttr, UnitAttr
from xdsl.ir import Block, Operation, SSAValue

from convopt.backends.llvm.literals import constant_text, intrinsic_suffix, type_text
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.fence import FenceOp

_ARGUMENT_FLAGS = {
    "llvm.noalias": "noalias",
    "llvm.nocapture": "captures(none)",
    "llvm.readonly": "readonly",
    "llvm.writeonly": "writeonly",
    "llvm.nonnull": "nonnull",
    "llvm.noundef": "noundef",
}


def symbol_text(name: str) -> str:
    """`@name`, in quotes where LLVM wants them."""
    return f"@{name}" if re.fullmatch(r"[A-Za-z$._][\w$.-]*", name, re.ASCII) else f'@"{name}"'


class FunctionText:
    """Writes one function; collects the intrinsics it needs declared."""

    def __init__(self, declarations: dict[str, str], rename: Callable[[str], str]):
        self.declarations = declarations
        self.rename = rename
        self._values: dict[SSAValue, str] = {}
        self._types: dict[int, str] = {}
        self._blocks: dict[Block, str] = {}
        self._incoming: dict[Block, list[tuple[str, list[str]]]] = {}
        self._current = ""

    # -- the function

    def define(self, function: llvm.FuncOp) -> str:
        arguments = ", ".join(self._arguments(function))
        linkage = function.linkage.linkage.data
        head = "" if linkage == "external" else f"{linkage} "
        result = type_text(function.function_type.output)
        symbol = symbol_text(self.rename(function.sym_name.data))
        if not function.body.blocks:
            return f"declare {result} {symbol}({arguments})\n"
        blocks = list(function.body.blocks)
        self._blocks = {block: f"b{number}" for number, block in enumerate(blocks)}
        bodies = [self._block_lines(block) for block in blocks]
        lines = [f"define {head}{result} {symbol}({arguments}) #0 {{"]
        for block, body in zip(blocks, bodies, strict=True):
            lines.append(f"{self._blocks[block]}:")
            if block is not blocks[0]:
                lines += self._phis(block)
            lines += body
        lines.append("}\n")
        return "\n".join(lines)

    def _arguments(self, function: llvm.FuncOp) -> list[str]:
        types = function.function_type.inputs.data
        given = function.arg_attrs.data if function.arg_attrs else (None,) * len(types)
        values = function.body.blocks.first.args if function.body.blocks.first else ()
        texts = []
        for index, (argument_type, attributes) in enumerate(zip(types, given, strict=True)):
            words = [type_text(argument_type)]
            for name, value in attributes.data.items() if attributes else ():
                if name in _ARGUMENT_FLAGS and isinstance(value, UnitAttr):
                    words.append(_ARGUMENT_FLAGS[name])
                elif name == "llvm.align" and isinstance(value, IntegerAttr):
                    words.append(f"align {value.value.data}")
            if values:
                self._values[values[index]] = f"%a{index}"
                words.append(f"%a{index}")
            texts.append(" ".join(words))
        return texts

    def _block_lines(self, block: Block) -> list[str]:
        self._current = self._blocks[block]
        lines = []
        for op in block.ops:
            writer = _WRITERS.get(type(op))
            if writer is None:
                raise ConvoptError(f"expected an operation that LLVM IR has, found {op.name}")
            line = writer(self, op)
            if line:
                lines.append(f"  {line}")
        return lines

    def _phis(self, block: Block) -> list[str]:
        incoming = self._incoming.get(block, [])
        return [
            f"  {self.value(argument)} = phi {self.type_of(argument)} "
            + ", ".join(f"[ {values[number]}, %{source} ]" for source, values in incoming)
            for number, argument in enumerate(block.args)
        ]

    # -- what the writers of operations use

    def value(self, value: SSAValue) -> str:
        """A value's name, or its text if it is a constant."""
        name = self._values.get(value)
        if name is None:
            name = self._values[value] = f"%v{len(self._values)}"
        return name

    def name_constant(self, value: SSAValue, text: str) -> None:
        self._values[value] = text

    def type_of(self, value: SSAValue) -> str:
        """The text of a value's type; by identity, as types are shared and hash slowly."""
        attribute = value.type
        text = self._types.get(id(attribute))
        if text is None:
            text = self._types[id(attribute)] = type_text(attribute)
        return text

    def typed(self, value: SSAValue) -> str:
        return f"{self.type_of(value)} {self.value(value)}"

    def edge(self, target: Block, arguments: list[SSAValue]) -> str:
        """The label of a branch's target; notes which values arrive there from here."""
        values = [self.value(argument) for argument in arguments]
        self._incoming.setdefault(target, []).append((self._current, values))
        return f"label %{self._blocks[target]}"

    def call(
        self, name: str, operands: list[SSAValue], result: SSAValue | None, flags: str = ""
    ) -> str:
        """A call of an intrinsic, which gets declared."""
        result_type = "void" if result is None else self.type_of(result)
        if name not in self.declarations:
            types = ", ".join(
                _intrinsic_argument(name, self.type_of(o), i) for i, o in enumerate(operands)
            )
            self.declarations[name] = f"declare {result_type} @{name}({types})\n"
        arguments = ", ".join([self.typed(operand) for operand in operands])
        head = "" if result is None else f"{self.value(result)} = "
        return f"{head}call {flags}{result_type} @{name}({arguments})"


Writer: TypeAlias = Callable[[FunctionText, Any], str]


def _intrinsic_argument(name: str, type_text: str, index: int) -> str:
    """Arguments that have to be constants are marked so in the declaration."""
    is_constant = name.startswith("llvm.prefetch") and index > 0
    return f"{type_text} immarg" if is_constant else type_text


def _binary(word: str) -> Writer:
    def write(text: FunctionText, op: Operation) -> str:
        left, right = op.operands
        result = op.results[0]
        return (
            f"{text.value(result)} = {word} {text.type_of(result)} "
            f"{text.value(left)}, {text.value(right)}"
        )

    return write


def _overflowing(word: str) -> Writer:
    plain, no_signed_wrap = _binary(word), _binary(f"{word} nsw")

    def write(text: FunctionText, op: Operation) -> str:
        flags = op.properties.get("overflowFlags")
        if isinstance(flags, IntegerAttr) and flags.value.data & 1:
            return no_signed_wrap(text, op)
        return plain(text, op)

    return write


def _cast(word: str) -> Writer:
    def write(text: FunctionText, op: Operation) -> str:
        result = op.results[0]
        source = text.typed(op.operands[0])
        return f"{text.value(result)} = {word} {source} to {text.type_of(result)}"

    return write


def _unary(word: str) -> Writer:
    def write(text: FunctionText, op: Operation) -> str:
        return f"{text.value(op.results[0])} = {word} {text.typed(op.operands[0])}"

    return write


def _overloaded(name: str) -> Writer:
    """An intrinsic that is named after its type: `llvm.fma` on `<16 x float>`."""

    def write(text: FunctionText, op: Operation) -> str:
        result = op.results[0]
        return text.call(f"{name}.{intrinsic_suffix(result.type)}", list(op.operands), result)

    return write


def _constant(text: FunctionText, op: llvm.ConstantOp) -> str:
    text.name_constant(op.result, constant_text(op.value))
    return ""


def _undefined(text: FunctionText, op: llvm.UndefOp) -> str:
    text.name_constant(op.res, "poison")
    return ""


def _compare(text: FunctionText, op: llvm.ICmpOp) -> str:
    flag = llvm.ICmpPredicateFlag.from_int(op.predicate.value.data)
    return f"{text.value(op.res)} = icmp {flag} {text.typed(op.lhs)}, {text.value(op.rhs)}"


def _select(text: FunctionText, op: llvm.SelectOp) -> str:
    operands = ", ".join(text.typed(operand) for operand in op.operands)
    return f"{text.value(op.res)} = select {operands}"


def _element_pointer(text: FunctionText, op: llvm.GEPOp) -> str:
    pointer, *variables = op.operands
    indices = []
    for index in op.rawConstantIndices.get_values():
        is_variable = index == llvm.GEP_USE_SSA_VAL
        indices.append(text.typed(variables.pop(0)) if is_variable else f"i32 {index}")
    inbounds = "inbounds " if op.inbounds is not None else ""
    return (
        f"{text.value(op.results[0])} = getelementptr {inbounds}{type_text(op.elem_type)}, "
        f"ptr {text.value(pointer)}, {', '.join(indices)}"
    )


def _load(text: FunctionText, op: llvm.LoadOp) -> str:
    result = op.results[0]
    pointer = text.value(op.operands[0])
    return f"{text.value(result)} = load {text.type_of(result)}, ptr {pointer}{_alignment(op)}"


def _store(text: FunctionText, op: llvm.StoreOp) -> str:
    value, pointer = op.operands
    return f"store {text.typed(value)}, ptr {text.value(pointer)}{_alignment(op)}"


def _alignment(op: Operation) -> str:
    alignment = op.properties.get("alignment")
    return f", align {alignment.value.data}" if isinstance(alignment, IntegerAttr) else ""


def _insert(text: FunctionText, op: llvm.InsertElementOp) -> str:
    vector, value, index = (text.typed(operand) for operand in op.operands)
    return f"{text.value(op.res)} = insertelement {vector}, {value}, {index}"


def _shuffle(text: FunctionText, op: llvm.ShuffleVectorOp) -> str:
    first, second = (text.typed(operand) for operand in op.operands)
    lanes = op.mask.get_values()
    mask = ", ".join("i32 poison" if lane < 0 else f"i32 {lane}" for lane in lanes)
    return f"{text.value(op.res)} = shufflevector {first}, {second}, <{len(lanes)} x i32> <{mask}>"


def _call_intrinsic(text: FunctionText, op: llvm.CallIntrinsicOp) -> str:
    flags = "".join(f"{flag.value} " for flag in op.fastmathFlags.data)
    result = op.results[0] if op.results else None
    return text.call(op.intrin.data, list(op.args), result, flags)


def _call(text: FunctionText, op: llvm.CallOp) -> str:
    if op.callee is None or op.results:
        raise ConvoptError("expected direct calls of functions without results")
    arguments = ", ".join(text.typed(operand) for operand in op.args)
    return f"call void {symbol_text(text.rename(op.callee.root_reference.data))}({arguments})"


def _branch(text: FunctionText, op: llvm.BrOp) -> str:
    return f"br {text.edge(op.successor, list(op.operands))}"


def _conditional_branch(text: FunctionText, op: llvm.CondBrOp) -> str:
    then_edge = text.edge(op.then_block, list(op.then_arguments))
    else_edge = text.edge(op.else_block, list(op.else_arguments))
    return f"br i1 {text.value(op.cond)}, {then_edge}, {else_edge}"


def _return(text: FunctionText, op: llvm.ReturnOp) -> str:
    return "ret void"


def _fence(text: FunctionText, op: FenceOp) -> str:
    return 'fence syncscope("singlethread") seq_cst'


def _inline_asm(text: FunctionText, op: llvm.InlineAsmOp) -> str:
    result = op.results[0]
    operands = ", ".join(text.typed(operand) for operand in op.operands)
    words = f'asm "{op.asm_string.data}", "{op.constraints.data}"'
    return f"{text.value(result)} = call {text.type_of(result)} {words}({operands})"


_WRITERS: dict[type[Any], Writer] = {
    FenceOp: _fence,
    llvm.ConstantOp: _constant,
    llvm.UndefOp: _undefined,
    llvm.AddOp: _overflowing("add"),
    llvm.SubOp: _overflowing("sub"),
    llvm.MulOp: _overflowing("mul"),
    llvm.ShlOp: _overflowing("shl"),
    llvm.UDivOp: _binary("udiv"),
    llvm.SDivOp: _binary("sdiv"),
    llvm.URemOp: _binary("urem"),
    llvm.SRemOp: _binary("srem"),
    llvm.LShrOp: _binary("lshr"),
    llvm.AShrOp: _binary("ashr"),
    llvm.AndOp: _binary("and"),
    llvm.OrOp: _binary("or"),
    llvm.XOrOp: _binary("xor"),
    llvm.FAddOp: _binary("fadd"),
    llvm.FSubOp: _binary("fsub"),
    llvm.FMulOp: _binary("fmul"),
    llvm.FDivOp: _binary("fdiv"),
    llvm.FNegOp: _unary("fneg"),
    llvm.TruncOp: _cast("trunc"),
    llvm.SExtOp: _cast("sext"),
    llvm.BitcastOp: _cast("bitcast"),
    llvm.SIToFPOp: _cast("sitofp"),
    llvm.FMAOp: _overloaded("llvm.fma"),
    llvm.VectorFMaxOp: _overloaded("llvm.maxnum"),
    llvm.VectorFMinOp: _overloaded("llvm.minnum"),
    llvm.FSqrtOp: _overloaded("llvm.sqrt"),
    llvm.FAbsOp: _overloaded("llvm.fabs"),
    llvm.ICmpOp: _compare,
    llvm.SelectOp: _select,
    llvm.GEPOp: _element_pointer,
    llvm.LoadOp: _load,
    llvm.StoreOp: _store,
    llvm.InsertElementOp: _insert,
    llvm.ShuffleVectorOp: _shuffle,
    llvm.CallIntrinsicOp: _call_intrinsic,
    llvm.InlineAsmOp: _inline_asm,
    llvm.CallOp: _call,
    llvm.BrOp: _branch,
    llvm.CondBrOp: _conditional_branch,
    llvm.ReturnOp: _return,
}
