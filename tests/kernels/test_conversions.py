"""Conversions between NCHW and channel blocks, each alone, against NumPy's transposition."""

import re
from math import log2
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from xdsl.context import Context

from convopt.backends.llvm import stack_references
from convopt.backends.targets import cpu_target
from convopt.emission import Code
from convopt.pass_pipeline import named_pipeline
from convopt.passes.lower.packing import pack_blocked
from convopt.testing.execution import compiled, run_emulated, run_on_host
from convopt.testing.guarded import Side
from convopt.testing.passes import parse_module
from convopt.testing.targets import pretended

Shape = tuple[int, int, int, int]
TO_BLOCKED, TO_PLAIN = "to_blocked", "to_plain"
directions = st.sampled_from([TO_BLOCKED, TO_PLAIN])
shapes = st.tuples(st.integers(1, 2), st.integers(1, 37), st.integers(1, 9), st.integers(1, 9))
drawn = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def conversion(shape: Shape, lanes: int, direction: str) -> str:
    """A module that is one conversion; its arguments have the layouts."""
    sizes = "x".join(map(str, shape))
    types = [f"tensor<{sizes}xf32>", f"tensor<{sizes}xf32, #conv.layout<nchwc, {lanes}>>"]
    source, result = types if direction == TO_BLOCKED else types[::-1]
    return f"""
        func.func @main(%x : {source}) -> {result} {{
          %y = conv.convert_layout %x : {source} -> {result}
          func.return %y : {result}
        }}"""


def arrays(
    shape: Shape, lanes: int, direction: str
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Input and expected output; what a blocked input holds for missing channels is NaN."""
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    blocked = pack_blocked(x, lanes)
    if direction == TO_BLOCKED:
        return x, blocked
    if shape[1] % lanes:
        blocked[:, -1, ..., shape[1] % lanes :] = np.nan
    return blocked, x


def check(shape: Shape, target: str, direction: str, side: Side = "end", threads: int = 1) -> None:
    lanes = cpu_target(target).lanes
    x, expected = arrays(shape, lanes, direction)
    code = compiled(parse_module(conversion(shape, lanes, direction)), target)
    if cpu_target(target).arch == "aarch64":
        (found,) = run_emulated(code, [x], "cortex-a72")
    else:
        (found,) = run_on_host(code, [x], side, threads)
    assert np.array_equal(found, expected)


@drawn
@example((1, 16, 1, 1), TO_PLAIN, "end", 1)
@example((2, 16, 4, 4), TO_BLOCKED, "end", 3)
@example((1, 48, 7, 7), TO_BLOCKED, "start", 2)
@example((1, 35, 3, 5), TO_PLAIN, "start", 3)
@example((2, 3, 31, 3), TO_PLAIN, "end", 3)
@given(shapes, directions, st.sampled_from(["start", "end"]), st.integers(1, 3))
def test_on_the_host(shape: Shape, direction: str, side: Side, threads: int) -> None:
    check(shape, "host", direction, side, threads)


@pytest.mark.parametrize("lanes", [2, 4, 8, 32])
@settings(drawn, max_examples=10)
@given(shapes, directions, st.sampled_from(["start", "end"]))
def test_other_vector_lengths(
    lanes: int, tmp_path_factory: pytest.TempPathFactory, shape: Shape, direction: str, side: Side
) -> None:
    target = pretended(tmp_path_factory.getbasetemp(), "host", lanes)
    check(shape, target, direction, side)


@settings(drawn, max_examples=10)
@given(shapes, directions)
def test_aarch64(shape: Shape, direction: str) -> None:
    check(shape, "cortex-a72", direction)


@pytest.mark.parametrize("direction", [TO_BLOCKED, TO_PLAIN])
def test_aarch64_with_two_lanes(direction: str, tmp_path: Path) -> None:
    check((2, 5, 3, 3), pretended(tmp_path, "cortex-a72", 2), direction)


@pytest.mark.parametrize("direction", [TO_BLOCKED, TO_PLAIN])
@pytest.mark.parametrize(
    ("target", "shuffle"),
    [
        ("x86-64-v4", r"\tv(?:unpck[lh]ps|shuff(?:32x4|64x2))\t"),
        ("x86-64-v3", r"\tv(?:unpck[lh]ps|perm2f128|insertf128)\t"),
        ("neoverse-v1", r"\t(?:zip[12]|st2)\t"),
    ],
)
def test_a_square_takes_few_shuffles_and_no_stack(
    target: str, shuffle: str, direction: str
) -> None:
    lanes = cpu_target(target).lanes
    module = parse_module(conversion((1, 4 * lanes, 28, 28), lanes, direction))
    for step in named_pipeline("default", target=target):
        step.apply(Context(), module)
    assembly = str(Code(module, cpu_target(target), "tested").emit("assembly"))
    (kernel,) = set(re.findall(rf"^(f32_{direction}\w+):", assembly, re.MULTILINE))
    assert stack_references(assembly, kernel) == 0
    shuffles = len(re.findall(shuffle, assembly))
    assert 0 < shuffles <= lanes * log2(lanes)
