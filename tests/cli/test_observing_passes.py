"""Dumps, timing, statistics, remarks, reproducers: all beside the result."""

import json
import re

import pytest

from convopt.passes.registry import PASSES

PIPELINE = "conv-specialize,cse"
HEADER = re.compile(r"^// -----// IR Dump (.*) //----- //$", re.MULTILINE)


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        (["--print-ir-before-all"], ["Before conv-specialize", "Before cse"]),
        (["--print-ir-after-all"], ["After conv-specialize", "After cse"]),
        (["--print-ir-after-change"], ["After conv-specialize"]),
        (["--print-ir-after=cse"], ["After cse"]),
        (["--print-ir-before=cse", "--print-ir-after=conv-specialize"],
         ["After conv-specialize", "Before cse"]),
    ],
)  # fmt: skip
def test_dumps_go_to_standard_error(convopt, source, options, headers):
    found = convopt(source, "-p", PIPELINE, *options)
    assert HEADER.findall(found.err) == headers
    assert found.out == convopt(source, "-p", PIPELINE).out


def test_dumps_leave_out_large_constants(convopt, tmp_path):
    source = tmp_path / "constant.mlir"
    values = ", ".join(f"{number}.5" for number in range(17))
    source.write_text(f"%0 = arith.constant dense<[{values}]> : tensor<17xf32>\n")
    dump = ("-p", "cse", "--print-ir-before-all")
    assert "dense_resource<__elided__> : tensor<17xf32>" in convopt(source, *dump).err
    assert "elided" not in convopt(source, *dump, "--elide-elementsattrs-if-larger=17").err


def test_dumps_to_a_folder(convopt, source, tmp_path):
    found = convopt(source, "-p", PIPELINE, "--print-ir-tree-dir", tmp_path / "dumps")
    assert found.err == ""
    names = sorted(path.name for path in (tmp_path / "dumps").iterdir())
    assert names == ["00_after_conv-specialize.mlir", "01_after_cse.mlir"]
    assert "conv.depthwise" in (tmp_path / "dumps" / names[0]).read_text()


def test_the_ir_after_a_failing_pass_is_dumped(convopt):
    text = b"func.func @f() { func.return }\n"
    pipeline = "conv-outline-kernels{target=cortex-a72}"
    found = convopt("-p", pipeline, "--print-ir-after-all", stdin=text)
    assert found.code == 1
    assert HEADER.findall(found.err) == ["After failed conv-outline-kernels"]


def test_timing_as_a_table(convopt, source):
    found = convopt(source, "-p", PIPELINE, "--timing")
    phases = [line.split()[-1] for line in found.err.splitlines()]
    assert phases == ["phase", "parse", "conv-specialize", "cse", "emit", "total"]
    assert "conv.depthwise" in found.out


def test_timing_as_json(convopt, source):
    found = json.loads(convopt(source, "-p", PIPELINE, "--timing=json").err)
    assert [phase["name"] for phase in found["phases"]] == [
        "parse",
        "conv-specialize",
        "cse",
        "emit",
    ]
    total = sum(phase["seconds"] for phase in found["phases"])
    assert found["total_seconds"] == pytest.approx(total)


def test_a_bare_option_does_not_swallow_the_file(convopt, source):
    assert convopt("--timing", source).code == 0
    assert convopt("--statistics", "--remarks", source).code == 0


def test_statistics(convopt, source):
    found = convopt(source, "-p", PIPELINE, "--statistics")
    assert "conv-specialize: conv.conv2d -1, conv.depthwise +1" in found.err
    (first, second) = json.loads(convopt(source, "-p", PIPELINE, "--statistics=json").err)["passes"]
    assert first["by"] == {"conv.conv2d": -1, "conv.depthwise": 1}
    assert second["operations_before"] == second["operations_after"]


def test_remarks_by_kind_and_pass(convopt, source):
    pipeline = "conv-specialize,conv-choose-tiles"
    everything = convopt(source, "-p", pipeline, "--remarks").err.splitlines()
    assert any(f"{source}:3:3: analysis: conv-choose-tiles:" in line for line in everything)
    assert any(": passed: conv-specialize:" in line for line in everything)
    passed = convopt(source, "-p", pipeline, "--remarks=passed").err.splitlines()
    assert passed == [line for line in everything if ": passed: " in line]
    filtered = convopt(source, "-p", pipeline, "--remarks", "--remarks-filter=tiles$").err
    assert filtered.splitlines() == [line for line in everything if "conv-choose-tiles" in line]


def test_remarks_as_json_in_a_file(convopt, source, tmp_path):
    file = tmp_path / "remarks.jsonl"
    found = convopt(
        source, "-p", "conv-choose-tiles,conv-specialize", "--remark-format=json",
        f"--remarks-output-file={file}",
    )  # fmt: skip
    assert found.err == ""
    remarks = [json.loads(line) for line in file.read_text().splitlines()]
    assert {remark["pass"] for remark in remarks} <= set(PASSES)
    assert all(set(remark) == {"kind", "pass", "location", "message"} for remark in remarks)


def test_a_reproducer_holds_the_ir_before_the_failing_pass_and_runs(convopt, tmp_path):
    file = tmp_path / "reproducer.mlir"
    text = b"func.func @f() { func.return }\n"
    pipeline = "cse,conv-outline-kernels{target=cortex-a72},canonicalize"
    failed = convopt("-p", pipeline, f"--crash-reproducer={file}", stdin=text)
    assert failed.code == 1
    assert f"convopt: wrote the reproducer {file}" in failed.err
    first, *rest = file.read_text().splitlines()
    assert first == (
        "// configuration: --pass-pipeline='builtin.module("
        'conv-outline-kernels{target="cortex-a72"},canonicalize)\''
    )
    assert "func.func @f()" in "\n".join(rest)
    again = convopt(file, "--run-reproducer")
    assert again.code == 1
    assert again.err.splitlines()[-1] == failed.err.splitlines()[-1]


def test_no_reproducer_without_a_failure(convopt, source, tmp_path):
    file = tmp_path / "reproducer.mlir"
    assert convopt(source, "-p", PIPELINE, f"--crash-reproducer={file}").code == 0
    assert not file.exists()
