"""Modules written by hand at level 3: schedules, buffers and constants as the text has them."""

import re
from itertools import pairwise

import numpy as np
import pytest

from convopt.backends.tvm.network import build_network
from convopt.comparison import relative_error
from convopt.convdialect.reference import run
from convopt.testing.cuda.network_run import run_network
from convopt.testing.passes import parse_module, random_inputs

WIDE, FLAT, FILTERS = "tensor<1x6x8x8xf32>", "tensor<1x384xf32>", "tensor<6x6x1x1xf32>"
POINTWISE = "#conv.block<filters = 4, rows = 4, columns = 8, thread_filters = 2, channels = 3>"


def constant(name: str, *shape: int, seed: int = 0) -> str:
    """The line that defines a constant of random numbers."""
    values = np.random.default_rng(seed).standard_normal(shape).round(3).tolist()
    text = str(values).replace("(", "[").replace(")", "]")
    return f"%{name} = arith.constant dense<{text}> : tensor<{'x'.join(map(str, shape))}xf32>"


def pointwise(result: str, input: str, filters: str = "w") -> str:
    """Of 6 channels to 6."""
    return (
        f"%{result} = conv.pointwise %{input}, %{filters} schedule = {POINTWISE} "
        f": {WIDE}, {FILTERS} -> {WIDE}"
    )


def add(result: str, left: str, right: str) -> str:
    return f"""%{result} = conv.elementwise(%{left}, %{right}) {{
    ^bb0(%p: f32, %q: f32):
      %s = arith.addf %p, %q : f32
      conv.yield %s : f32
    }} : {WIDE}, {WIDE} -> {WIDE}"""


def function(*lines: str, returns: str, types: str, argument: str = WIDE) -> str:
    """`main` of one argument %x."""
    body = "\n    ".join(lines)
    return f"""
  func.func @main(%x: {argument}) -> ({types}) {{
    {body}
    func.return {returns} : {types}
  }}"""


@pytest.fixture
def check(h200):
    """Compares what a text says with what it does; the network that was made of it."""

    def compare(text: str, *, checked: bool = True):
        module = parse_module(text)
        inputs = [array.astype(np.float32) for array in random_inputs(module)]
        expected = run(module, inputs)
        network = build_network(module, h200, "tested")
        for reverse in (False, True):
            outputs = run_network(network, inputs, reverse=reverse, checked=checked).outputs
            for number, (found, wanted) in enumerate(zip(outputs, expected, strict=True)):
                assert relative_error(found, wanted) < 1e-5, number
        return network

    return compare


def test_a_module_with_a_residual_and_two_outputs(check):
    """The schedule is the text's: its tile decides the grid."""
    text = function(
        constant("w0", 10, 6, 1, 1),
        constant("w1", 10, 1, 3, 3, seed=1),
        constant("w2", 6, 10, 1, 1, seed=2),
        constant("b", 10, seed=3),
        f"""%m = conv.fused(%x, %w0, %b, %w1)
      schedule = #conv.block<filters = 5, rows = 3, columns = 4, channels = 2, buffers = 2> {{
    ^bb0(%in: {WIDE}, %f0: tensor<10x6x1x1xf32>, %bias: tensor<10xf32>, %f1: tensor<10x1x3x3xf32>):
      %a = conv.pointwise %in, %f0 epilogue(%bias : tensor<10xf32>) {{
      ^bb0(%acc: f32, %c: f32):
        %s = arith.addf %acc, %c : f32
        conv.yield %s : f32
      }} : {WIDE}, tensor<10x6x1x1xf32> -> tensor<1x10x8x8xf32>
      %d = conv.depthwise %a, %f1 {{padding = [1, 1, 1, 1]}}
        : tensor<1x10x8x8xf32>, tensor<10x1x3x3xf32> -> tensor<1x10x8x8xf32>
      conv.yield %d : tensor<1x10x8x8xf32>
    }} : {WIDE}, tensor<10x6x1x1xf32>, tensor<10xf32>, tensor<10x1x3x3xf32> -> tensor<1x10x8x8xf32>
    %y = conv.pointwise %m, %w2
      schedule = #conv.block<filters = 6, rows = 1, columns = 16, thread_pixels = 4, channels = 5>
      epilogue(%x : {WIDE}) {{
    ^bb0(%acc: f32, %r: f32):
      %s = arith.addf %acc, %r : f32
      conv.yield %s : f32
    }} : tensor<1x10x8x8xf32>, tensor<6x10x1x1xf32> -> {WIDE}""",
        returns="%y, %m",
        types=f"{WIDE}, tensor<1x10x8x8xf32>",
    )
    program = check(text).program
    assert [launch.kind for launch in program.launches] == ["pwdw", "pw"]
    assert [kernel.grid for kernel in program.kernels] == [(6, 2, 1), (4, 1, 1)]
    assert [launch.macs for launch in program.launches] == [64 * 10 * (6 + 9), 64 * 60]
    assert program.workspace_bytes == 0  # both results are outputs


