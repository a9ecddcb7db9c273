"""Every installed peer computes small layers right, in each of its layouts."""

from collections.abc import Callable

import pytest

from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.peers.peer import Layout, MissingError, Peer, UnsupportedError
from convopt.benchmarks.peers.registry import PEERS
from convopt.comparison import relative_error

LIMIT = 1e-5
WINOGRAD_LIMITS = {"ncnn": 1e-3}  # transforms of a larger tile round more


def layer(kind: str, channels: tuple[int, int], kernel: int, stride: int, groups: int) -> Layer:
    cin, cout = channels
    pad = kernel // 2
    return Layer(
        *("test", kind, cin, 15, 13, cout, kernel, kernel, stride, stride),
        *(pad, pad, pad, pad, 1, groups, 1),
    )


LAYERS = (
    layer("dw", (24, 24), 3, 1, 24),
    layer("pw", (24, 40), 1, 1, 1),
    layer("grp", (32, 48), 3, 1, 4),
    layer("dense", (3, 16), 3, 2, 1),
)


@pytest.fixture(scope="module")
def opened() -> Callable[[str], Peer]:
    """Opens each peer once; skips where it is not installed."""
    peers: dict[str, Peer] = {}

    def open_peer(name: str) -> Peer:
        try:
            return peers.setdefault(name, peers.get(name) or PEERS[name]())
        except MissingError as error:
            pytest.skip(f"{name}: {error}")

    return open_peer


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("name", PEERS)
def test_a_layer_is_right(
    opened: Callable[[str], Peer], name: str, layout: Layout, layer: Layer
) -> None:
    peer = opened(name)
    if layout not in peer.layouts:
        pytest.skip(f"{name} has no layers in layout {layout}")
    data = LayerData.random(layer)
    try:
        prepared = peer.prepare_layer(data, layout, threads=1)
    except UnsupportedError as error:
        pytest.skip(str(error))
    prepared.run(2)
    (found,) = prepared.outputs()
    prepared.close()
    assert relative_error(found, data.reference) <= WINOGRAD_LIMITS.get(name, LIMIT)


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_knows_its_name_and_version(opened: Callable[[str], Peer], name: str) -> None:
    peer = opened(name)
    assert peer.name == name
    assert peer.version()[0].isdigit()
