"""`convopt-bench traffic`: what fusion saves as modelled, by hand and against published savings."""

import csv
from pathlib import Path

import pytest
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.targets import GpuTarget, load_target
from convopt.benchmarks.layers.pairs import Pair
from convopt.benchmarks.networks.catalogue import build
from convopt.benchmarks.prediction.modules import chain
from convopt.benchmarks.traffic import cpu_savings, gpu_savings
from convopt.benchmarks.traffic.cases import read_cases, shipped_targets
from convopt.benchmarks.traffic.cpu_savings import with_layouts
from convopt.benchmarks.traffic.gpu_savings import covered
from convopt.benchmarks.traffic.records import FIELDS, record
from convopt.benchmarks.traffic.saving import Saving, added
from convopt.benchmarks.traffic.tables import headline_line
from convopt.cli.start import convopt_bench
from convopt.compiler import load
from convopt.errors import UsageError
from convopt.passes.cost.memory_access.gpu_limits import GpuLimits
from convopt.passes.cost.memory_access.gpu_search import best_layer
from convopt.passes.cost.memory_access.traffic import Traffic
from convopt.passes.geometry.convolution import convolution_of
from convopt.passes.plan.chains import chains_of
from convopt.passes.rewriting import blocks_of

KIB = 1024
LIMITS = {
    "gtx1660": GpuLimits(22, 96 * KIB, 64 * KIB),
    "orin": GpuLimits(16, 192 * KIB, 164 * KIB),
    "a4000": GpuLimits(48, 128 * KIB, 100 * KIB),
    "h200": GpuLimits(132, 256 * KIB, 227 * KIB),
}
PERCENT = {
    "mobilenet_v2": {"gtx1660": 27, "a4000": 21, "orin": 32, "h200": 12},
    "proxyless_gprox3": {"gtx1660": 18, "a4000": 13, "orin": 22, "h200": 6},
}
"""Savings of pairs, of depthwise and pointwise layers alone, that another planner found."""
LARGE = Pair("mine", "pwdw", 16, 112, 112, 96, 96, 1, 1, 0, 3, 2, 1, 1, "direct")
LATE = Pair("mine", "pwpw", 64, 7, 7, 64, 64, 1, 1, 0, 1, 1, 0, 1, "direct")


def gpu(name: str) -> GpuTarget:
    target = load_target(name)
    assert isinstance(target, GpuTarget)
    return target


@pytest.mark.parametrize("name", PERCENT)
def test_pairs_save_what_another_planner_found(name: str) -> None:
    planned = with_layouts(load(build(name)).module, gpu_savings.LAYOUTS_OF)
    chains = [chain for block in blocks_of(planned) for chain in chains_of(block.ops)]
    for device, limits in LIMITS.items():
        before = after = 0
        for chain_ops in chains:
            convs = [convolution_of(op) for op in chain_ops]
            convs = [
                each
                for each in convs
                if each.rows.inputs > 1 and (each.is_depthwise or each.is_pointwise)
            ]
            planned_layers = [best_layer(each, limits) for each in convs]
            alone = [layer.traffic for layer in planned_layers if layer is not None]
            assert len(alone) == len(convs)
            before += added(alone).total
            after += added(covered(convs, alone, limits, most_stages=2).values()).total
        assert round(100 * (1 - after / before)) == PERCENT[name][device]


def test_a_cpu_keeps_a_large_intermediate_in_its_caches() -> None:
    """PW 16->96 @112, DW s2, 1 MiB of L2, where neither the input nor what lies between fits.

    Apart the input is read for each of eight blocks of three vectors of filters. Fused, four rows
    of the intermediate are touched for the first time. Biases count as input.
    """
    found = cpu_savings.pair_saving(LARGE, "cortex-a72")
    image, middle, out = 16 * 112 * 112, 96 * 112 * 112, 96 * 56 * 56
    weights = 16 * 96 + 96 * 9
    assert found.apart == Traffic(8 * image + 96, weights, 2 * middle + 96, out)
    assert found.fused == Traffic(image + 2 * 96, weights, 4 * 96 * 112, out)
    assert found.is_chosen
    assert found.share == pytest.approx(1 - found.fused_bytes / found.apart_bytes)


