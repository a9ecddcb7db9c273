"""Benchmarks of another machine: the exported folder, built and run, and all parts in one go."""

import csv
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from convopt.backends.llvm.interface import TensorSpec
from convopt.benchmarks.board.cases import BufferLayout
from convopt.benchmarks.board.description import describe_board
from convopt.benchmarks.board.numbers import CHECK_SEED, Checksum, even_numbers
from convopt.benchmarks.command import main
from convopt.benchmarks.layers.tables import COLUMNS, table_names
from convopt.cli.start import convopt_bench
from convopt.errors import ConvoptError

ROWS = [
    "first,dw,10,9,7,10,3,3,1,1,1,1,1,1,1,10,1",  # channels that fill no block
    "first,dense,3,8,8,8,3,3,2,2,1,1,1,1,1,1,1",  # reads plain NCHW
    "second,dw,10,9,7,10,3,3,1,1,1,1,1,1,1,10,4",  # the first again
]
NAMES = ["dw3 10->10 @9x7 s1", "dense3 3->8 @8 s2"]
BUILDS = {
    "host": ("host", ["cc"], []),
    "aarch64": ("cortex-a72", ["aarch64-linux-gnu-gcc", "-static"], ["qemu-aarch64"]),
}

Export = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([",".join(COLUMNS), *ROWS]) + "\n")
    return path


@pytest.fixture
def export(tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Exports the table's layers, and models, for a target; the folder."""
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))

    def make(target: str, models: str = "none") -> Path:
        folder = tmp_path / "exported"
        options = ["--export", str(folder), "--target", target]
        options += ["--tables", str(table), "--models", models]
        assert convopt_bench(["board", *options]) == 0
        return folder

    return make


def make(
    folder: Path, compiler: Sequence[str], runner: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """Builds and runs all cases; skips where a tool is missing."""
    for tool in ("make", compiler[0], *runner[:1]):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} here")
    flags = " ".join([*compiler[1:], "-O2 -Wall -Wextra -Werror"])
    words = [f"CC={compiler[0]}", f"CFLAGS={flags}", f"RUN={' '.join(runner)}", "ROUNDS=1"]
    return subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True)


