"""Kernels that only training needs: sums over pixels, one image of a batch, pixels moved apart."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convopt.comparison import relative_error
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.reference import run
from convopt.testing.execution import compiled, lowered, run_emulated, run_on_host
from convopt.testing.passes import parse_module

Shape = tuple[int, ...]
drawn = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
images = st.tuples(st.integers(1, 3), st.integers(1, 37), st.integers(1, 9), st.integers(1, 19))


def text_of(shape: Shape) -> str:
    return f"tensor<{'x'.join(map(str, shape))}xf32>"


def module_of(op: str, inputs: list[Shape], result: Shape) -> str:
    arguments = ", ".join(f"%x{i} : {text_of(s)}" for i, s in enumerate(inputs))
    types = ", ".join(map(text_of, inputs))
    return (
        f"func.func @main({arguments}) -> {text_of(result)} {{\n"
        f"%y = {op} : {types} -> {text_of(result)}\n"
        f"func.return %y : {text_of(result)}\n}}"
    )


def check(op: str, inputs: list[Shape], result: Shape) -> None:
    text = module_of(op, inputs, result)
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape, np.float32) for shape in inputs]
    (expected,) = run(parse_module(text), arrays)
    code = compiled(parse_module(text), "host")
    for side in ("start", "end"):
        (found,) = run_on_host(code, arrays, side)
        assert relative_error(found, expected) < 1e-6 or not expected.any()
    (emulated,) = run_emulated(compiled(parse_module(text), "cortex-a72"), arrays, "cortex-a72")
    assert relative_error(emulated, expected) < 1e-6 or not expected.any()


SQUARES = """conv.channel_sums(%x0) {
^bb0(%a: f32):
  %s = arith.mulf %a, %a : f32
  conv.yield %a, %s : f32, f32
}"""
NORMALISED = """conv.channel_sums(%x0, %x1, %x2) {
^bb0(%a: f32, %m: f32, %g: f32):
  %c = arith.subf %a, %m : f32
  %s = arith.mulf %c, %g : f32
  conv.yield %s : f32
}"""


@drawn
@given(images)
def test_sums(shape: Shape) -> None:
    check(SQUARES, [shape], (2, shape[1], 1, 1))


@drawn
@given(images)
def test_sums_of_several_operands(shape: Shape) -> None:
    n, c, _, _ = shape
    check(NORMALISED, [shape, (1, c, 1, 1), (n, c, 1, 1)], (1, c, 1, 1))


def test_errors_do_not_grow_with_the_pixels() -> None:
    shape = (2, 16, 112, 112)
    x = np.random.default_rng(0).random(shape, np.float32) + 1
    code = compiled(parse_module(module_of(SQUARES, [shape], (2, 16, 1, 1))), "host")
    (found,) = run_on_host(code, [x])
    assert relative_error(found[0, :, 0, 0], x.sum(axis=(0, 2, 3), dtype=np.float64)) < 3e-7


def test_threads_give_the_same_bits() -> None:
    shape = (2, 70, 9, 31)
    x = np.random.default_rng(0).standard_normal(shape, np.float32)
    code = compiled(parse_module(module_of(SQUARES, [shape], (2, 70, 1, 1))), "host")
    (alone,), (together,) = (run_on_host(code, [x], threads=number) for number in (1, 3))
    np.testing.assert_array_equal(alone, together)


@drawn
@given(images, st.data())
def test_one_image(shape: Shape, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, shape[0] - 1))
    check(f"conv.take_image %x0 {{number = {number}}}", [shape], (1, *shape[1:]))


@drawn
@given(images, st.tuples(*[st.integers(1, 3)] * 2), st.tuples(*[st.integers(-4, 4)] * 2), st.data())
def test_pixels_moved_apart(
    shape: Shape, stride: tuple[int, int], before: tuple[int, int], data: st.DataObject
) -> None:
    size = data.draw(st.tuples(st.integers(1, 20), st.integers(1, 20)))
    op = f"conv.dilate %x0 {{stride = {list(stride)}, before = {list(before)}}}"
    check(op, [shape], (*shape[:2], *size))


@pytest.mark.parametrize("op", [SQUARES, "conv.take_image %x0 {number = 0}"])
def test_other_layouts_are_an_error(op: str) -> None:
    result = (2, 3, 1, 1) if "sums" in op else (1, 3, 4, 4)
    with pytest.raises(ConvoptError, match="in channel blocks"):
        lowered(parse_module(module_of(op, [(2, 3, 4, 4)], result)), "host")
