"""Peers by name: what is unknown, what is not installed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from convopt.benchmarks.peers import onednn_library, packages
from convopt.benchmarks.peers.peer import MissingError, Peer
from convopt.benchmarks.peers.registry import PEERS, open_peers
from convopt.errors import UsageError


def missing() -> Peer:
    raise MissingError("not installed: pip install nothing")


def test_an_unknown_peer_is_named_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown peer 'ondnn': .*onednn.*mean 'onednn'\?"):
        open_peers(["ondnn"])


def test_a_missing_peer_is_left_out_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEERS, "onednn", missing)
    assert open_peers(["onednn", "onednn"]) == (
        [],
        [("onednn", "not installed: pip install nothing")],
    )


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [
        ("torch", "torch", "torch"),
        ("torch-compile", "torch", "torch"),
        ("onnxruntime", "onnxruntime", "onnxruntime"),
        ("openvino", "openvino", "openvino"),
        ("litert", "ai_edge_litert.interpreter", "ai-edge-litert"),
        ("ncnn", "ncnn", "ncnn"),
        ("iree", "iree.compiler.tools", "iree-base-compiler"),
        ("tvm", "tvm", "apache-tvm"),
        ("tvm-gspc", "tvm", "apache-tvm"),
    ],
)
def test_a_library_that_is_not_there_is_left_out(
    monkeypatch: pytest.MonkeyPatch, name: str, module: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    found, [(missing_name, reason)] = open_peers([name])
    assert found == []
    assert missing_name == name
    assert reason.startswith(f"not installed: pip install {package} (")


def test_a_module_that_is_not_there_names_its_package() -> None:
    with pytest.raises(MissingError, match="not installed: pip install some-package"):
        packages.require("no_such_module", "some-package")


def test_a_file_of_a_package_that_is_not_there_names_the_package() -> None:
    with pytest.raises(MissingError, match="not installed: pip install no-such-package"):
        packages.require_file("no-such-package", "lib.so")
    with pytest.raises(MissingError, match=r"the package numpy has no file lib\.so"):
        packages.require_file("numpy", "lib.so")


@pytest.fixture
def fresh_harness() -> Callable[[], object]:
    onednn_library.load_harness.cache_clear()
    return onednn_library.load_harness


def test_no_compiler_is_said(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    fresh_harness: Callable[[], object],
) -> None:
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", "")
    try:
        onednn_library.require_file("onednn-cpu-gomp", "libdnnl.so.3")
    except MissingError as error:
        pytest.skip(str(error))
    with pytest.raises(MissingError, match=r"no C\+\+ compiler: CXX is not set and none of c\+\+"):
        fresh_harness()


def test_the_registry_imports_no_library() -> None:
    program = (
        "import sys, convopt.benchmarks.peers.registry\n"
        "libraries = {'torch', 'onnx', 'onnxruntime', 'openvino', 'ncnn', 'tvm', 'iree'}\n"
        "print(libraries & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout == "set()\n", run.stderr
