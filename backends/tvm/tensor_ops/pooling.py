"""Pooling over windows and over whole feature maps."""

from math import prod

from xdsl.dialects.builtin import i8
from xdsl.ir import Operation

from convopt.backends.tvm.function import BLOCKS, THREAD, Buffer, DeviceFunction
from convopt.backends.tvm.scalar import float_text
from convopt.backends.tvm.script import Script, scaled, total
from convopt.backends.tvm.tensor_ops.elements import (
    THREADS,
    address,
    buffer_of,
    loaded,
    per_element,
    stored,
)
from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.element_types import ElementType, element_of
from convopt.convdialect.layouts import block_of, tensor_of
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp

_WARP = 32


def pool(op: Operation) -> DeviceFunction:
    """Windows are walked within the image: padding is left out or counts as zero."""
    assert isinstance(op, PoolOp)
    source, result = tensor_of(op.input), tensor_of(op.result)
    _, _, height, width = source.get_shape()
    window = op.window
    (kh, kw), (sh, sw), (dh, dw) = window.kernel, window.stride, window.dilation
    top, left, _, _ = window.padding

    def value(script: Script, at: list[str]) -> str:
        row = script.let("h", f"{scaled(at[2], sh)} - {top}")
        column = script.let("w", f"{scaled(at[3], sw)} - {left}")
        script.line(f"made[0] = {_neutral(op.kind)}")
        script.line("made[1] = T.float32(0.0)")
        with script.loop("r", kh) as r, script.loop("t", kw) as t:
            y = script.let("y", total(row, scaled(r, dh)))
            x = script.let("x", total(column, scaled(t, dw)))
            inside = f"0 <= {y} and {y} < {height} and 0 <= {x} and {x} < {width}"
            with script.when(inside):
                bits = f"X0[{address(source, [at[0], at[1], y, x])}]"
                joined = _joined(op.kind, "made[0]", _as_float(element_of(source), bits))
                script.line(f"made[0] = {joined}")
                script.line("made[1] = made[1] + T.float32(1.0)")
        return _from_float(element_of(result), _pooled(op))

    return per_element(result, [source], value, {"made": Buffer(2)})


def _pooled(op: PoolOp) -> str:
    if op.kind is PoolKind.MAX:
        return "made[0]"
    if op.count_include_pad:
        return f"made[0] / T.float32({float(prod(op.window.kernel))})"
    return "made[0] / made[1]"


def global_pool(op: Operation) -> DeviceFunction:
    """A warp's worth of threads for each feature map."""
    assert isinstance(op, GlobalPoolOp)
    source, result = tensor_of(op.input), tensor_of(op.result)
    batch, channels, height, width = source.get_shape()
    block = block_of(result)
    padded = -(-channels // block) * block
    plane, maps, own = height * width, batch * padded, THREADS // _WARP
    script = Script()
    number = script.let("k", total(scaled(BLOCKS[0], own), f"{THREAD} // {_WARP}"))
    lane = script.let("lane", f"{THREAD} % {_WARP}")
    image = script.let("n", f"{number} // {padded}")
    channel = script.let("c", f"{number} % {padded}")
    script.line(f"made[0] = {_neutral(op.kind)}")
    with script.loop("i", -(-plane // _WARP), "serial") as i:
        pixel = script.let("q", total(scaled(i, _WARP), lane))
        in_plane = f"{pixel} < {plane}" if plane % _WARP else ""
        in_batch = f"{number} < {maps}" if maps % own else ""
        in_channels = f"{channel} < {channels}" if padded > channels else ""
        with script.when(in_batch, in_channels, in_plane):
            where = [image, channel, f"{pixel} // {width}", f"{pixel} % {width}"]
            element = _as_float(element_of(source), f"X0[{address(source, where)}]")
            script.line(f"made[0] = {_joined(op.kind, 'made[0]', element)}")
    script.line(f"shared[{THREAD}] = made[0]")
    step = _WARP // 2
    while step:
        script.barrier()
        with script.when(f"{lane} < {step}"):
            both = _joined(op.kind, f"shared[{THREAD}]", f"shared[{THREAD} + {step}]")
            script.line(f"shared[{THREAD}] = {both}")
        step //= 2
    made = f"shared[{THREAD}]"
    if op.kind is PoolKind.AVERAGE:
        made = f"{made} / T.float32({float(plane)})"
    if padded > channels:
        made = f"T.if_then_else({channel} < {channels}, {made}, T.float32(0.0))"
    with script.when(f"{lane} == 0", f"{number} < {maps}" if maps % own else ""):
        where = [image, channel, "0", "0"]
        script.line(f"Y[{address(result, where)}] = {_from_float(element_of(result), made)}")
    parameters = {"X0": buffer_of(source), "Y": buffer_of(result)}
    registers, grid = {"made": Buffer(1)}, (-(-maps // own), 1, 1)
    return DeviceFunction(str(script), parameters, registers, grid, THREADS, Buffer(THREADS))


def _neutral(kind: PoolKind) -> str:
    return f"T.float32({float_text(float('-inf')) if kind is PoolKind.MAX else '0.0'})"


def _joined(kind: PoolKind, left: str, right: str) -> str:
    return f"T.max({left}, {right})" if kind is PoolKind.MAX else f"{left} + {right}"


def _as_float(element: ElementType, bits: str) -> str:
    value = loaded(element, bits)
    return f'T.Cast("float32", {value})' if element == i8 else value


def _from_float(element: ElementType, value: str) -> str:
    """Of i8 only maxima are made, which are whole."""
    return stored(element, f'T.Cast("int32", {value})' if element == i8 else value)