IMAGE, MIDDLE = "tensor<1x3x5x7xf32>", "tensor<1x5x5x7xf32>"
EXPANSION, WINDOW, BIAS = "tensor<5x3x1x1xf32>", "tensor<5x1x3x3xf32>", "tensor<5xf32>"
BORDERS = {
    "symmetric": "padding = [1, 1, 1, 1]",
    "asymmetric": "padding = [0, 2, 2, 0]",
    "dilated": "padding = [2, 2, 2, 2], dilation = [2, 2]",
}


@pytest.mark.parametrize("buffers", [1, 2])
@pytest.mark.parametrize("window", BORDERS.values(), ids=BORDERS)
def test_outside_of_the_image_is_zero_between_stages(check, window, buffers):
    """A large bias: what the epilogue makes of no input would show in every sum at a border."""
    stages = f"""%a = conv.pointwise %in, %f0 epilogue(%bias : {BIAS}) {{
      ^bb0(%acc: f32, %c: f32):
        %s = arith.addf %acc, %c : f32
        conv.yield %s : f32
      }} : {IMAGE}, {EXPANSION} -> {MIDDLE}
      %d = conv.depthwise %a, %f1 {{{window}}} : {MIDDLE}, {WINDOW} -> {MIDDLE}"""
    text = f"""
  func.func @main(%x: {IMAGE}) -> ({MIDDLE}, {IMAGE}) {{
    {constant("w0", 5, 3, 1, 1)}
    {constant("w1", 5, 1, 3, 3, seed=1)}
    {constant("w2", 3, 5, 1, 1, seed=2)}
    %b = arith.constant dense<1000.0> : {BIAS}
    %p = conv.fused(%x, %w0, %b, %w1) schedule = #conv.block<
      filters = 4, rows = 2, columns = 4, channels = 2, buffers = {buffers}> {{
    ^bb0(%in: {IMAGE}, %f0: {EXPANSION}, %bias: {BIAS}, %f1: {WINDOW}):
      {stages}
      conv.yield %d : {MIDDLE}
    }} : {IMAGE}, {EXPANSION}, {BIAS}, {WINDOW} -> {MIDDLE}
    %q = conv.fused(%x, %w0, %b, %w1, %w2) schedule = #conv.block<
      filters = 2, rows = 3, columns = 2, channels = 4, buffers = {buffers}> {{
    ^bb0(%in: {IMAGE}, %f0: {EXPANSION}, %bias: {BIAS}, %f1: {WINDOW}, %f2: tensor<3x5x1x1xf32>):
      {stages}
      %e = conv.pointwise %d, %f2 : {MIDDLE}, tensor<3x5x1x1xf32> -> {IMAGE}
      conv.yield %e : {IMAGE}
    }} : {IMAGE}, {EXPANSION}, {BIAS}, {WINDOW}, tensor<3x5x1x1xf32> -> {IMAGE}
    func.return %p, %q : {MIDDLE}, {IMAGE}
  }}"""
    assert [launch.kind for launch in check(text).program.launches] == ["pwdw", "pwdwpw"]


def test_reshapes_move_nothing(check):
    """Of an input, between operations, and of an output."""
    text = function(
        constant("w", 6, 6, 1, 1),
        f"%x4 = conv.reshape %x : {FLAT} -> {WIDE}",
        pointwise("a", "x4"),
        f"%flat = conv.reshape %a : {WIDE} -> {FLAT}",
        f"%again = conv.reshape %flat : {FLAT} -> {WIDE}",
        add("b", "again", "x4"),
        f"%y = conv.reshape %b : {WIDE} -> {FLAT}",
        returns="%y",
        types=FLAT,
        argument=FLAT,
    )
    program = check(text).program
    assert [launch.kind for launch in program.launches] == ["pw", "elementwise"]
    assert program.outputs[0].shape == (1, 384)


def test_outputs_that_no_kernel_makes_are_copied(check):
    """An input, its reshape, a constant, and a result that is returned three times."""
    text = function(
        constant("c", 1, 6, 8, 8),
        constant("w", 6, 6, 1, 1),
        pointwise("y", "x"),
        f"%flat = conv.reshape %x : {WIDE} -> {FLAT}",
        f"%yflat = conv.reshape %y : {WIDE} -> {FLAT}",
        returns="%y, %x, %flat, %c, %y, %yflat",
        types=f"{WIDE}, {WIDE}, {FLAT}, {WIDE}, {WIDE}, {FLAT}",
    )
    program = check(text).program
    assert [launch.kind for launch in program.launches] == ["pw"] + 5 * ["copy"]
    assert len(program.kernels) < len(program.launches)


