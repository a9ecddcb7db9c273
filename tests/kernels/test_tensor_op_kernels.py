"""Kernels of everything but convolutions: between guard pages, and as AArch64 code."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.targets import cpu_target
from convopt.comparison import relative_error
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.reference import run
from convopt.convdialect.shapes import Window
from convopt.passes.lower.packing import pack_blocked
from convopt.testing.execution import compiled, run_emulated, run_on_host
from convopt.testing.guarded import Side
from convopt.testing.passes import parse_module

MULTIPLY = """{
^bb0(%a : f32, %b : f32):
  %r = arith.mulf %a, %b : f32
  conv.yield %r : f32
}"""
BLOCKING_POOL = "{kernel = [2, 2], padding = [0, 0, 1, 1]}"
"""Of a pool that keeps the shape; what it feeds is in channel blocks."""

Shape = tuple[int, ...]
sides = st.sampled_from(["start", "end"])
images = st.tuples(st.integers(1, 2), st.integers(1, 37), st.integers(1, 9), st.integers(1, 9))


def text_of(shape: Shape) -> str:
    return f"tensor<{'x'.join(map(str, shape))}xf32>"


def function(inputs: list[Shape], body: str, result: str, shape: Shape) -> ModuleOp:
    """`@main` whose inputs are %0, %1, … renamed to %x0, %x1, …"""
    arguments = ", ".join(f"%x{i} : {text_of(s)}" for i, s in enumerate(inputs))
    return parse_module(
        f"func.func @main({arguments}) -> {text_of(shape)} {{\n{body}\n"
        f"func.return {result} : {text_of(shape)}\n}}"
    )


def one_op(op: str, inputs: list[Shape], shape: Shape) -> ModuleOp:
    types = ", ".join(map(text_of, inputs))
    return function(inputs, f"%y = {op} : {types} -> {text_of(shape)}", "%y", shape)


def random_inputs(shapes: list[Shape]) -> list[npt.NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def check(module: ModuleOp, shapes: list[Shape], side: Side = "end", threads: int = 1) -> None:
    inputs = random_inputs(shapes)
    expected = run(module, inputs)
    found = run_on_host(compiled(module, "host"), inputs, side, threads)
    for mine, reference in zip(found, expected, strict=True):
        assert relative_error(mine, reference) < 1e-6


drawn = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def pool_module(shape: Shape, kind: str, window: Window, *, count_include_pad: bool) -> ModuleOp:
    fields = f"kernel = {list(window.kernel)}, stride = {list(window.stride)}"
    fields += f", padding = {list(window.padding)}, dilation = {list(window.dilation)}"
    fields += f", count_include_pad = {str(count_include_pad).lower()}"
    result = (*shape[:2], *window.output_size(*shape[2:]))
    return one_op(f"conv.pool {kind} %x0 {{{fields}}}", [shape], result)


@st.composite
def pools(draw: st.DrawFn) -> tuple[Shape, Window]:
    """Shapes, and windows that are never empty."""
    shape = draw(images)
    kernel = draw(st.tuples(st.integers(1, shape[2]), st.integers(1, shape[3])))
    window = Window(
        kernel,
        draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
        tuple(draw(st.integers(0, kernel[i % 2] - 1)) for i in range(4)),
        draw(st.tuples(st.integers(1, 2), st.integers(1, 2))),
    )
    try:
        window.output_size(*shape[2:])
    except ConvoptError:
        assume(False)
    assume(window.first_empty_position(*shape[2:]) is None)
    return shape, window


@drawn
@example(((1, 20, 17, 31), Window((3, 3), (2, 2), (1, 1, 1, 1))), "max", False, "end", 3)
@example(((1, 20, 17, 31), Window((3, 3), (1, 1), (1, 1, 1, 1))), "average", True, "start", 2)
@example(((2, 5, 13, 19), Window((9, 5), (1, 2), (4, 2, 4, 2))), "average", False, "end", 2)
@example(((1, 5, 13, 13), Window((13, 13), (1, 1), (6, 6, 6, 6))), "max", False, "end", 1)
@given(pools(), st.sampled_from(["max", "average"]), st.booleans(), sides, st.integers(1, 3))
def test_pools(
    drawn_pool: tuple[Shape, Window], kind: str, with_padding: bool, side: Side, threads: int
) -> None:
    shape, window = drawn_pool
    module = pool_module(shape, kind, window, count_include_pad=with_padding)
    check(module, [shape], side, threads)


@pytest.mark.parametrize("kernel", [3, 9])
def test_what_is_not_a_number_never_is_the_maximum(kernel: int) -> None:
    shape = (1, 3, 12, 12)
    x = random_inputs([shape])[0]
    x[:, :, ::2] = np.nan
    window = Window((kernel, kernel))
    module = pool_module(shape, "max", window, count_include_pad=False)
    (found,) = run_on_host(compiled(module, "host"), [x])
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), (2, 3))
    assert np.array_equal(found, np.nanmax(windows, axis=(4, 5)))


@drawn
@given(images, st.sampled_from(["max", "average"]), sides, st.integers(1, 3))
def test_global_pools(shape: Shape, kind: str, side: Side, threads: int) -> None:
    op = f"conv.global_pool {kind} %x0"
    check(one_op(op, [shape], (*shape[:2], 1, 1)), [shape], side, threads)


@drawn
@given(images, st.lists(st.booleans(), min_size=4, max_size=4), st.booleans(), sides)
def test_elementwise_broadcasts_in_plain_and_blocked_layout(
    shape: Shape, ones: list[bool], is_blocked: bool, side: Side
) -> None:
    other = tuple(1 if one else size for one, size in zip(ones, shape, strict=True))
    pool = f"%p = conv.pool max %x0 {BLOCKING_POOL}"
    types = f"{text_of(shape)}, {text_of(other)} -> {text_of(shape)}"
    first = "%p" if is_blocked else "%x0"
    lines = [f"{pool} : {text_of(shape)} -> {text_of(shape)}"] if is_blocked else []
    body = "\n".join([*lines, f"%y = conv.elementwise({first}, %x1) {MULTIPLY} : {types}"])
    check(function([shape, other], body, "%y", shape), [shape, other], side)


@drawn
@example((2, 64, 3, 3), 32, 1, True, "end")
@example((1, 35, 7, 5), 70, 1, True, "start")
@given(images, st.integers(1, 20), st.integers(0, 3), st.booleans(), sides)
def test_concatenations(shape: Shape, more: int, axis: int, is_blocked: bool, side: Side) -> None:
    other = (*shape[:axis], more, *shape[axis + 1 :])
    whole = (*shape[:axis], shape[axis] + more, *shape[axis + 1 :])
    names, lines = ("%x0", "%x1"), []
    if is_blocked:
        names = ("%p", "%q")
        for name, source, of in (("%p", "%x0", shape), ("%q", "%x1", other)):
            pooled = f"{name} = conv.pool max {source} {BLOCKING_POOL}"
            lines.append(f"{pooled} : {text_of(of)} -> {text_of(of)}")
    types = f"{text_of(shape)}, {text_of(other)} -> {text_of(whole)}"
    concat = f"%y = conv.concat {names[0]}, {names[1]} {{axis = {axis}}} : {types}"
    check(function([shape, other], "\n".join([*lines, concat]), "%y", whole), [shape, other], side)


def test_concatenations_of_many_small_inputs() -> None:
    shapes: list[Shape] = [(2, channels, 3, 3) for channels in (3, 1, 20, 2, 16, 5)]
    pools = [
        f"%p{i} = conv.pool max %x{i} {BLOCKING_POOL} : {text_of(shape)} -> {text_of(shape)}"
        for i, shape in enumerate(shapes)
    ]
    operands = ", ".join(f"%p{i}" for i in range(len(shapes)))
    types = f"{', '.join(map(text_of, shapes))} -> {text_of((2, 47, 3, 3))}"
    concat = f"%y = conv.concat {operands} {{axis = 1}} : {types}"
    check(function(shapes, "\n".join([*pools, concat]), "%y", (2, 47, 3, 3)), shapes)


@drawn
@example(2, 40, (2, 1, 7, 5), "start", 3)
@example(3, 16, (1, 1, 4, 9), "end", 2)
@example(20, 3, (1, 1, 3, 3), "end", 1)
@given(st.integers(1, 6), st.integers(1, 6), images, sides, st.integers(1, 3))
def test_channel_shuffles(
    groups: int, channels: int, image: Shape, side: Side, threads: int
) -> None:
    shape = (image[0], groups * channels, *image[2:])
    op = f"conv.channel_shuffle %x0 {{groups = {groups}}}"
    check(one_op(op, [shape], shape), [shape], side, threads)


@pytest.mark.parametrize("channels", [(18, 22), (5, 3), (16, 36)])
def test_lanes_without_a_channel_become_zero(channels: tuple[int, int]) -> None:
    """Of concatenations and shuffles, whatever the inputs hold there."""
    lanes, total = cpu_target("host").lanes, sum(channels)
    arrays = random_inputs([(1, count, 3, 5) for count in channels])
    *types, whole = (
        f"tensor<1x{count}x3x5xf32, #conv.layout<nchwc, {lanes}>>" for count in (*channels, total)
    )
    half = total // 2
    module = parse_module(f"""
        func.func @main(%x0 : {types[0]}, %x1 : {types[1]}) -> ({whole}, {whole}) {{
          %y = conv.concat %x0, %x1 {{axis = 1}} : {types[0]}, {types[1]} -> {whole}
          %z = conv.channel_shuffle %y {{groups = {half}}} : {whole} -> {whole}
          func.return %y, %z : {whole}, {whole}
        }}""")
    inputs = [pack_blocked(array, lanes) for array in arrays]
    for array, count in zip(inputs, channels, strict=True):
        if count % lanes:
            array[:, -1, ..., count % lanes :] = np.nan
    found = run_on_host(compiled(module, "host"), inputs)
    joined = np.concatenate(arrays, axis=1)
    order = np.arange(total).reshape(half, -1).T.reshape(-1)
    assert np.array_equal(found[0], pack_blocked(joined, lanes))
    assert np.array_equal(found[1], pack_blocked(joined[:, order], lanes))


@drawn
@given(images, st.permutations(range(4)), sides)
def test_transposes(shape: Shape, permutation: list[int], side: Side) -> None:
    result = tuple(shape[axis] for axis in permutation)
    op = f"conv.transpose %x0 {{permutation = {permutation}}}"
    check(one_op(op, [shape], result), [shape], side)


@drawn
@given(images, st.integers(0, 3), sides)
def test_softmax(shape: Shape, axis: int, side: Side) -> None:
    check(one_op(f"conv.softmax %x0 {{axis = {axis}}}", [shape], shape), [shape], side)


@drawn
@given(images, st.integers(1, 12), st.integers(1, 12), st.data(), sides)
def test_resizes(shape: Shape, h: int, w: int, data: st.DataObject, side: Side) -> None:
    mode = data.draw(st.sampled_from(["nearest", "linear"]))
    coordinates = data.draw(st.sampled_from(["half_pixel", "asymmetric", "align_corners"]))
    assume(not (mode == "nearest" and coordinates == "align_corners"))
    op = f"conv.resize {mode} {coordinates} %x0"
    check(one_op(op, [shape], (*shape[:2], h, w)), [shape], side)


@drawn
@given(images, st.tuples(*[st.integers(0, 3)] * 4), sides)
def test_pads(shape: Shape, pads: tuple[int, int, int, int], side: Side) -> None:
    n, c, h, w = shape
    result = (n, c, h + pads[0] + pads[2], w + pads[1] + pads[3])
    op = f"conv.pad %x0 {{padding = {list(pads)}, value = 1.5 : f32}}"
    check(one_op(op, [shape], result), [shape], side)


def test_a_copied_result_in_channel_blocks_is_whole() -> None:
    """Zeros in the lanes without a channel included."""
    lanes = cpu_target("host").lanes
    blocked = f"tensor<1x3x2x2xf32, #conv.layout<nchwc, {lanes}>>"
    module = parse_module(f"""
        func.func @main(%x : {blocked}) -> {blocked} {{
          func.return %x : {blocked}
        }}""")
    x = pack_blocked(random_inputs([(1, 3, 2, 2)])[0], lanes)
    assert np.array_equal(run_on_host(compiled(module, "host"), [x])[0], x)


def test_results_that_no_kernel_writes_in_place() -> None:
    """An input returned, a value returned twice, and a reshape of it."""
    module = parse_module("""
        func.func @main(%x : tensor<40xf32>) -> (tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<8x5xf32>) {
          %y = conv.elementwise(%x) {
          ^bb0(%a : f32):
            %n = arith.negf %a : f32
            conv.yield %n : f32
          } : tensor<40xf32> -> tensor<40xf32>
          %z = conv.reshape %y : tensor<40xf32> -> tensor<8x5xf32>
          func.return %x, %y, %y, %z : tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<8x5xf32>
        }""")  # noqa: E501
    check(module, [(40,)])


@pytest.mark.parametrize(
    ("op", "shape", "result"),
    [
        ("conv.pool average %x0 {kernel = [3, 3], padding = [1, 1, 1, 1]}", (1, 6, 7, 7), None),
        (
            "conv.pool max %x0 {kernel = [3, 3], stride = [2, 2], padding = [1, 1, 1, 1]}",
            (1, 6, 11, 20),
            (1, 6, 6, 10),
        ),
        ("conv.global_pool average %x0", (1, 6, 7, 7), (1, 6, 1, 1)),
        ("conv.channel_shuffle %x0 {groups = 3}", (1, 6, 3, 5), None),
        ("conv.channel_shuffle %x0 {groups = 5}", (1, 60, 3, 5), None),
        ("conv.softmax %x0 {axis = 1}", (2, 10), None),
        ("conv.resize linear half_pixel %x0", (1, 6, 3, 4), (1, 6, 7, 5)),
    ],
)
def test_aarch64(op: str, shape: Shape, result: Shape | None) -> None:
    module = one_op(op, [shape], result or shape)
    inputs = random_inputs([shape])
    expected = run(module, inputs)
    found = run_emulated(compiled(module, "cortex-a72"), inputs, "cortex-a72")
    assert relative_error(found[0], expected[0]) < 1e-6


ROUND = """{
^bb0(%a : f32):
  %r = math.roundeven %a : f32
  conv.yield %r : f32
}"""


def rounding(shape: Shape) -> ModuleOp:
    return one_op(f"conv.elementwise(%x0) {ROUND}", [shape], shape)


def test_halves_are_rounded_to_even() -> None:
    x = np.arange(-20, 20, dtype=np.float32) / 4
    found = run_on_host(compiled(rounding(x.shape), "host"), [x])
    np.testing.assert_array_equal(found[0], np.rint(x))
    found = run_emulated(compiled(rounding(x.shape), "cortex-a72"), [x], "cortex-a72")
    np.testing.assert_array_equal(found[0], np.rint(x))
