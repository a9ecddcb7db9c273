"""What a bundle is made of: pairs, single layers and whole networks, as ONNX models."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from convopt.benchmarks import networks
from convopt.benchmarks.gpu.chain import Chain, Stage
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.layers.pairs import read_pairs
from convopt.benchmarks.layers.tables import read_table
from convopt.benchmarks.models.macs import count_macs

if TYPE_CHECKING:
    from onnx import ModelProto

NETWORKS = ("mobilenet_v1", "mobilenet_v2", "proxyless_gprox3", "xception")

_TRANSFORMERS = Path(__file__).parent / "vision_transformers.csv"
_STAGE = re.compile(r"(?P<kind>dw(?P<kernel>\d+)|pw (?P<channels>\d+))(?: (?P<activation>\w+))?")

_ACTIVATIONS = {
    ("mobilenet_v1", "dwpw"): ("relu6", "relu6"),
    ("mobilenet_v1", "pwdw"): ("relu6", "relu6"),
    ("inverted residual", "dwpw"): ("relu6", ""),
    ("inverted residual", "pwdw"): ("relu6", "relu6"),
    ("inverted residual", "pwpw"): ("", "relu6"),
    ("xception", "dwpw"): ("", "relu"),
    ("xception", "pwdw"): ("relu", ""),
}
"""Of the two layers, by network and kind."""


@dataclass(frozen=True)
class BenchmarkCase:
    """A pair, a layer or a network for a batch. `group` is the network it is from."""

    name: str
    kind: str
    group: str
    batch: int
    count: int
    chain: Chain | None = None

    def model(self) -> "ModelProto":
        """With random weights."""
        if self.chain is not None:
            return self.chain.model(self.batch)
        model = symmetric_padding(networks.build(self.group))
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = self.batch
        model.graph.output[0].type.tensor_type.shape.dim[0].dim_value = self.batch
        return model

    @property
    def macs(self) -> int:
        """Multiply-adds of the whole batch."""
        if self.chain is not None:
            return self.batch * sum(stage.layer.macs for stage in self.chain.stages)
        return self.batch * (count_macs(networks.build(self.group)) or 0)


def read_cases(kind: str, batches: Sequence[int], only: Sequence[str] = ()) -> list[BenchmarkCase]:
    """All cases of a kind (pairs, layers, networks) whose name or group matches a pattern."""
    found = [
        case
        for case in _CASES[kind]()
        if not only or any(fnmatchcase(word, p) for word in (case.name, case.group) for p in only)
    ]
    return [replace(case, batch=batch) for batch in batches for case in found]


def symmetric_padding(model: "ModelProto") -> "ModelProto":
    """3x3 windows of stride 2 padded on all sides, not at the bottom and right alone.

    Results have the same sizes. torch and cuDNN have no kernels for the other padding: a kernel
    more for each such layer would be counted against them.
    """
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "pads" and list(attribute.ints) == [0, 0, 1, 1]:
                attribute.ints[:] = [1, 1, 1, 1]
    return model


def _pairs() -> Iterator[BenchmarkCase]:
    for pair, _ in read_pairs():
        words = _ACTIVATIONS[_family(pair.network), pair.kind]
        stages = tuple(map(Stage, pair.layers, words))
        name = pair.name if pair.link == "direct" else f"{pair.name} ({pair.link})"
        yield BenchmarkCase(name, "pair", pair.network, 1, pair.count, Chain(stages))
    yield from _transformer_pairs()


def _family(network: str) -> str:
    is_inverted = network in ("mobilenet_v2", "proxyless_gprox3")
    return "inverted residual" if is_inverted else network


def _transformer_pairs() -> Iterator[BenchmarkCase]:
    with _TRANSFORMERS.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            channels, size = int(row["channels"]), int(row["size"])
            stages: list[Stage] = []
            for word in row["stages"].split(" > "):
                stages.append(_stage(word, row["network"], channels, size))
                channels = stages[-1].layer.cout
            name = " + ".join(stage.layer.name for stage in stages)
            chain = Chain(tuple(stages))
            yield BenchmarkCase(name, "pair", row["network"], 1, int(row["count"]), chain)


def _stage(word: str, network: str, channels: int, size: int) -> Stage:
    matched = _STAGE.fullmatch(word)
    assert matched is not None, word
    kernel = int(matched["kernel"] or 1)
    is_depthwise = matched["kernel"] is not None
    layer = Layer(
        network,
        "dw" if is_depthwise else "pw",
        *(channels, size, size, channels if is_depthwise else int(matched["channels"])),
        *(kernel, kernel, 1, 1),
        *(kernel // 2,) * 4,
        dilation=1,
        groups=channels if is_depthwise else 1,
        count=1,
    )
    return Stage(layer, matched["activation"] or "")


def _layers() -> Iterator[BenchmarkCase]:
    """Each distinct layer of the networks once, under the first that has it, with ReLU."""
    seen = set()
    for table in NETWORKS:
        for layer in read_table(table):
            padded = _padded_symmetrically(layer)
            plain = replace(padded, network="", count=1)
            if plain in seen:
                continue
            seen.add(plain)
            chain = Chain((Stage(padded, "relu"),))
            yield BenchmarkCase(layer.name, "layer", layer.network, 1, layer.count, chain)


def _padded_symmetrically(layer: Layer) -> Layer:
    if layer.padding != (0, 0, 1, 1):
        return layer
    return replace(layer, pad_top=1, pad_left=1)


def _networks() -> Iterator[BenchmarkCase]:
    for name in NETWORKS:
        yield BenchmarkCase("whole", "network", name, 1, 1)


_CASES = {"pairs": _pairs, "layers": _layers, "networks": _networks}
KINDS = tuple(_CASES)
