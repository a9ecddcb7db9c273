"""Every installed peer computes small modules right; the command that measures them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("onnx")

from convopt.benchmarks.command import module_run
from convopt.benchmarks.layers.modules import COLUMNS, read_modules
from convopt.benchmarks.module import Module, ModuleData
from convopt.benchmarks.peers import registry
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer, SeparateConvoptPeer
from convopt.benchmarks.peers.peer import MissingError, Peer, Prepared, UnsupportedError
from convopt.benchmarks.peers.registry import PEERS
from convopt.cli import start
from convopt.comparison import relative_error

LIMIT = 1e-5
OTHER_LIMITS = {"openvino-default": 2e-2}  # bf16 where the CPU has AMX
LINES = (
    "pair,g,32,10,dw3 s2 relu6 > pw 24 relu6",
    "block,g,24,9,pw 48 relu6 > dw3 relu6 > pw 24 > add",
    "large window,g,16,9,pw 40 > dw5 relu6",
    "large map,g,16,112,pw 96 relu6 > dw3 s2 relu6",
)
SLOW_COMPILERS = {"torch-compile"}
"""Tested on one module."""
REFUSED = {("onednn-fused", "pair")}
"""What a library cannot do: peer, module."""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> list[Module]:
    path = tmp_path_factory.mktemp("tables") / "modules.csv"
    path.write_text("\n".join([",".join(COLUMNS), *LINES]) + "\n")
    return read_modules(path)


def opened(name: str) -> Peer:
    try:
        return PEERS[name]()
    except MissingError as error:
        pytest.skip(f"{name}: {error}")


def error_of(peer: Peer, module: Module) -> float:
    """After two calls: the second one finds what the first one left."""
    data = ModuleData.random(module)
    prepared = peer.prepare_module(data, threads=1)
    prepared.run(2)
    (found,) = prepared.outputs()
    prepared.close()
    return relative_error(found, data.reference)


@pytest.mark.parametrize("name", PEERS)
def test_modules_are_right(name: str, modules: list[Module]) -> None:
    peer = opened(name)
    if peer.module_layout is None:
        with pytest.raises(UnsupportedError, match=f"{name} does not run modules"):
            error_of(peer, modules[0])
        return
    chosen = modules[1:2] if name in SLOW_COMPILERS else modules
    chosen = [module for module in chosen if (name, module.name) not in REFUSED]
    limit = OTHER_LIMITS.get(name, LIMIT)
    errors = {module.name: error_of(peer, module) for module in chosen}
    assert {module: error for module, error in errors.items() if not error <= limit} == {}


def test_convopt_on_its_own_makes_a_kernel_of_every_layer(modules: list[Module]) -> None:
    separate = SeparateConvoptPeer()
    assert all(error_of(separate, module) <= LIMIT for module in modules)
    kernels = [separate.module_kernels(ModuleData.random(module)) for module in modules]
    assert kernels == [
        ("dw3x3s2", "pw1x1s1"),
        ("pw1x1s1", "dw3x3s1", "pw1x1s1"),
        ("pw1x1s1", "dw5x5s1"),
        ("pw1x1s1", "dw3x3s2"),
    ]


def test_convopt_fuses_as_its_planner_decides() -> None:
    (module,) = (one for one in read_modules() if one.name == "pair 32dw@112->64")
    peer = ConvoptPeer("x86-64-v3")
    assert peer.module_kernels(ModuleData.random(module)) == ("dwpw3x3s1",)


def test_onednn_fuses_behind_pointwise_convolutions_only(modules: list[Module]) -> None:
    with pytest.raises(UnsupportedError, match="behind pointwise ones only"):
        error_of(opened("onednn-fused"), modules[0])


def test_what_onnxruntime_has_no_blocked_kernel_for(tmp_path: Path) -> None:
    path = tmp_path / "modules.csv"
    path.write_text(f"{','.join(COLUMNS)}\nm,g,16,9,pw 16 relu6 > add\n")
    (module,) = read_modules(path)
    with pytest.raises(UnsupportedError, match="add before ReLU6"):
        error_of(opened("onnxruntime"), module)


class DoublePeer(ConvoptPeer):
    """convopt under another name."""

    name = "double"


class StoppingPeer(DoublePeer):
    """As Ctrl-C at the second module."""

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        if data.module.name != "pair":
            raise KeyboardInterrupt
        return super().prepare_module(data, threads)


class LayersOnlyPeer(DoublePeer):
    name = "layers-only"
    module_layout = None


def missing() -> Peer:
    raise MissingError("not installed: pip install nothing")


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bench(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """`convopt-bench modules` as a function: exit code, output, errors. It pins nothing."""
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(module_run, "pin", lambda core: ())
    monkeypatch.setattr("convopt.benchmarks.limits.machine._physical_bytes", lambda: 1 << 27)
    monkeypatch.setattr("convopt.benchmarks.limits.machine._SWEEPS", 1)
    peers = {
        **{"double": DoublePeer, "stopping": StoppingPeer},
        **{"layers-only": LayersOnlyPeer, "absent": missing},
    }
    monkeypatch.setattr(registry, "PEERS", peers)
    (tmp_path / "mine.csv").write_text("\n".join([",".join(COLUMNS), *LINES[:2]]) + "\n")

    def run(*arguments: object) -> tuple[int, str, str]:
        code = start.convopt_bench(["modules", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


def test_a_run_prints_tables_and_writes_files(bench: Run, tmp_path: Path) -> None:
    files = ["--csv", tmp_path / "out.csv", "--json", tmp_path / "out.json"]
    peers = "double,layers-only,absent"
    code, out, err = bench(tmp_path / "mine.csv", "--peers", peers, "--rounds", 1, *files)
    assert code == 0, err
    assert err.splitlines() == [
        "convopt-bench: left out: absent: not installed: pip install nothing",
        "convopt-bench: left out: layers-only: runs no modules",
    ]
    assert "convopt-separate" in out
    assert "geometric means" in out
    assert "limits of one core" in out
    with (tmp_path / "out.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = ["convopt", "convopt-separate", "double"]
    assert [(row["module"], row["peer"]) for row in rows] == [
        (module, name) for module in ("pair", "block") for name in names
    ]
    assert all(float(row["min_us"]) > 0 and float(row["relative_error"]) < 1e-5 for row in rows)
    written = json.loads((tmp_path / "out.json").read_text())
    assert [row["module"] for row in written["rows"]] == [row["module"] for row in rows]
    assert set(written["machine"]["versions"]) == {"convopt", "double"}


def test_an_interrupted_run_leaves_the_rows_it_has(bench: Run, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    options = ["--peers", "stopping", "--rounds", 1, "--csv", file]
    code, out, _ = bench(tmp_path / "mine.csv", *options)
    assert code == 130
    assert "pair" in out
    assert "block" not in out
    assert {line.partition(",")[0] for line in file.read_text().splitlines()} == {"module", "pair"}


def test_several_processes(bench: Run, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    options = ["--peers", "none", "--rounds", 1, "--processes", 2, "--json", file]
    code, _, err = bench(tmp_path / "mine.csv", *options)
    assert code == 0, err
    rows = json.loads(file.read_text())["rows"]
    assert [row["peer"] for row in rows] == 2 * ["convopt", "convopt-separate"]
    assert all(row["samples"] >= 2 for row in rows)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["invres 24-144-42 @56"], 2, "did you mean 'invres 24-144-24 @56'?"),
        (["absent.csv"], 1, "found absent.csv: No such file or directory"),
        (["--peers", "doubl"], 2, "did you mean 'double'?"),
        (["--target", "x86-64-v5"], 2, "unknown target 'x86-64-v5'"),
        (["--peers", "none", "--csv", "/nowhere/rows.csv"], 1, "cannot write /nowhere/rows.csv"),
    ],
)
def test_mistakes_are_one_line(bench: Run, arguments: list[str], code: int, message: str) -> None:
    found, _, err = bench(*arguments)
    assert found == code
    assert message in err
    assert len(err.splitlines()) == 1


def test_modules_and_peers_are_listed(bench: Run) -> None:
    _, out, _ = bench("--list")
    assert "'pwdw 16->96 @112 s2'" in out
    assert "onednn" in out
