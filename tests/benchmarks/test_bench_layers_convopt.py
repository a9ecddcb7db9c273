"""convopt as a peer: right in both layouts; in its own, one kernel without conversions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convopt.artifact import Artifact
from convopt.backends.targets import cpu_target
from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.measuring.results import EXACT
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.peer import Layout
from convopt.comparison import relative_error
from convopt.errors import ConvoptError

LAYERS = {
    "depthwise": Layer("net", "dw", 20, 9, 7, 20, 3, 3, 1, 1, 1, 1, 1, 1, 1, 20, 1),
    "strided": Layer("net", "dw", 16, 8, 8, 16, 5, 5, 2, 2, 1, 1, 2, 2, 1, 16, 1),
    "pointwise": Layer("net", "pw", 24, 5, 6, 40, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1),
    "grouped": Layer("net", "grp", 32, 6, 6, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1, 8, 1),
    "image": Layer("net", "dense", 3, 12, 10, 16, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1),
}


def host_targets() -> list[str]:
    lanes = cpu_target("host").lanes
    return ["host", *(["x86-64-v3"] if lanes == 16 else [])]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("target", host_targets())
@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("name", LAYERS)
def test_results_are_right(name: str, layout: Layout, target: str) -> None:
    data = LayerData.random(LAYERS[name])
    prepared = ConvoptPeer(target).prepare_layer(data, layout, 1)
    prepared.run(2)
    (output,) = prepared.outputs()
    assert relative_error(output, data.reference) <= EXACT


def test_two_threads() -> None:
    data = LayerData.random(LAYERS["grouped"])
    prepared = ConvoptPeer().prepare_layer(data, Layout.OWN, 2)
    prepared.run(3)
    assert relative_error(prepared.outputs()[0], data.reference) <= EXACT
    prepared.close()


def test_nothing_is_computed_before_a_run() -> None:
    data = LayerData.random(LAYERS["grouped"])
    prepared = ConvoptPeer().prepare_layer(data, Layout.OWN, 1)
    assert not np.any(prepared.outputs()[0])


@pytest.mark.parametrize("name", LAYERS)
def test_the_own_layout_is_one_kernel(name: str, own_cache: Path) -> None:
    data = LayerData.random(LAYERS[name])
    ConvoptPeer().prepare_layer(data, Layout.OWN, 1)
    (entry,) = own_cache.glob("*.convopt")
    (segment,) = Artifact.from_bytes(entry.read_bytes()[32:]).segments
    assert [step.kind for step in segment.steps if "convert" in step.kind] == []
    assert len(segment.steps) == 1


def test_the_second_time_comes_from_the_cache(own_cache: Path) -> None:
    data = LayerData.random(LAYERS["grouped"])
    for _ in range(2):
        ConvoptPeer().prepare_layer(data, Layout.OWN, 1)
    assert len(list(own_cache.glob("*.convopt"))) == 1
    other = LayerData(data.layer, data.x, data.weights, data.bias + np.float32(1.0))
    prepared = ConvoptPeer().prepare_layer(other, Layout.OWN, 1)
    prepared.run(1)
    assert relative_error(prepared.outputs()[0], other.reference) <= EXACT


def test_a_target_of_another_machine_is_refused() -> None:
    other = "cortex-a72" if cpu_target("host").arch == "x86_64" else "x86-64-v3"
    with pytest.raises(ConvoptError, match="expected a target that runs on this machine"):
        ConvoptPeer(other)


def test_dilated_layers() -> None:
    layer = replace(LAYERS["depthwise"], dilation=2, pad_top=2, pad_bottom=2)
    data = LayerData.random(layer)
    prepared = ConvoptPeer().prepare_layer(data, Layout.OWN, 1)
    prepared.run(1)
    assert relative_error(prepared.outputs()[0], data.reference) <= EXACT
