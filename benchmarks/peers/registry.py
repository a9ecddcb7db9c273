"""The peers by name. Each library is imported when its peer is opened, not before."""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

from convopt.benchmarks.peers.peer import MissingError, Peer
from convopt.errors import UsageError
from convopt.suggestions import did_you_mean


def _peer(module: str, kind: str) -> Callable[[], Peer]:
    def make() -> Peer:
        made = getattr(import_module(f"convopt.benchmarks.peers.{module}"), kind)()
        assert isinstance(made, Peer)
        return made

    return make


CONVOPT = "convopt"

PEERS: dict[str, Callable[[], Peer]] = {
    CONVOPT: _peer("convopt_peer", "ConvoptPeer"),
    "onednn": _peer("onednn_peer", "OneDnnPeer"),
    "onednn-nhwc": _peer("onednn_peer", "OneDnnChannelsLastPeer"),
    "onednn-fused": _peer("onednn_peer", "OneDnnFusedPeer"),
    "torch": _peer("torch_peer", "TorchPeer"),
    "torch-compile": _peer("torch_peer", "TorchCompilePeer"),
    "onnxruntime": _peer("onnxruntime_peer", "OnnxRuntimePeer"),
    "openvino": _peer("openvino_peer", "OpenVinoPeer"),
    "openvino-default": _peer("openvino_peer", "OpenVinoDefaultPeer"),
    "litert": _peer("litert_peer", "LiteRtPeer"),
    "ncnn": _peer("ncnn_peer", "NcnnPeer"),
    "iree": _peer("iree_peer", "IreePeer"),
    "tvm": _peer("tvm_peer", "TvmPeer"),
    "tvm-gspc": _peer("tvm_gspc_peer", "TvmGroupedSpatialPackPeer"),
}


def wanted_peers(words: Sequence[str]) -> list[str]:
    """The names in `words`, or those that `all` or `none` stand for; without convopt, which takes
    part anyway."""
    names = {"all": list(PEERS), "none": []}.get(",".join(words), words)
    return [name for name in names if name != CONVOPT]


def open_peers(names: Iterable[str]) -> tuple[list[Peer], list[tuple[str, str]]]:
    """The peers that are installed, and name and reason of those that are not.

    Raises UsageError for a name that is no peer's, before anything is imported.
    """
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in PEERS:
            known = f"known are {', '.join(PEERS)}"
            raise UsageError(f"unknown peer '{name}': {known}{did_you_mean(name, PEERS)}")
    found: list[Peer] = []
    missing: list[tuple[str, str]] = []
    for name in wanted:
        try:
            found.append(PEERS[name]())
        except MissingError as error:
            missing.append((name, str(error)))
    return found, missing
