"""`convopt-bench spills`: the code of the tables' layers leaves the stack alone."""

from pathlib import Path

import pytest

from convopt.backends.targets import CpuTarget
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.layers.tables import COLUMNS, read_table
from convopt.benchmarks.spills import stack_traffic as traffic_of_layers
from convopt.benchmarks.spills.stack_traffic import distinct, stack_traffic
from convopt.cli import start
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import TileAttr, TileScheme
from convopt.passes.plan import choose_tiles

TARGETS = ("x86-64-v4", "x86-64-v3", "cortex-a72")
POINTWISE = "second,pw,64,7,7,64,1,1,1,1,0,0,0,0,1,1,1"
SPILLING = TileAttr(TileScheme.BROADCAST, 1, 16, 2)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Four small layers, one of them twice."""
    path = tmp_path / "mine.csv"
    rows = [
        "first,dw,32,14,14,32,3,3,2,2,0,0,1,1,1,32,1",
        "first,pw,64,7,7,64,1,1,1,1,0,0,0,0,1,1,5",
        "first,grp,32,14,14,32,3,3,1,1,1,1,1,1,1,8,1",
        POINTWISE,
        "second,dense,3,32,32,32,3,3,2,2,1,1,1,1,1,1,1",
    ]
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    return path


def test_small_layers_have_none(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = [word for name in TARGETS for word in ("--target", name)]
    assert start.convopt_bench(["spills", str(table), *targets]) == 0
    out = capsys.readouterr().out
    assert out == "12 kernels, 0 with stack traffic in an innermost loop\n"


def test_a_tile_that_does_not_fit_is_reported(
    table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(op: ConvolutionOp, target: CpuTarget) -> tuple[TileAttr, float]:
        return SPILLING, 1.0

    monkeypatch.setattr(choose_tiles, "best_schedule", too_large)
    command = ["spills", str(table), "--target", "x86-64-v3", "--only", "pw"]
    assert start.convopt_bench(command) == 1
    *rows, summary = capsys.readouterr().out.splitlines()
    (row,) = (line for line in rows if "pw1 64->64 @7 s1" in line)
    assert row.split()[0] == "x86-64-v3"
    assert "broadcast columns=16 vectors=2" in row
    assert int(row.split()[-1]) > 10
    assert summary == "1 kernels, 1 with stack traffic in an innermost loop"


@pytest.mark.parametrize("name", TARGETS)
def test_a_tile_is_looked_at(name: str) -> None:
    layer = Layer("t", "pw", 64, 14, 14, 64, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1)
    fits, does_not = (
        stack_traffic(layer, name, TileAttr(TileScheme.BROADCAST, 1, columns, 2))
        for columns in (4, 20)
    )
    assert fits.references == 0
    assert does_not.references > 10
    assert (fits.tile.columns.data, does_not.tile.columns.data) == (4, 20)


def test_equal_convolutions_are_compiled_once(table: Path) -> None:
    layers = distinct(read_table(str(table)))
    assert [layer.network for layer in layers] == ["first"] * 3 + ["second"]
    assert sum(layer.kind == "pw" for layer in layers) == 1


def test_gradients(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["spills", str(table), "--gradients", "--target", "x86-64-v3"]
    assert start.convopt_bench(command) == 0
    out = capsys.readouterr().out
    assert out == "8 kernels, 0 with stack traffic in an innermost loop\n"


def test_gradients_on_the_stack_are_reported(
    table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_kind(assembly: str, name: str) -> int:
        return 7 if "wgrad" in name else 0

    monkeypatch.setattr(traffic_of_layers, "stack_references", by_kind)
    command = ["spills", str(table), "--gradients", "--target", "x86-64-v3", "--only", "pw"]
    assert start.convopt_bench(command) == 1
    *rows, summary = capsys.readouterr().out.splitlines()
    (row,) = (line for line in rows if "pw1 64->64 @7 s1" in line)
    assert "gradient of weights" in row
    assert row.split()[-1] == "7"
    assert summary == "2 kernels, 1 with stack traffic in an innermost loop"
