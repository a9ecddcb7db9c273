"""Every installed peer computes gradients of small layers right; the command that measures them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from convopt.benchmarks.command import gradient_run
from convopt.benchmarks.gradient import Gradient, GradientData
from convopt.benchmarks.gradient_code import gradient_code
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.layer_code import LayerCode
from convopt.benchmarks.layers.tables import COLUMNS
from convopt.benchmarks.peers import registry
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.onednn_library import Geometry
from convopt.benchmarks.peers.peer import Layout, MissingError, Peer, Prepared, UnsupportedError
from convopt.benchmarks.peers.registry import PEERS
from convopt.cli import start
from convopt.comparison import relative_error

LIMIT = 1e-5
WITH_GRADIENTS = ("convopt", "onednn", "onednn-nhwc", "torch")


def layer(kind: str, channels: tuple[int, int], kernel: int, stride: int, groups: int) -> Layer:
    cin, cout = channels
    pad = kernel // 2
    return Layer(
        *("test", kind, cin, 15, 13, cout, kernel, kernel, stride, stride),
        *(pad, pad, pad, pad, 1, groups, 1),
    )


LAYERS = (
    layer("dw", (24, 24), 3, 1, 24),
    layer("dw", (24, 24), 3, 2, 24),
    layer("dw", (16, 16), 5, 1, 16),
    layer("pw", (24, 40), 1, 1, 1),
    layer("grp", (32, 32), 3, 1, 8),
)
AT_ONE_END = Layer("test", "dw", 16, 14, 14, 16, 3, 3, 2, 2, 0, 0, 1, 1, 1, 16, 1)


def opened(name: str) -> Peer:
    try:
        return PEERS[name]()
    except MissingError as error:
        pytest.skip(f"{name}: {error}")


def error_of(peer: Peer, data: GradientData, layout: Layout) -> float:
    """After two calls: the second one finds what the first one left."""
    prepared = peer.prepare_gradient(data, layout, threads=1)
    prepared.run(2)
    (found,) = prepared.outputs()
    prepared.close()
    return relative_error(found, data.reference)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
@pytest.mark.parametrize("gradient", Gradient)
@pytest.mark.parametrize("name", WITH_GRADIENTS)
def test_gradients_are_right_in_every_layout(name: str, gradient: Gradient, layer: Layer) -> None:
    peer, data = opened(name), GradientData.random(layer, gradient)
    errors = {layout: error_of(peer, data, layout) for layout in peer.gradient_layouts}
    assert list(errors) == ([Layout.OWN, Layout.NCHW] if name == "torch" else [Layout.OWN])
    assert {layout: error for layout, error in errors.items() if not error <= LIMIT} == {}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
@pytest.mark.parametrize("gradient", Gradient)
def test_convopt_runs_one_kernel_without_conversions(gradient: Gradient, layer: Layer) -> None:
    code = gradient_code(GradientData.random(layer, gradient), "x86-64-v3")
    _, entry = (line for line in code.llvm_text.splitlines() if line.startswith("define"))
    assert code.interface.run_symbol in entry


def test_padding_at_one_end() -> None:
    data = GradientData.random(AT_ONE_END, Gradient.DATA)
    for name in ("convopt", "onednn"):
        assert error_of(opened(name), data, Layout.OWN) <= LIMIT
    with pytest.raises(UnsupportedError, match=r"PyTorch pads both ends alike, dw3 .* does not"):
        opened("torch").prepare_gradient(data, Layout.OWN, threads=1)


def test_what_onednn_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    peer, data = opened("onednn"), GradientData.random(LAYERS[0], Gradient.WEIGHTS)
    geometry = Geometry.of(data.layer)
    geometry.hout += 1
    monkeypatch.setattr(Geometry, "of", lambda layer: geometry)
    with pytest.raises(UnsupportedError, match=r"oneDNN refuses dw3 .* gradient of weights: "):
        peer.prepare_gradient(data, Layout.OWN, threads=1)


class DoublePeer(ConvoptPeer):
    """convopt under another name."""

    name = "double"


class StoppingPeer(DoublePeer):
    """As Ctrl-C at the second gradient."""

    def prepare_gradient(self, data: GradientData, layout: Layout, threads: int) -> Prepared:
        if data.layer.network != "first":
            raise KeyboardInterrupt
        return super().prepare_gradient(data, layout, threads)


class LayersOnlyPeer(DoublePeer):
    name = "layers-only"
    gradient_layouts = ()


class WrongPeer(DoublePeer):
    """Of other numbers than it is given."""

    name = "wrong"

    def prepare_gradient(self, data: GradientData, layout: Layout, threads: int) -> Prepared:
        other = GradientData.random(data.layer, data.gradient, seed=1)
        return super().prepare_gradient(other, layout, threads)


def missing() -> Peer:
    raise MissingError("not installed: pip install nothing")


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bench(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """`convopt-bench gradients` as a function: exit code, output, errors. It pins nothing."""
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(gradient_run, "pin", lambda core: ())
    monkeypatch.setattr("convopt.benchmarks.measuring.pinning.os", object())
    monkeypatch.setattr("convopt.benchmarks.limits.machine._physical_bytes", lambda: 1 << 27)
    monkeypatch.setattr("convopt.benchmarks.limits.machine._SWEEPS", 1)
    peers = {
        **{"double": DoublePeer, "stopping": StoppingPeer, "wrong": WrongPeer},
        **{"layers-only": LayersOnlyPeer, "absent": missing},
    }
    monkeypatch.setattr(registry, "PEERS", peers)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = start.convopt_bench(["gradients", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two small layers."""
    path = tmp_path / "mine.csv"
    rows = [
        "first,dw,16,6,6,16,3,3,1,1,1,1,1,1,1,16,1",
        "second,pw,16,6,6,16,1,1,1,1,0,0,0,0,1,1,1",
    ]
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_run_prints_tables_and_writes_files(bench: Run, table: Path, tmp_path: Path) -> None:
    files = ["--csv", tmp_path / "out.csv", "--json", tmp_path / "out.json"]
    peers = "double,layers-only,absent"
    code, out, err = bench(table, "--peers", peers, "--rounds", 1, *files)
    assert (code, err.splitlines()) == (
        0,
        [
            "convopt-bench: left out: absent: not installed: pip install nothing",
            "convopt-bench: left out: layers-only: computes no gradients",
        ],
    )
    for text in ("gradients of data, one", "gradients of weights, one", "times faster", "GFLOP/s"):
        assert text in out
    rows = read_csv(tmp_path / "out.csv")
    assert [(row["gradient"], row["layer"], row["peer"]) for row in rows] == [
        ("data", "dw3 16->16 @6 s1", "convopt"),
        ("data", "dw3 16->16 @6 s1", "double"),
        ("data", "pw1 16->16 @6 s1", "convopt"),
        ("data", "pw1 16->16 @6 s1", "double"),
        ("weights", "dw3 16->16 @6 s1", "convopt"),
        ("weights", "dw3 16->16 @6 s1", "double"),
        ("weights", "pw1 16->16 @6 s1", "convopt"),
        ("weights", "pw1 16->16 @6 s1", "double"),
    ]
    assert all(float(row["min_us"]) > 0 and float(row["relative_error"]) < 1e-5 for row in rows)
    written = json.loads((tmp_path / "out.json").read_text())
    assert [row["peer"] for row in written["rows"]] == [row["peer"] for row in rows]
    assert set(written["machine"]["versions"]) == {"convopt", "double"}


