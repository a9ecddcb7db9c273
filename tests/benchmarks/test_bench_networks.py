"""Networks hold the convolutions of the layer tables, and convopt computes them."""

from collections import Counter
from functools import cache

import numpy as np
import onnx
import pytest
from onnx import shape_inference

import convopt
from convopt.benchmarks import networks
from convopt.benchmarks.layers.tables import read_table, table_names
from convopt.comparison import relative_error
from convopt.errors import ConvoptError
from convopt.testing.onnx_models import run_onnxruntime

COLUMNS = ("cin", "hin", "win", "cout", "kh", "kw", "stride_h", "stride_w")
COLUMNS += ("pad_top", "pad_left", "pad_bottom", "pad_right", "groups")

COMPILED = {
    "mobilenet_v1": 32,
    "mobilenet_v2": 32,
    "efficientnet_b0": 32,
    "resnext50_32x4d": 32,
    "xception": 71,
    "resnet34_g2": 32,
    "resnet34_g8": 32,
    "resnet34_gC": 32,
    "wrn40_2_g1": 8,
    "wrn40_2_g4": 8,
    "wrn40_2_gC": 8,
}
"""A network of each family and kind of block, for the smallest images that it takes."""

Convolutions = Counter[tuple[int, ...]]


@cache
def table_convolutions() -> dict[str, Convolutions]:
    """How often each convolution occurs, for every network of the layer tables."""
    found: dict[str, Convolutions] = {}
    for table in table_names():
        for layer in read_table(table):
            convolution = tuple(getattr(layer, column) for column in COLUMNS)
            found.setdefault(layer.network, Counter())[convolution] += layer.count
    return found


def graph_convolutions(model: onnx.ModelProto) -> Convolutions:
    """The same of a model, without what the tables leave out."""
    graph = shape_inference.infer_shapes(model).graph
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input)
    }
    shapes |= {constant.name: list(constant.dims) for constant in graph.initializer}
    found: Convolutions = Counter()
    for node in graph.node:
        if node.op_type != "Conv":
            continue
        attributes = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
        _, cin, height, width = shapes[node.input[0]]
        if is_left_out(graph.name, node, height):
            continue
        cout, _, kh, kw = shapes[node.input[1]]
        window = (*attributes["strides"], *attributes["pads"], attributes["group"])
        found[(cin, height, width, cout, kh, kw, *window)] += 1
    return found


def is_left_out(network: str, node: onnx.NodeProto, height: int) -> bool:
    """The first dense convolution, of Xception the first two, and all on squeezed maps."""
    stem = ("conv_0", "conv_2") if network == "xception" else ("conv_0",)
    return node.name in stem or (network == "efficientnet_b0" and height == 1)


@pytest.mark.parametrize("name", networks.NAMES)
def test_convolutions_are_those_of_the_layer_table(name: str) -> None:
    assert graph_convolutions(networks.build(name)) == table_convolutions()[name]


@pytest.mark.parametrize("name", COMPILED)
def test_convopt_computes_what_onnxruntime_computes(name: str) -> None:
    model = networks.build(name, COMPILED[name])
    run = convopt.compile(model, cache=False)
    assert run.partition.complete
    feeds = {"image": np.random.default_rng(0).standard_normal(run.inputs[0].shape, np.float32)}
    (expected,) = run_onnxruntime(model, feeds)
    assert 0.1 < np.std(expected) < 10  # else float32 would not tell much
    (found,) = run.run(None, feeds)
    assert relative_error(found, expected) < 1e-4


def test_equal_names_give_equal_models() -> None:
    first, second = (networks.build("wrn40_2_g4").SerializeToString() for _ in range(2))
    assert first == second
    assert first != networks.build("wrn40_2_g8").SerializeToString()


def test_unknown_networks_are_an_error() -> None:
    with pytest.raises(ConvoptError, match=r"found 'mobilenet_v3'; did you mean 'mobilenet_v"):
        networks.build("mobilenet_v3")


def test_activations_are_those_of_the_networks() -> None:
    operators = {
        name: Counter(node.op_type for node in networks.build(name, COMPILED[name]).graph.node)
        for name in ("mobilenet_v1", "mobilenet_v2", "resnext50_32x4d", "efficientnet_b0")
    }
    for name in ("mobilenet_v1", "mobilenet_v2"):
        assert operators[name]["Clip"] > 20
        assert operators[name]["Relu"] == 0
    assert operators["resnext50_32x4d"]["Relu"] > 20
    assert operators["efficientnet_b0"]["Sigmoid"] > 20
