"""Raised functions compute what linalg says, by its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convopt.convdialect import reference
from convopt.convdialect.linalg.forms import CONVOLUTIONS, MATRIX_PRODUCTS, POOLINGS
from convopt.passes.raising.raise_linalg import RaiseLinalgPass
from convopt.testing.linalg_reference import run_linalg
from convopt.testing.passes import docstring_example, parse_module, random_inputs, run_passes

STARTS = ("zeros", "bias", "tensor")


def difference(text: str) -> float:
    """The largest difference of a function before and after, relative to the largest value."""
    module = parse_module(text)
    inputs = random_inputs(module)
    (expected,) = run_linalg(module, inputs)
    (found,) = reference.run(run_passes(module, RaiseLinalgPass())[0], inputs)
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def tensor(sizes: list[int]) -> str:
    return f"tensor<{'x'.join(map(str, sizes))}xf32>"


@st.composite
def sizes_of_axes(draw: st.DrawFn) -> dict[str, int]:
    """Sizes of axes; `h` and `w` of the result, `kh` and `kw` of the kernel, and the steps."""
    small = st.integers(1, 3)
    return {name: draw(small) for name in ("n", "g", "c", "f", "h", "w", "kh", "kw")} | {
        name: draw(st.integers(1, 2)) for name in ("sh", "sw", "dh", "dw", "rh", "rw")
    }


def input_size(sizes: dict[str, int], axis: str) -> int:
    """What windows need of an axis, and at most a rest that makes no further window."""
    rest = min(sizes[f"r{axis}"], sizes[f"s{axis}"]) - 1
    reach = (sizes[f"k{axis}"] - 1) * sizes[f"d{axis}"]
    return (sizes[axis] - 1) * sizes[f"s{axis}"] + reach + 1 + rest


def window_text(sizes: dict[str, int], spatial: str) -> str:
    if not spatial:
        return ""
    given_ = {"strides": "s", "dilations": "d"}
    parts = [
        f"{name} = dense<{[sizes[letter + axis] for axis in spatial]}> : tensor<{len(spatial)}xi64>"
        for name, letter in given_.items()
    ]
    return f" {{{', '.join(parts)}}}"


@pytest.mark.parametrize("name", [*CONVOLUTIONS, *MATRIX_PRODUCTS])
@settings(max_examples=4, deadline=None)
@given(sizes=sizes_of_axes(), start=st.sampled_from(STARTS))
def test_products(name: str, sizes: dict[str, int], start: str) -> None:
    form = (CONVOLUTIONS | MATRIX_PRODUCTS)[name]
    image = sizes | {axis: input_size(sizes, axis) for axis in "hw"}
    kernel = sizes | {axis: sizes[f"k{axis}"] for axis in "hw"}
    x, w, y = (
        tensor([numbers[axis] for axis in axes])
        for numbers, axes in ((image, form.input), (kernel, form.filter), (sizes, form.result))
    )
    channels = [axis for axis in form.result if axis in "gf"]
    others = [at for at, axis in enumerate(form.result) if axis not in "gf"]
    extra = tensor([sizes[axis] for axis in channels]) if start == "bias" else y
    if start == "bias" and not channels:
        return
    lines = {
        "zeros": f"%s = arith.constant dense<0.0> : {y}",
        "bias": f"%e = tensor.empty() : {y}\n  %s = linalg.broadcast ins(%r : {extra}) "
        f"outs(%e : {y}) dimensions = {others}",
        "tensor": f"%s = tensor.collapse_shape %r {[[at] for at in range(len(form.result))]} : "
        f"{y} into {y}",
    }
    assert difference(
        f"func.func @main(%x: {x}, %w: {w}, %r: {extra}) -> {y} {{\n  {lines[start]}\n"
        f"  %0 = {name}{window_text(sizes, form.spatial)} ins(%x, %w : {x}, {w}) "
        f"outs(%s : {y}) -> {y}\n  func.return %0 : {y}\n}}\n"
    ) < 1e-6  # fmt: skip


@pytest.mark.parametrize("name", POOLINGS)
@settings(max_examples=4, deadline=None)
@given(sizes=sizes_of_axes(), start=st.sampled_from(("neutral", "number", "tensor")))
def test_poolings(name: str, sizes: dict[str, int], start: str) -> None:
    form = POOLINGS[name]
    image = sizes | {axis: input_size(sizes, axis) for axis in "hw"}
    x, y = (tensor([numbers[axis] for axis in form.input]) for numbers in (image, sizes))
    window = tensor([sizes[f"k{axis}"] for axis in form.spatial])
    number = {"neutral": "0xFF800000" if form.is_maximum else "0.0", "number": "0.25"}
    line = (
        f"%s = arith.constant dense<{number[start]}> : {y}"
        if start in number
        else f"%s = tensor.collapse_shape %r {[[at] for at in range(len(form.input))]} : "
        f"{y} into {y}"
    )
    assert difference(
        f"func.func @main(%x: {x}, %r: {y}) -> {y} {{\n  {line}\n  %k = tensor.empty() : {window}\n"
        f"  %0 = {name}{window_text(sizes, form.spatial)} ins(%x, %k : {x}, {window}) "
        f"outs(%s : {y}) -> {y}\n  func.return %0 : {y}\n}}\n"
    ) < 1e-6  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_reductions_and_broadcasts(data: st.DataObject) -> None:
    """A sum or maximum over any axes of a tensor whose axes are in any order, times the tensor."""
    rank = data.draw(st.integers(1, 4))
    loops = [f"d{loop}" for loop in range(rank)]
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank))
    order = data.draw(st.permutations(range(rank)))
    reduced = data.draw(st.sets(st.integers(0, rank - 1), min_size=1))
    kept = data.draw(st.permutations([loop for loop in range(rank) if loop not in reduced]))
    is_sum = data.draw(st.booleans())
    x, made, whole = (
        tensor([sizes[loop] for loop in axes]) if axes else "tensor<f32>"
        for axes in (order, kept, range(rank))
    )
    x_map, made_map, whole_map = (
        f"affine_map<({', '.join(loops)}) -> ({', '.join(loops[loop] for loop in axes)})>"
        for axes in (order, kept, range(rank))
    )
    kinds = ", ".join('"reduction"' if loop in reduced else '"parallel"' for loop in range(rank))
    parallel = ", ".join(['"parallel"'] * rank)
    start, word = ("0.0", "addf") if is_sum else ("0xFF800000", "maximumf")
    assert difference(
        f"func.func @main(%x: {x}) -> {whole} {{\n"
        f"  %s = arith.constant dense<{start}> : {made}\n"
        f"  %0 = linalg.generic {{indexing_maps = [{x_map}, {made_map}], "
        f"iterator_types = [{kinds}]}} ins(%x : {x}) outs(%s : {made}) {{\n"
        f"  ^bb0(%in: f32, %out: f32):\n"
        f"    %3 = arith.{word} %in, %out : f32\n    linalg.yield %3 : f32\n  }} -> {made}\n"
        f"  %1 = tensor.empty() : {whole}\n"
        f"  %2 = linalg.generic {{indexing_maps = [{x_map}, {made_map}, {whole_map}], "
        f"iterator_types = [{parallel}]}} ins(%x, %0 : {x}, {made}) outs(%1 : {whole}) {{\n"
        f"  ^bb0(%in: f32, %in_0: f32, %out: f32):\n    %3 = arith.mulf %in, %in_0 : f32\n"
        f"    linalg.yield %3 : f32\n  }} -> {whole}\n  func.return %2 : {whole}\n}}\n"
    ) < 1e-6  # fmt: skip


def test_docstring_example() -> None:
    before, after = docstring_example(RaiseLinalgPass)
    found, remarks = run_passes(parse_module(before), RaiseLinalgPass())
    expected = parse_module(after)
    assert found.is_structurally_equivalent(expected), f"found:\n{found}\n\nexpected:\n{expected}"
    assert run_passes(expected, RaiseLinalgPass())[0].is_structurally_equivalent(expected)
    assert {remark.kind for remark in remarks} == {"passed"}
    assert difference(before) < 1e-6
