"""Kernels of what stands between convolutions: one thread makes one element of the result."""

from collections.abc import Callable, Mapping, Sequence
from math import prod

from xdsl.ir import Operation, SSAValue

from convopt.backends.tvm.function import BLOCKS, THREAD, Buffer, DeviceFunction
from convopt.backends.tvm.scalar import float_text, write_scalars
from convopt.backends.tvm.script import Script, scaled, total
from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.structure import ChannelShuffleOp, ConcatOp, PadOp

_THREADS = 256
_WARP = 32


def write_tensor_op(op: Operation) -> DeviceFunction | None:
    """The kernel of an operation, None for one that has none.

    Parameters: X0, X1, … for the operands, Y for the result.
    """
    writer = _WRITERS.get(type(op))
    return None if writer is None else writer(op)


def copy_elements(count: int) -> DeviceFunction:
    """Copies X0 to Y."""
    return _elements(count, {"X0": Buffer(count)}, lambda _, item: f"X0[{item}]")


def _elements(
    count: int, operands: Mapping[str, Buffer], value: Callable[[Script, str], str]
) -> DeviceFunction:
    """A thread an element of Y; `value` writes what the element, by its index, is."""
    script = Script()
    item = script.let("e", total(scaled(BLOCKS[0], _THREADS), THREAD))
    with script.when(f"{item} < {count}" if count % _THREADS else ""):
        script.line(f"Y[{item}] = {value(script, item)}")
    grid = (-(-count // _THREADS), 1, 1)
    return DeviceFunction(str(script), {**operands, "Y": Buffer(count)}, {}, grid, _THREADS)


def _elementwise(op: Operation) -> DeviceFunction:
    assert isinstance(op, ElementwiseOp)
    result = _shape(op.result)
    shapes = [_shape(each) for each in op.inputs]

    def value(script: Script, item: str) -> str:
        def operand(number: int) -> str:
            return f"X{number}[{_broadcast(item, shapes[number], result)}]"

        first = script.let("a", operand(0))
        return write_scalars(script, op.body.block, first, lambda extra: operand(extra + 1))

    return _elements(prod(result), _operands(op.inputs), value)


def _broadcast(item: str, shape: Sequence[int], result: Sequence[int]) -> str:
    """The index of an operand's element that goes to element `item` of the result."""
    if tuple(shape) == tuple(result):
        return item
    padded = (1,) * (len(result) - len(shape)) + tuple(shape)
    terms, below, stride = [], 1, 1
    for size, wide in zip(reversed(padded), reversed(result), strict=True):
        if size > 1:
            terms.append(scaled(f"{item} // {below} % {wide}", stride))
        stride *= size
        below *= wide
    return total(*reversed(terms))


def _pool(op: Operation) -> DeviceFunction:
    """Windows are walked within the image: what is padding is left out or counts as zero."""
    assert isinstance(op, PoolOp)
    _, _, height, width = _shape(op.input)
    result = _shape(op.result)
    window = op.window
    (kh, kw), (sh, sw), (dh, dw) = window.kernel, window.stride, window.dilation
    top, left, _, _ = window.padding
    is_max = op.kind is PoolKind.MAX
    script = Script()
    count = prod(result)
    item = script.let("e", total(scaled(BLOCKS[0], _THREADS), THREAD))
    with script.when(f"{item} < {count}" if count % _THREADS else ""):
        plane = script.let("c", f"{item} // {result[2] * result[3]}")
        row = script.let("h", scaled(f"{item} // {result[3]} % {result[2]}", sh) + f" - {top}")
        column = script.let("w", scaled(f"{item} % {result[3]}", sw) + f" - {left}")
        script.line(f"made[0] = T.float32({float_text(float('-inf')) if is_max else '0.0'})")
        script.line("made[1] = T.float32(0.0)")
        with script.loop("r", kh) as r, script.loop("t", kw) as t:
            y = script.let("y", total(row, scaled(r, dh)))
            x = script.let("x", total(column, scaled(t, dw)))
            inside = f"0 <= {y} and {y} < {height} and 0 <= {x} and {x} < {width}"
            with script.when(inside):
                element = f"X0[{total(scaled(plane, height * width), scaled(y, width), x)}]"
                joined = f"T.max(made[0], {element})" if is_max else f"made[0] + {element}"
                script.line(f"made[0] = {joined}")
                script.line("made[1] = made[1] + T.float32(1.0)")
        script.line(f"Y[{item}] = {_pooled(op)}")
    grid = (-(-count // _THREADS), 1, 1)
    parameters = {"X0": Buffer(prod(_shape(op.input))), "Y": Buffer(count)}
    return DeviceFunction(str(script), parameters, {"made": Buffer(2)}, grid, _THREADS)


def _pooled(op: PoolOp) -> str:
    if op.kind is PoolKind.MAX:
        return "made[0]"
    if op.count_include_pad:
        return f"made[0] / T.float32({float(prod(op.window.kernel))})"
    return "made[0] / made[1]"


def _global_pool(op: Operation) -> DeviceFunction:
    """A warp's worth of threads for each feature map."""
    assert isinstance(op, GlobalPoolOp)
    shape = _shape(op.input)
    plane, maps = shape[2] * shape[3], shape[0] * shape[1]
    is_max = op.kind is PoolKind.MAX
    join = "T.max({}, {})" if is_max else "{} + {}"
    own = _THREADS // _WARP
    script = Script()
    number = script.let("c", total(scaled(BLOCKS[0], own), f"{THREAD} // {_WARP}"))
    lane = script.let("lane", f"{THREAD} % {_WARP}")
    script.line(f"made[0] = T.float32({float_text(float('-inf')) if is_max else '0.0'})")
    with script.loop("i", -(-plane // _WARP), "serial") as i:
        pixel = script.let("q", total(scaled(i, _WARP), lane))
        behind = f"{pixel} < {plane}" if plane % _WARP else ""
        with script.when(f"{number} < {maps}" if maps % own else "", behind):
            element = f"X0[{total(scaled(number, plane), pixel)}]"
            script.line(f"made[0] = {join.format('made[0]', element)}")
    script.line(f"shared[{THREAD}] = made[0]")
    step = _WARP // 2
    while step:
        script.barrier()
        with script.when(f"{lane} < {step}"):
            both = join.format(f"shared[{THREAD}]", f"shared[{THREAD} + {step}]")
            script.line(f"shared[{THREAD}] = {both}")
        step //= 2
    result = f"shared[{THREAD}]" if is_max else f"shared[{THREAD}] / T.float32({float(plane)})"
    with script.when(f"{lane} == 0", f"{number} < {maps}" if maps % own else ""):
        script.line(f"Y[{number}] = {result}")
    parameters = {"X0": Buffer(maps * plane), "Y": Buffer(maps)}
    grid = (-(-maps // own), 1, 1)
    made = {"made": Buffer(1)}
    return DeviceFunction(str(script), parameters, made, grid, _THREADS, Buffer(_THREADS))


def _concat(op: Operation) -> DeviceFunction:
    assert isinstance(op, ConcatOp)
    result = _shape(op.result)
    inner = prod(result[op.axis + 1 :])
    sizes = [_shape(each)[op.axis] for each in op.inputs]

    def value(script: Script, item: str) -> str:
        axis = script.let("k", f"{item} // {inner} % {result[op.axis]}")
        outer = script.let("n", f"{item} // {inner * result[op.axis]}")
        rest = script.let("r", f"{item} % {inner}")
        chosen, end = "", sum(sizes)
        for number, size in reversed(list(enumerate(sizes))):
            within = scaled(f"{outer} * {size} + {axis} - {end - size}", inner)
            element = f"X{number}[{total(within, rest)}]"
            chosen = f"T.if_then_else({axis} < {end}, {element}, {chosen})" if chosen else element
            end -= size
        return chosen

    return _elements(prod(result), _operands(op.inputs), value)


def _pad(op: Operation) -> DeviceFunction:
    assert isinstance(op, PadOp)
    _, _, height, width = _shape(op.input)
    result = _shape(op.result)
    top, left, _, _ = op.padding.get_values()

    def value(script: Script, item: str) -> str:
        plane = script.let("c", f"{item} // {result[2] * result[3]}")
        y = script.let("h", f"{item} // {result[3]} % {result[2]} - {top}")
        x = script.let("w", f"{item} % {result[3]} - {left}")
        inside = f"0 <= {y} and {y} < {height} and 0 <= {x} and {x} < {width}"
        element = f"X0[{total(scaled(plane, height * width), scaled(y, width), x)}]"
        return f"T.if_then_else({inside}, {element}, T.float32({float_text(op.value)}))"

    return _elements(prod(result), _operands([op.input]), value)


def _channel_shuffle(op: Operation) -> DeviceFunction:
    assert isinstance(op, ChannelShuffleOp)
    _, channels, height, width = shape = _shape(op.result)
    plane, groups = height * width, op.groups

    def value(script: Script, item: str) -> str:
        channel = script.let("c", f"{item} // {plane} % {channels}")
        source = total(
            scaled(f"{channel} % {groups}", channels // groups), f"{channel} // {groups}"
        )
        image = scaled(f"{item} // {plane * channels}", channels)
        return f"X0[{total(scaled(total(image, source), plane), f'{item} % {plane}')}]"

    return _elements(prod(shape), _operands([op.input]), value)


def _shape(value: SSAValue) -> tuple[int, ...]:
    return tuple(tensor_of(value).get_shape())


def _operands(values: Sequence[SSAValue]) -> dict[str, Buffer]:
    return {f"X{number}": Buffer(prod(_shape(value))) for number, value in enumerate(values)}


_WRITERS: Mapping[type[Operation], Callable[[Operation], DeviceFunction]] = {
    ElementwiseOp: _elementwise,
    PoolOp: _pool,
    GlobalPoolOp: _global_pool,
    ConcatOp: _concat,
    PadOp: _pad,
    ChannelShuffleOp: _channel_shuffle,
}
