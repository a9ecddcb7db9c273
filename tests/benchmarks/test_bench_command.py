"""`convopt-bench`: subcommands, options, errors, and an interrupted run."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from convopt.backends.targets.host import host_target
from convopt.benchmarks.command import layer_run
from convopt.benchmarks.command.main import SUBCOMMANDS
from convopt.benchmarks.layer import LayerData
from convopt.benchmarks.layers.tables import COLUMNS
from convopt.benchmarks.peers import registry
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.peer import Layout, MissingError, Peer, Prepared
from convopt.cli import start

HEAVY = ("xdsl", "onnx", "torch", "tvm", "llvmlite", "rich", "numpy", "matplotlib", "openvino")


class Finished(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Finished]


class DoublePeer(ConvoptPeer):
    """convopt under another name."""

    name = "double"


class StoppingPeer(DoublePeer):
    """As Ctrl-C at the second layer."""

    def __init__(self) -> None:
        super().__init__()
        self._layers: set[str] = set()

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        self._layers.add(data.layer.name)
        if len(self._layers) > 1:
            raise KeyboardInterrupt
        return super().prepare_layer(data, layout, threads)


def missing() -> Peer:
    raise MissingError("not installed: pip install nothing")


@pytest.fixture
def bench(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Command:
    """The command as a function; it pins nothing, since the tests go on in this process."""
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(layer_run, "pin", lambda core: ())
    monkeypatch.setattr("convopt.benchmarks.measuring.pinning.os", object())
    peers = {"double": DoublePeer, "stopping": StoppingPeer, "absent": missing}
    monkeypatch.setattr(registry, "PEERS", peers)
    monkeypatch.setattr(layer_run, "PEERS", peers)
    # A machine of little memory: how fast it is plays no part here.
    monkeypatch.setattr("convopt.benchmarks.limits.machine._physical_bytes", lambda: 1 << 27)
    monkeypatch.setattr("convopt.benchmarks.limits.machine._SWEEPS", 1)

    def run(*arguments: object) -> Finished:
        code = start.convopt_bench([str(word) for word in arguments])
        out, err = capsys.readouterr()
        return Finished(code, out, err)

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two small layers."""
    path = tmp_path / "mine.csv"
    rows = [
        "first,dw,16,6,6,16,3,3,1,1,1,1,1,1,1,16,2",
        "second,pw,16,6,6,16,1,1,1,1,0,0,0,0,1,1,1",
    ]
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    "arguments", [["--help"], ["nothing"], *([name, "--help"] for name in SUBCOMMANDS)]
)
def test_help_imports_nothing_heavy(arguments: Sequence[str]) -> None:
    program = (
        "import sys, contextlib, io\n"
        "from convopt.cli.start import convopt_bench\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):"
        f" convopt_bench({list(arguments)!r})\n"
        f"print(*(name for name in {HEAVY} if name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (found.returncode, found.stdout.strip()) == (0, ""), found.stderr


def test_help_names_every_subcommand(bench: Command) -> None:
    out = bench("--help").out
    assert all(f"  {name} " in out for name in SUBCOMMANDS)
    assert out.count("convopt-bench ") >= 3


def test_a_mistyped_subcommand_gets_the_nearest_one(bench: Command) -> None:
    found = bench("layer")
    assert found.code == 2
    assert "did you mean 'layers'?" in found.err
    assert len(found.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["layers", "host_peer_sett"], 2, "did you mean 'host_peer_set'?"),
        (["layers", "absent.csv"], 1, "found absent.csv: No such file or directory"),
        (["layers", "--only", "dw9*"], 2, "found none for 'dw9*'"),
        (["layers", "--peers", "doubl"], 2, "did you mean 'double'?"),
        (["layers", "--peers", "none", "--target", "x86-64-v5"], 2, "unknown target 'x86-64-v5'"),
        (["layers", "--layout", "nhwc"], 2, "expected one of own, nchw, both; found 'nhwc'"),
        (["layers", "--rounds", "0"], 2, "expected a number of at least 1, found '0'"),
        (["layers", "--plot", "picture.gif"], 1, "expected a file with .svg or .png"),
        (["layers", "--plot", "/nowhere/picture.svg"], 1, "cannot write /nowhere/picture.svg"),
        (["layers", "--csv", "/nowhere/rows.csv", "--peers", "none"], 1, "cannot write /nowhere/"),
        (["calibrate", "--core", "x"], 2, "invalid int value: 'x'"),
    ],
)
def test_mistakes_are_one_line(
    bench: Command, arguments: Sequence[str], code: int, message: str
) -> None:
    found = bench(*arguments)
    assert found.code == code
    assert message in found.err
    assert len(found.err.splitlines()) == 1


