"""Every installed peer computes small layers right, in each of its layouts."""

from collections.abc import Callable

import pytest

from convopt.benchmarks.gradient import Gradient, GradientData
from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.peers.peer import Layout, MissingError, Peer, UnsupportedError
from convopt.benchmarks.peers.registry import PEERS
from convopt.comparison import relative_error

LIMIT = 1e-5
OTHER_LIMITS = {"openvino-default": 2e-2}  # bf16 where the CPU has AMX
REFUSED = {
    ("onnxruntime", Layout.OWN, "grp"),
    ("tvm-gspc", Layout.NCHW, "pw"),
    ("tvm-gspc", Layout.NCHW, "dense"),
}
"""What a library cannot do: peer, layout, kind of layer."""


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
@pytest.mark.parametrize("name", PEERS)
def test_a_layer_is_right_in_every_layout(
    opened: Callable[[str], Peer], name: str, layer: Layer
) -> None:
    peer = opened(name)
    data = LayerData.random(layer)
    errors = {}
    for layout in peer.layouts:
        try:
            prepared = peer.prepare_layer(data, layout, threads=1)
        except UnsupportedError:
            assert (name, layout, layer.kind) in REFUSED
            continue
        prepared.run(2)
        (found,) = prepared.outputs()
        prepared.close()
        errors[layout] = relative_error(found, data.reference)
    limit = OTHER_LIMITS.get(name, LIMIT)
    assert {layout: error for layout, error in errors.items() if error > limit} == {}


@pytest.mark.parametrize("name", PEERS)
def test_two_threads_compute_the_same(opened: Callable[[str], Peer], name: str) -> None:
    peer = opened(name)
    data = LayerData.random(LAYERS[2])
    layouts = [one for one in peer.layouts if (name, one, "grp") not in REFUSED]
    # All at once: libraries that keep threads or devices have to keep them apart.
    prepared = [peer.prepare_layer(data, layouts[-1], n) for n in (2, 1) if layouts]
    for one in prepared:
        one.run(1)
        (found,) = one.outputs()
        assert relative_error(found, data.reference) <= OTHER_LIMITS.get(name, LIMIT)


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_without_layouts_says_that_it_runs_no_layers(
    opened: Callable[[str], Peer], name: str
) -> None:
    peer = opened(name)
    if not peer.layouts:
        with pytest.raises(UnsupportedError, match=f"{name} does not run single layers"):
            peer.prepare_layer(LayerData.random(LAYERS[0]), Layout.NCHW, threads=1)


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_without_gradients_says_so(opened: Callable[[str], Peer], name: str) -> None:
    peer = opened(name)
    if not peer.gradient_layouts:
        data = GradientData.random(LAYERS[0], Gradient.DATA)
        with pytest.raises(UnsupportedError, match=f"{name} does not compute gradients of single"):
            peer.prepare_gradient(data, Layout.OWN, threads=1)


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_knows_its_name_and_version(opened: Callable[[str], Peer], name: str) -> None:
    peer = opened(name)
    assert peer.name == name
    assert peer.version()[0].isdigit()