def test_one_gradient_in_several_processes(bench: Run, table: Path, tmp_path: Path) -> None:
    options = ["--of", "data", "--only", "dw3", "--rounds", 1, "--processes", 2]
    code, out, err = bench(table, "--peers", "none", *options, "--csv", tmp_path / "out.csv")
    assert code == 0, err
    assert "gradients of weights" not in out
    (row,) = read_csv(tmp_path / "out.csv")
    assert (row["gradient"], row["layer"]) == ("data", "dw3 16->16 @6 s1")
    assert int(row["samples"]) >= 2


def test_a_wrong_peer_is_not_timed(bench: Run, table: Path) -> None:
    options = ["--of", "data", "--only", "dw3", "--rounds", 1]
    code, out, err = bench(table, "--peers", "wrong", *options)
    assert code == 0, err
    assert "wrong, dw3 16->16 @6 s1, gradient of data: wrong: relative error 1" in out


def test_a_wrong_result_of_convopt_fails_the_run(
    bench: Run, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def code_of_another_filter(data: GradientData, target: str) -> LayerCode:
        return gradient_code(GradientData.random(data.layer, data.gradient, seed=1), target)

    monkeypatch.setattr("convopt.benchmarks.gradient_code.gradient_code", code_of_another_filter)
    options = ["--of", "data", "--only", "dw3", "--rounds", 1]
    assert bench(table, "--peers", "none", *options)[0] == 1


def test_an_interrupted_run_leaves_the_rows_it_has(bench: Run, table: Path, tmp_path: Path) -> None:
    files = ["--csv", tmp_path / "out.csv", "--json", tmp_path / "out.json"]
    code, out, _ = bench(table, "--peers", "stopping", "--rounds", 1, *files)
    assert code == 130
    assert "dw3 16->16" in out
    assert "pw1 16->16" not in out
    assert {row["group"] for row in read_csv(tmp_path / "out.csv")} == {"first"}
    written = json.loads((tmp_path / "out.json").read_text())
    assert {row["group"] for row in written["rows"]} == {"first"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["gradient"], 2, "did you mean 'gradients'?"),
        (["--only", "dw9*"], 2, "found none for 'dw9*'"),
        (["--peers", "doubl"], 2, "did you mean 'double'?"),
        (["--of", "bias"], 2, "expected one of data, weights, both; found 'bias'"),
    ],
)
def test_mistakes_are_one_line(bench: Run, arguments: list[str], code: int, message: str) -> None:
    found = bench(*arguments)
    assert found[0] == code
    assert message in found[2]
    assert len(found[2].splitlines()) == 1