def test_tables_and_peers_are_listed(bench: Command) -> None:
    assert "host_peer_set" in bench("layers", "--list").out
    assert "peers: double" in bench("layers", "--list").out


def test_a_run_prints_tables_and_writes_files(bench: Command, table: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    files = {kind: tmp_path / f"out.{kind}" for kind in ("csv", "json", "svg")}
    options = ["--csv", files["csv"], "--json", files["json"], "--plot", files["svg"]]
    found = bench("layers", table, "--peers", "double,absent", "--rounds", 1, *options)
    assert found.code == 0, found.err
    assert found.err == "convopt-bench: left out: absent: not installed: pip install nothing\n"
    assert "dw3 16->16 @6 s1" in found.out
    assert "NCHW in, NCHW out" in found.out
    assert "double" in found.out
    assert "GFLOP/s" in found.out
    rows = read_csv(files["csv"])
    assert [(row["layer"], row["peer"], row["layout"]) for row in rows[:4]] == [
        ("dw3 16->16 @6 s1", "convopt", "own"),
        ("dw3 16->16 @6 s1", "double", "own"),
        ("dw3 16->16 @6 s1", "convopt", "nchw"),
        ("dw3 16->16 @6 s1", "double", "nchw"),
    ]
    assert all(float(row["min_us"]) > 0 and float(row["relative_error"]) < 1e-5 for row in rows)
    written = json.loads(files["json"].read_text())
    assert [row["peer"] for row in written["rows"]] == [row["peer"] for row in rows]
    assert set(written["machine"]["versions"]) == {"convopt", "double"}
    assert files["svg"].read_text().startswith("<?xml")


def test_only_the_layout_that_was_asked_for(bench: Command, table: Path) -> None:
    found = bench("layers", table, "--peers", "none", "--rounds", 1, "--layout", "own")
    assert found.code == 0, found.err
    assert "NCHW in" not in found.out


def test_an_interrupted_run_leaves_the_rows_it_has(
    bench: Command, table: Path, tmp_path: Path
) -> None:
    files = ["--csv", tmp_path / "out.csv", "--json", tmp_path / "out.json"]
    found = bench("layers", table, "--peers", "stopping", "--rounds", 1, *files)
    assert found.code == 130
    assert "dw3 16->16" in found.out
    assert "pw1 16->16" not in found.out
    assert {row["network"] for row in read_csv(tmp_path / "out.csv")} == {"first"}
    written = json.loads((tmp_path / "out.json").read_text())
    assert {row["network"] for row in written["rows"]} == {"first"}


def test_several_processes(bench: Command, table: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    options = ["--rounds", 1, "--layout", "own", "--processes", 2, "--csv", file]
    found = bench("layers", table, "--peers", "none", *options)
    assert found.code == 0, found.err
    rows = read_csv(file)
    assert [row["peer"] for row in rows] == ["convopt", "convopt"]
    assert all(int(row["samples"]) >= 2 for row in rows)


def test_calibrating(bench: Command, tmp_path: Path) -> None:
    host_target.cache_clear()
    assert bench("calibrate", "--dry-run").code == 0
    assert not (tmp_path / "cache" / "calibration.json").exists()
    found = bench("calibrate")
    host_target.cache_clear()
    assert found.code == 0, found.err
    assert "limits of one core" in found.out
    assert str(tmp_path / "cache" / "calibration.json") in found.out
    (entry,) = json.loads((tmp_path / "cache" / "calibration.json").read_text()).values()
    assert host_target().peak_gflops == pytest.approx(entry["peak_gflops"])
    host_target.cache_clear()
