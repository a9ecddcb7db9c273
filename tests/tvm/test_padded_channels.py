"""Channels that fill up a step or a word: what the epilogue makes of their zeros, here 0 / 0, stays
out of every sum."""

import numpy as np
import pytest

from convopt.backends.tvm.network import build_network
from convopt.comparison import relative_error
from convopt.convdialect.reference import run
from convopt.testing.cuda.network_run import run_network
from convopt.testing.passes import parse_module

SHAPE = (1, 5, 6, 6)
THREADS = "#conv.block<filters = 4, rows = 2, columns = 2, thread_filters = 2, channels = 4>"
"""Two steps of four channels, three words of two."""
TENSOR_CORES = (
    "#conv.block<filters = 16, rows = 2, columns = 4, thread_filters = 16, thread_pixels = 8, "
    "channels = 16, matrix = true>"
)
LAYOUTS = {"f32": "", "f16": ", #conv.layout<nchwc, 2>"}
DTYPES = {"f32": np.float32, "f16": np.float16}
CHAINS = (
    ("depthwise", "pointwise"),
    ("pointwise", "depthwise"),
    ("pointwise", "pointwise"),
    ("pointwise", "depthwise", "pointwise"),
)
FILTERS = {"pointwise": "5x5x1x1", "depthwise": "5x1x3x3"}
FIELDS = {"pointwise": "", "depthwise": "{padding = [1, 1, 1, 1]}"}


def tensor(element: str) -> str:
    return f"tensor<1x5x6x6x{element}{LAYOUTS[element]}>"


def convolution(kind: str, result: str, input: str, element: str, schedule: str = "") -> str:
    """Divided by a number per channel. Without a schedule it stands in a module."""
    inside = "" if schedule else "_inside"
    return f"""%{result} = conv.{kind} %{input}, %{kind}{inside} {FIELDS[kind]} {schedule}
      epilogue(%divisors{inside} : tensor<5xf32>) {{
      ^bb0(%acc: f32, %divisor: f32):
        %quotient = arith.divf %acc, %divisor : f32
        conv.yield %quotient : f32
      }} : {tensor(element)}, tensor<{FILTERS[kind]}x{element}> -> {tensor(element)}"""


def fused(kinds: tuple[str, ...], result: str, element: str, block: str) -> str:
    filters = {kind: f"tensor<{shape}x{element}>" for kind, shape in FILTERS.items()}
    arguments = ", ".join(f"%{kind}_inside: {type}" for kind, type in filters.items())
    names = [f"{result}_{number}" for number in range(len(kinds) + 1)]
    stages = "\n".join(
        convolution(kind, names[number + 1], names[number], element)
        for number, kind in enumerate(kinds)
    )
    return f"""%{result} = conv.fused(%in, %pointwise, %depthwise, %divisors) schedule = {block} {{
    ^bb0(%{names[0]}: {tensor(element)}, {arguments}, %divisors_inside: tensor<5xf32>):
      {stages}
      conv.yield %{names[-1]} : {tensor(element)}
    }} : {tensor(element)}, {", ".join(filters.values())}, tensor<5xf32> -> {tensor(element)}"""


@pytest.fixture
def check(h200):
    """`body` makes `results` of %in."""

    def compare(element: str, body: list[str], results: list[str]) -> None:
        logical, inner = f"tensor<1x5x6x6x{element}>", tensor(element)
        constants = "\n".join(
            f"%{kind} = arith.constant dense<0.25> : tensor<{shape}x{element}>"
            for kind, shape in FILTERS.items()
        )
        outputs = "\n".join(
            f"%{each}_out = conv.convert_layout %{each} : {inner} -> {logical}" for each in results
        )
        types = ", ".join([logical] * len(results))
        parsed = parse_module(f"""
  func.func @main(%x: {logical}) -> ({types}) {{
    {constants}
    %divisors = arith.constant dense<[2.0, 3.0, 4.0, 5.0, 6.0]> : tensor<5xf32>
    %in = conv.convert_layout %x : {logical} -> {inner}
    {" ".join(body)}
    {outputs}
    func.return {", ".join(f"%{each}_out" for each in results)} : {types}
  }}""")
        inputs = [np.random.default_rng(0).standard_normal(SHAPE).astype(DTYPES[element])]
        expected = run(parsed, inputs)
        found = run_network(build_network(parsed, h200, "tested"), inputs).outputs
        for name, one, wanted in zip(results, found, expected, strict=True):
            assert relative_error(one, wanted) < 1e-3, name

    return compare


@pytest.mark.parametrize(
    ("element", "block"), [("f32", THREADS), ("f16", THREADS), ("f16", TENSOR_CORES)]
)
def test_between_stages(element, block, check):
    names = ["_".join(chain) for chain in CHAINS]
    body = [fused(*each, element, block) for each in zip(CHAINS, names, strict=True)]
    check(element, body, names)


@pytest.mark.parametrize("block", [THREADS, TENSOR_CORES])
def test_between_kernels(block, check):
    """The second one reads the sixth channel, of which there are five, with filters of zero."""
    schedule = f"schedule = {block}"
    body = [
        convolution("pointwise", "middle", "in", "f16", schedule),
        convolution("pointwise", "y", "middle", "f16", schedule),
    ]
    check("f16", body, ["y"])