def test_a_cpu_leaves_what_lies_in_its_caches() -> None:
    found = cpu_savings.pair_saving(LATE, "cortex-a72")
    assert found.share == 0
    assert not found.is_chosen


def test_a_gpu_halves_what_moves_where_the_intermediate_is_large() -> None:
    found = gpu_savings.pair_saving(LARGE, gpu("gtx-1660"))
    assert found is not None
    assert (found.kind, found.is_chosen) == ("PWDW_R", True)
    assert found.apart.intermediate == 2 * 96 * 112 * 112
    assert found.fused.intermediate == 0
    assert found.share > 0.7
    late = gpu_savings.pair_saving(LATE, gpu("h200"))
    assert late is not None
    assert not late.is_chosen


def small_network() -> ModuleOp:
    return chain(LARGE.layers, 4)


def test_networks_are_planned_as_they_are_compiled() -> None:
    found = cpu_savings.network_saving("mine", small_network(), "cortex-a72")
    pair = cpu_savings.pair_saving(LARGE, "cortex-a72")
    assert found.modules == 1
    assert (found.apart.total, found.fused.total) == (pair.apart.total, pair.fused.total)
    assert found.is_network
    assert not pair.is_network


def test_the_cheapest_cover_of_a_gpu() -> None:
    found = gpu_savings.network_saving("mine", small_network(), gpu("gtx-1660"))
    pair = gpu_savings.pair_saving(LARGE, gpu("gtx-1660"))
    assert pair is not None
    assert found.modules == 1
    assert (found.apart.total, found.fused.total) == (pair.apart.total, pair.fused.total)


def test_records_and_the_headline() -> None:
    apart, fused = Traffic(1, 2, 10, 4), Traffic(1, 3, 0, 4)
    most = Saving("a + b", "net", "t", True, apart, fused, 1)
    left = Saving("c + d", "net", "t", True, fused, apart, 1, is_chosen=False)
    found = record(most)
    assert tuple(found) == FIELDS
    assert (found["apart_bytes"], found["fused_bytes"]) == (68, 32)
    assert found["fused_weights_bytes"] == 12
    assert found["saved"] == pytest.approx(9 / 17)
    line = headline_line([most, left], "GPUs")
    assert line.startswith("GPUs: of 2 pairs and targets the planner fuses 1, which saves 53 %")
    assert headline_line([left], "GPUs") == "GPUs: the planner fuses none of 1 pairs and targets"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "traffic.csv"
    targets = ["--target", "gtx-1660", "--target", "cortex-a72"]
    only = ["--only", "pw1 16->96 @112*", "--only", "mobilenet_v1"]
    command = ["traffic", "mobilenet_v1", "fused_pairs", *targets, *only, "--csv", str(path)]
    assert convopt_bench(command) == 0
    out = capsys.readouterr().out
    assert "published: up to 83 % of memory accesses on GPUs" in out
    assert "CPUs: traffic beyond L2 of networks" in out
    rows = {(row["name"], row["target"]): row for row in csv.DictReader(path.open())}
    row = rows["pw1 16->96 @112 s1 + dw3 96->96 @112 s2", "gtx-1660"]
    assert (row["kind"], row["fused_bytes"]) == ("PWDW_R", str(4 * 864224))
    assert int(rows["mobilenet_v1", "cortex-a72"]["modules"]) >= 2


def test_names_and_patterns() -> None:
    assert len(read_cases(["fused_pairs"])) == 99
    assert {case.network for case in read_cases(["fused_pairs"], ["xcep*"])} == {"xception"}
    with pytest.raises(UsageError, match="did you mean"):
        read_cases(["mobilenet_v3"])
    with pytest.raises(UsageError, match="found nothing for 'nothing'"):
        read_cases(["fused_pairs"], ["nothing"])
    assert "host" not in shipped_targets()
    assert {"gtx-1660", "cortex-a72"} <= set(shipped_targets())
