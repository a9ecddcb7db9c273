"""Counts of AArch64 kernels: totals, blocks, published data, the search, and the command."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convopt.backends.targets import cpu_target
from convopt.benchmarks.channel_blocks import logical, physical
from convopt.benchmarks.counts import static_cycles
from convopt.benchmarks.counts.listing import block_instructions, mnemonics
from convopt.benchmarks.counts.measurement import measure, measure_gradient
from convopt.benchmarks.counts.published import all_published, published_for
from convopt.benchmarks.counts.search import Search
from convopt.benchmarks.counts.static_cycles import Analyzer, analyzer_for
from convopt.benchmarks.gradient import Gradient, GradientData
from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.layer_code import layer_code
from convopt.benchmarks.layers.tables import read_table
from convopt.cli.start import convopt_bench
from convopt.errors import ConvoptError
from convopt.testing.code_blocks import CodeBlock
from convopt.testing.targets import pretended

NAME = "neoverse-n1"
TARGET = cpu_target(NAME)
DEPTHWISE = Layer("t", "dw", 8, 9, 7, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 8, 1)
GROUPED = Layer("t", "grp", 12, 6, 6, 12, 3, 3, 2, 2, 1, 1, 1, 1, 1, 2, 1)
TAIL = Layer("t", "pw", 10, 5, 5, 6, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1)
STEM = Layer("t", "dense", 3, 8, 8, 8, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1)
TABLE_HEADER = (
    "network,kind,cin,hin,win,cout,kh,kw,stride_h,stride_w,"
    "pad_top,pad_left,pad_bottom,pad_right,dilation,groups,count"
)


@pytest.fixture
def small_table(tmp_path: Path) -> Path:
    """Two small layers."""
    path = tmp_path / "small.csv"
    rows = ["t,dw,8,6,6,8,3,3,1,1,1,1,1,1,1,8,1", "t,pw,8,4,4,8,1,1,1,1,0,0,0,0,1,1,1"]
    path.write_text("\n".join([TABLE_HEADER, *rows]) + "\n")
    return path


@pytest.mark.parametrize("layer", [DEPTHWISE, GROUPED, TAIL, STEM], ids=lambda layer: layer.name)
def test_results_are_right_and_totals_plausible(layer: Layer) -> None:
    counts = measure(LayerData.random(layer), NAME)
    _, channels, rows, columns = layer.output_shape
    assert counts.error < 1e-6
    assert counts.total.fma_lanes >= valid_macs(layer)
    assert counts.total.store_bytes >= 4 * channels * rows * columns
    assert counts.total.load_bytes >= 4 * layer.cin * layer.hin * layer.win
    assert counts.instructions_per_mac * layer.macs == pytest.approx(counts.total.instructions)
    assert 0 < counts.hot_share <= 1


def valid_macs(layer: Layer) -> int:
    """Multiply-adds whose tap lies inside the image."""

    def taps(size: int, outputs: int, kernel: int, stride: int, before: int) -> int:
        return sum(
            0 <= o * stride + k - before < size for o in range(outputs) for k in range(kernel)
        )

    _, channels, rows, columns = layer.output_shape
    vertical = taps(layer.hin, rows, layer.kh, layer.stride_h, layer.pad_top)
    horizontal = taps(layer.win, columns, layer.kw, layer.stride_w, layer.pad_left)
    return vertical * horizontal * channels * (layer.cin // layer.groups)


def test_depthwise_executes_just_the_valid_taps_and_converts_nothing() -> None:
    counts = measure(LayerData.random(DEPTHWISE), NAME)
    assert counts.total.fma_lanes == valid_macs(DEPTHWISE)
    assert counts.hot.symbol.startswith("f32_dw3x3s1_8x9x7_nchw4c")


@pytest.mark.parametrize("gradient", Gradient)
def test_gradients_execute_the_valid_taps(gradient: Gradient) -> None:
    counts = measure_gradient(GradientData.random(DEPTHWISE, gradient), NAME)
    assert counts.error < 1e-6
    assert 0 < counts.total.fma_lanes <= valid_macs(DEPTHWISE)
    pixels = 4 * DEPTHWISE.cin * DEPTHWISE.hin * DEPTHWISE.win
    filters = 4 * 9 * DEPTHWISE.cin
    reads, writes = (pixels, pixels) if gradient is Gradient.DATA else (2 * pixels, filters)
    assert counts.total.load_bytes >= reads
    assert counts.total.store_bytes >= writes
    assert counts.compulsory_bytes == 2 * pixels + filters
    assert counts.name == f"dw3 8->8 @9x7 s1, gradient of {gradient}"


def test_published_counts_are_not_of_gradients() -> None:
    (layer, *_) = read_table("aarch64_counts")
    counts = measure(LayerData.random(DEPTHWISE), NAME)
    assert replace(counts, layer=layer).published
    assert not replace(counts, layer=layer, gradient=Gradient.DATA).published


def test_a_wrong_gradient_is_an_error() -> None:
    data = GradientData.random(DEPTHWISE, Gradient.DATA)
    data.__dict__["reference"] = data.reference + 1e-3
    message = r"dw3 .*, gradient of data, #conv.tile<.*>: expected a relative error of at most"
    with pytest.raises(ConvoptError, match=message):
        measure_gradient(data, NAME)


def test_a_wrong_result_is_an_error() -> None:
    data = LayerData.random(DEPTHWISE)
    wrong = LayerData(data.layer, data.x, data.weights, data.bias)
    wrong.__dict__["reference"] = data.reference + 1e-3
    message = r"dw3 .*, #conv.tile<.*>: expected a relative error of at most 1e-05, found"
    with pytest.raises(ConvoptError, match=message):
        measure(wrong, NAME)


def test_blocks_of_channels() -> None:
    x = np.arange(2 * 6 * 3 * 2, dtype=np.float32).reshape(2, 6, 3, 2)
    blocks = physical(x, (2, 2, 3, 2, 4))
    assert blocks.shape == (2, 2, 3, 2, 4)
    assert blocks[1, 1, 2, 0].tolist() == [x[1, 4, 2, 0], x[1, 5, 2, 0], 0, 0]
    np.testing.assert_array_equal(logical(blocks, x.shape), x)


def test_the_listing_of_the_hottest_block_is_its_code() -> None:
    counts = measure(LayerData.random(DEPTHWISE), NAME)
    found = mnemonics(counts.hot_instructions)
    assert found["fmla"] == counts.hot.effects.fmas > 0
    loads = sum(count for name, count in found.items() if name.startswith("ld"))
    assert loads == counts.hot.effects.loads


def test_a_listing_of_other_code_is_refused() -> None:
    code = layer_code(LayerData.random(DEPTHWISE), NAME)
    block = CodeBlock("layer_run", 0, (0,), 1)
    with pytest.raises(ValueError, match="function called layer_run in the assembly, found none"):
        block_instructions("", code.object_code, block)
    with pytest.raises(ValueError, match="instructions in layer_run, found 1"):
        block_instructions("layer_run:\n\tret\n.Lfunc_end0:\n", code.object_code, block)


def test_published_counts_belong_to_layers_of_the_default_table() -> None:
    layers = read_table("aarch64_counts")
    matched = [peer for layer in layers for peer in published_for(layer)]
    assert sorted(matched, key=str) == sorted(all_published(), key=str)
    best = published_for(layers[0])[0]
    assert (best.peer, round(best.instructions_per_mac, 3)) == ("ncnn", 0.412)
    assert round(best.bytes_per_mac, 2) == 2.71


def test_published_counts_are_not_taken_for_another_padding() -> None:
    layer = Layer("t", "dw", 96, 56, 56, 96, 3, 3, 1, 1, 0, 0, 0, 0, 1, 96, 1)
    assert layer.name == "dw3 96->96 @56 s1"
    assert published_for(layer) == []


def test_a_search_ranks_what_it_tried() -> None:
    search = Search.of(LayerData.random(DEPTHWISE), NAME)
    chosen = next(one for one in search.candidates if one.tile == search.chosen)
    assert len(search.candidates) == len({one.tile for one in search.candidates}) > 4
    for candidate in search.candidates[:3]:
        if candidate != chosen:
            search.attempt(candidate)
    assert search.distance is None
    search.attempt(chosen)
    totals = [one.counts.total.instructions for one in search.ranked]
    assert totals == sorted(totals)
    assert search.distance == search.tried[-1].counts.total.instructions / totals[0] - 1
    assert search.above_best(search.ranked[0]) == 0


def test_cycles_of_a_loop() -> None:
    analyzer, line = analyzer_for(TARGET)
    if analyzer is None:
        pytest.skip(line)
    code = [f"fmla v{i}.4s, v30.4s, v31.4s" for i in range(16)]
    assert analyzer.cycles_per_quad_fma(code, 64) == pytest.approx(0.5, rel=0.05)
    assert analyzer.cycles_per_quad_fma(["add x0, x0, #1"], 0) is None
    assert analyzer.cycles_per_quad_fma(["no such instruction"], 4) is None
    assert "model neoverse-n1; the FMA units allow 0.5" in line


def test_without_an_analyzer_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_cycles, "_program", lambda: None)
    assert analyzer_for(TARGET) == (None, static_cycles.INSTALL_HINT)


def test_models_that_cannot_be_trusted_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_cycles, "_program", lambda: "llvm-mca")
    monkeypatch.setattr(static_cycles, "_version", lambda program: "22.1.8")
    analyzer, line = analyzer_for(cpu_target("cortex-a55"))
    assert (analyzer, line) == (None, "LLVM has no model of cortex-a55 that can be trusted")
    analyzer, _ = analyzer_for(cpu_target("cortex-a76"))
    assert analyzer == Analyzer("llvm-mca", "neoverse-n1", "22.1.8")


def test_the_command(small_table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / "counts.json", tmp_path / "counts.csv"]
    options = ["--json", str(files[0]), "--csv", str(files[1]), "--hot"]
    assert convopt_bench(["counts", "--layers", str(small_table), *options]) == 0
    printed = capsys.readouterr().out
    for text in ("dw3 8->8 @6 s1", "columns=", "insn/MAC", "hottest block:", "fmla"):
        assert text in printed
    document = json.loads(files[0].read_text())
    assert document["machine"]["target"] == "neoverse-n1"
    with files[1].open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["layer"] for row in rows] == [row["layer"] for row in document["rows"]]
    first = document["rows"][0]
    assert first["instructions"] == int(rows[0]["instructions"])
    assert f"fmla {first['hot_fmas']}" in first["hot_mnemonics"]


def test_the_command_counts_gradients(
    small_table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "counts.csv"
    options = ["--gradients", "--only", "dw3", "--csv", str(file)]
    assert convopt_bench(["counts", "--layers", str(small_table), *options]) == 0
    assert "dw3 8->8 @6 s1, gradient of weights" in capsys.readouterr().out
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["layer"], row["gradient"]) for row in rows] == [
        ("dw3 8->8 @6 s1", "data"),
        ("dw3 8->8 @6 s1", "weights"),
    ]
    assert all(float(row["instructions_per_mac"]) > 0 for row in rows)


def test_a_target_file_of_ones_own(
    small_table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = pretended(tmp_path, NAME, vector_registers=16)
    options = ["--layers", str(small_table), "--target", target]
    assert convopt_bench(["counts", *options]) == 0
    assert convopt_bench(["counts", *options, "--search", "dw*"]) == 0
    assert "is chosen: " in capsys.readouterr().out


def test_the_command_searches(
    small_table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "search.json"
    options = ["--layers", str(small_table), "--search", "pw*", "--json", str(file)]
    assert convopt_bench(["counts", *options]) == 0
    assert "is chosen: " in capsys.readouterr().out
    tiles = json.loads(file.read_text())["rows"]
    assert [one["is_chosen"] for one in tiles].count(True) == 1
    assert tiles[0]["above_best"] == 0


def test_an_error_leaves_the_rows_that_there_are(
    small_table: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail_at_pointwise(data: LayerData, *arguments: object, **options: object) -> object:
        if data.layer.kind == "pw":
            raise ConvoptError("the second layer is wrong")
        return measure(data, NAME)

    monkeypatch.setattr("convopt.benchmarks.counts.measurement.measure", fail_at_pointwise)
    file = tmp_path / "counts.json"
    assert convopt_bench(["counts", "--layers", str(small_table), "--json", str(file)]) == 1
    captured = capsys.readouterr()
    assert "dw3 8->8 @6 s1" in captured.out
    assert captured.err == "convopt-bench: error: the second layer is wrong\n"
    assert len(json.loads(file.read_text())["rows"]) == 1


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--target", "x86-64-v3"], 2, "expected an AArch64 target, found x86-64-v3 (x86_64)"),
        (["--target", "neoverse-n2"], 1, "did you mean neoverse-n1?"),
        (["--layers", "aarch64_count"], 2, "did you mean 'aarch64_counts'?"),
        (["--gradients", "--search", "dw*"], 2, "not allowed with argument --gradients"),
        (["--only", "nothing"], 2, "found none for 'nothing'"),
        (
            ["--json", "/no/such/folder/a.json", "--only", "dw7"],
            1,
            "cannot write /no/such/folder/a.json",
        ),
    ],
)
def test_mistakes(
    options: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convopt_bench(["counts", *options]) == code
    assert message in capsys.readouterr().err