def test_an_output_that_is_read_later_stays(check):
    text = function(
        constant("w", 6, 6, 1, 1),
        pointwise("a", "x"),
        pointwise("b", "a"),
        add("y", "a", "b"),
        returns="%a, %y",
        types=f"{WIDE}, {WIDE}",
    )
    program = check(text).program
    assert program.workspace_bytes == 4 * 384


def test_workspace_is_used_again_but_not_while_it_is_needed(check):
    """A long chain needs two buffers, and one more for the value that is kept till the end."""
    chain = ["x", *(f"v{number}" for number in range(7))]
    text = function(
        constant("w", 6, 6, 1, 1),
        *(pointwise(after, before) for before, after in pairwise(chain)),
        add("y", "v6", "v0"),
        returns="%y",
        types=WIDE,
    )
    program = check(text).program
    assert program.workspace_bytes == 3 * 4 * 384
    offsets = {
        a.offset for each in program.launches for a in each.arguments if a.space == "workspace"
    }
    assert offsets == {0, 1536, 3072}


def test_workspace_lives_as_long_as_what_reshapes_it(check):
    text = function(
        constant("w", 6, 6, 1, 1),
        pointwise("a", "x"),
        f"%flat = conv.reshape %a : {WIDE} -> {FLAT}",
        pointwise("b", "x"),
        pointwise("c", "b"),
        f"%again = conv.reshape %flat : {FLAT} -> {WIDE}",
        add("y", "again", "c"),
        returns="%y",
        types=WIDE,
    )
    assert check(text).program.workspace_bytes == 3 * 4 * 384


def test_equal_layers_share_a_kernel_and_equal_constants_their_place(check):
    text = function(
        constant("w", 6, 6, 1, 1),
        constant("v", 6, 6, 1, 1),
        constant("u", 6, 6, 1, 1, seed=1),
        pointwise("a", "x", "w"),
        pointwise("b", "a", "v"),
        pointwise("y", "b", "u"),
        returns="%y",
        types=WIDE,
    )
    network = check(text)
    program = network.program
    assert (len(program.kernels), len(program.launches)) == (1, 3)
    (packed,) = {kernel.parameters.index("W0") for kernel in program.kernels}
    offsets = [launch.arguments[packed].offset for launch in program.launches]
    assert offsets[0] == offsets[1] != offsets[2]
    # two filter tiles of four, six channels in two steps
    assert len(network.weights) == program.weights_bytes >= 2 * 4 * 8 * 6
    assert len(network.weights) < 3 * 4 * 8 * 6


def test_one_filter_in_two_kernels_is_packed_for_each(check):
    other = POINTWISE.replace("channels = 3", "channels = 4, buffers = 2")
    text = function(
        constant("w", 6, 6, 1, 1),
        pointwise("a", "x"),
        pointwise("y", "a").replace(POINTWISE, other),
        returns="%y",
        types=WIDE,
    )
    program = check(text).program
    assert len(program.kernels) == 2
    assert program.weights_bytes >= 4 * 8 * (6 + 8)


def test_a_constant_as_an_operand_of_what_is_no_convolution(check):
    text = function(constant("c", 1, 6, 8, 8), add("y", "x", "c"), returns="%y", types=WIDE)
    assert check(text).program.weights_bytes == 4 * 384


def test_what_nobody_reads_is_not_computed(check):
    text = function(
        constant("w", 6, 6, 1, 1),
        pointwise("unread", "x"),
        add("y", "x", "x"),
        returns="%y",
        types=WIDE,
    )
    assert [launch.kind for launch in check(text).program.launches] == ["elementwise"]


def test_names_and_locations_come_along(h200):
    text = function(
        constant("w", 6, 6, 1, 1),
        pointwise("y", "x") + ' loc("a layer")',
        returns="%y",
        types=WIDE,
    ).replace(f"%x: {WIDE}", f'%x: {WIDE} {{conv.name = "image"}}')
    program = build_network(parse_module(text), h200, "tested").program
    assert (program.symbol, program.target, program.compute_capability) == ("tested", "h200", "9.0")
    assert [tensor.name for tensor in program.inputs + program.outputs] == ["image", "output0"]
    (launch,) = program.launches
    assert launch.location == "a layer"
    assert re.fullmatch(r"f32_pw\w*1x1s1_6x8x8_\w+_kernel", launch.kernel)