def results(folder: Path) -> list[dict[str, str]]:
    with (folder / "results.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("name", BUILDS)
def test_the_exported_program_computes_what_it_should(export: Export, name: str) -> None:
    target, compiler, runner = BUILDS[name]
    folder = export(target)
    done = make(folder, compiler, runner)
    assert done.returncode == 0, done.stderr
    rows = results(folder)
    assert [row["name"] for row in rows] == NAMES
    for row in rows:
        assert (row["target"], row["kind"], row["result"]) == (target, "layer", "right")
        assert float(row["error"]) < 1e-6
        assert 0 < float(row["min_us"]) <= float(row["median_us"])
        assert float(row["gflops"]) >= 0
        assert float(row["peak_gflops"]) > 0
    assert [row["macs"] for row in rows] == ["5670", "3456"]
    assert "Linux" in (folder / "machine.txt").read_text()


def test_a_whole_model_goes_along(export: Export) -> None:
    pytest.importorskip("rapidocr", reason="the model's package rapidocr is not installed")
    folder = export("host", "rapidocr-cls")
    done = make(folder, ["cc"], [])
    assert done.returncode == 0, done.stderr
    last = results(folder)[-1]
    assert (last["name"], last["kind"], last["result"]) == ("rapidocr-cls", "model", "right")
    assert float(last["error"]) < 1e-5


def test_a_wrong_result_fails_and_the_others_still_run(export: Export) -> None:
    folder = export("host")
    (header, _) = sorted(folder.glob("cases/*.case.h"))
    lines = header.read_text().splitlines()
    changed = [line + " + 1e-3" if "EXPECTED_SUM" in line else line for line in lines]
    header.write_text("\n".join(changed).replace("EXPECTED_SUM ", "EXPECTED_SUM 0 + ") + "\n")
    done = make(folder, ["cc"], [])
    assert done.returncode != 0
    assert "001_dw3_10_10_9x7_s1: failed" in done.stderr
    assert [row["result"] for row in results(folder)] == ["wrong", "right"]


def test_a_folder_with_cases_is_not_mixed_with_others(
    export: Export, capsys: pytest.CaptureFixture[str], table: Path
) -> None:
    folder = export("cortex-a72")
    options = ["--target", "cortex-a72", "--tables", str(table), "--models", "none"]
    assert convopt_bench(["board", "--export", str(folder), *options]) == 1
    assert f"expected a new folder, found cases in {folder}" in capsys.readouterr().err


def test_numbers_are_even_and_hang_on_place_and_seed() -> None:
    numbers = even_numbers((4, 2500), 1)
    assert numbers.dtype == np.float32
    assert -1 <= numbers.min() < -0.99 < 0.99 < numbers.max() < 1
    assert abs(float(numbers.mean())) < 0.02
    assert float(numbers.var()) == pytest.approx(1 / 3, rel=0.02)
    np.testing.assert_array_equal(numbers.ravel()[:100], even_numbers((100,), 1))
    assert abs(float(np.mean(numbers * even_numbers((4, 2500), CHECK_SEED)))) < 0.02


def test_a_checksum_tells_about_how_far_a_result_is_off() -> None:
    random = np.random.default_rng(0)
    expected = random.standard_normal((1, 40, 10, 10))
    checksum = Checksum.of(expected)
    factors = even_numbers(expected.shape, CHECK_SEED).astype(np.float64)
    errors = []
    for _ in range(200):
        off = expected + 1e-3 * random.standard_normal(expected.shape)
        errors.append((float(np.sum(off * factors)) - checksum.sum) / checksum.scale)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(1e-3, rel=0.2)


@pytest.mark.parametrize(
    ("buffer", "tensor", "layout"),
    [
        ((1, 3, 9, 7, 4), (1, 10, 9, 7), BufferLayout(10, 63, 4)),
        ((1, 3, 8, 8), (1, 3, 8, 8), BufferLayout(3, 64, 1)),
        ((1, 1000), (1, 1000), BufferLayout(1000, 1, 1)),
    ],
)
def test_layouts_of_buffers(
    buffer: tuple[int, ...], tensor: tuple[int, ...], layout: BufferLayout
) -> None:
    assert BufferLayout.of(TensorSpec("x", buffer), tensor) == layout


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The subcommands that a run calls, which do nothing."""
    called: list[list[str]] = []
    whole = main.run

    def run(arguments: Sequence[str]) -> int:
        if arguments[0] == "board":
            return whole(arguments)
        called.append(list(arguments))
        if "failing" in arguments:
            raise ConvoptError("cannot go on")
        return 130 if "interrupted" in arguments else 0

    monkeypatch.setattr(main, "run", run)
    return called


def test_all_parts_run(parts: list[list[str]], tmp_path: Path) -> None:
    out = tmp_path / "new" / "board"
    assert convopt_bench(["board", "--out", str(out), "--core", "0", "--rounds", "3"]) == 0
    assert [part[0] for part in parts] == ["calibrate", "layers", "models"]
    calibrate, layers, models = parts
    assert calibrate == ["calibrate", "--core", "0", "--dry-run"]
    assert layers[1 : 1 + len(table_names())] == list(table_names())
    common = ["--peers", "onnxruntime,ncnn", "--rounds", "3"]
    assert layers[-8:-4] == common
    assert models[1:5] == common
    assert models[-4:] == ["--csv", f"{out}/models.csv", "--json", f"{out}/models.json"]
    assert json.loads((out / "machine.json").read_text())["cores"] >= 1


def test_what_is_not_wanted_is_left_out(parts: list[list[str]], tmp_path: Path) -> None:
    options = ["--out", str(tmp_path), "--tables", "none", "--models", "none"]
    assert convopt_bench(["board", *options, "--keep-calibration"]) == 0
    assert parts == [["calibrate"]]


def test_a_part_that_fails_does_not_stop_the_others(
    parts: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--out", str(tmp_path), "--tables", "failing"]
    assert convopt_bench(["board", *options]) == 1
    assert [part[0] for part in parts] == ["calibrate", "layers", "models"]
    assert "convopt-bench layers: error: cannot go on\n" in capsys.readouterr().err


def test_an_interruption_ends_the_run(parts: list[list[str]], tmp_path: Path) -> None:
    assert convopt_bench(["board", "--out", str(tmp_path), "--tables", "interrupted"]) == 130
    assert [part[0] for part in parts] == ["calibrate", "layers"]


def test_the_clock_of_a_board_is_described(tmp_path: Path) -> None:
    clock = tmp_path / "cpu0" / "cpufreq"
    clock.mkdir(parents=True)
    (clock / "scaling_governor").write_text("ondemand\n")
    (tmp_path / "model").write_bytes(b"Some Board 4\0")
    found = describe_board(tmp_path, tmp_path / "model")
    assert found["board"] == "Some Board 4"
    assert found["clocks"]["cpu0"]["scaling_governor"] == "ondemand"
    assert found["clocks"]["cpu0"]["scaling_max_freq"] is None
    assert found["versions"]["numpy"] == np.__version__


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--export", "x"], 2, "expected --export and --target together, found one of them"),
        (["--target", "cortex-a72"], 2, "expected --export and --target together"),
        (["--export", "x", "--target", "cortex-a7x"], 2, "did you mean 'cortex-a7"),
        (["--export", "x", "--target", "cortex-a72", "--tables", "typicl"], 2, "did you mean"),
        (["--export", "/proc/x", "--target", "cortex-a72"], 1, "cannot write /proc/x/bench.c"),
        (["--out", "/proc/x"], 1, "cannot write /proc/x/machine.json"),
    ],
)
def test_board_mistakes(
    options: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convopt_bench(["board", *options]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
