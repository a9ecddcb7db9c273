"""`convopt`: reading, pipelines, listings, emission."""

from pathlib import Path

import pytest

from convopt.backends import targets
from convopt.passes.pipelines import PIPELINES
from convopt.passes.registry import PASSES

KINDS = ("llvm", "assembly", "header")


def test_reads_a_file_and_prints_it(convopt, source):
    found = convopt(source)
    assert (found.code, found.err) == (0, "")
    assert "conv.conv2d %x, %w {padding = [1, 1, 1, 1], groups = 4}" in found.out


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_reads_standard_input(convopt, source, arguments):
    assert convopt(*arguments, stdin=source.read_bytes()).out == convopt(source).out


@pytest.mark.parametrize(
    "pipeline",
    [
        "conv-specialize,cse",
        "builtin.module(conv-specialize,cse)",
        " builtin.module( cse,conv-specialize )",
    ],
)
@pytest.mark.parametrize("option", ["-p", "--passes", "--pass-pipeline"])
def test_both_spellings_of_a_pipeline(convopt, source, option, pipeline):
    found = convopt(source, option, pipeline)
    assert found.code == 0, found.err
    assert "conv.depthwise" in found.out


def test_pass_options_in_both_spellings(convopt, source):
    inner = "conv-specialize,conv-assign-layouts{target=x86-64-v3}"
    plain, anchored = (
        convopt(source, "-p", inner),
        convopt(source, "-p", f"builtin.module({inner})"),
    )
    assert "#conv.layout<nchwc, 8>" in plain.out
    assert anchored.out == plain.out


def test_target_reaches_the_passes_that_do_not_name_one(convopt, source):
    pipeline = "conv-specialize,conv-assign-layouts"
    assert "#conv.layout<nchwc, 8>" in convopt(source, "-p", pipeline, "--target=x86-64-v3").out
    assert "#conv.layout<nchwc, 4>" in convopt(source, "-p", pipeline, "--target=cortex-a76").out


def test_target_from_a_file(convopt, source, tmp_path):
    shipped = Path(targets.__file__).parent / "cortex-a72.toml"
    own = tmp_path / "board.toml"
    own.write_text(shipped.read_text().replace("lanes = 4", "lanes = 8"))
    found = convopt(source, "-p", "conv-specialize,conv-assign-layouts", f"--target={own}")
    assert "#conv.layout<nchwc, 8>" in found.out, found.err


def test_the_pipeline_prints_back(convopt, source):
    text = 'builtin.module(conv-assign-layouts{target="cortex-a76"},cse)'
    found = convopt(source, "-p", text, "--dump-pass-pipeline")
    assert found.err == f"Pass pipeline: {text}\n"


@pytest.mark.parametrize("name", PIPELINES)
def test_named_pipelines_are_the_listed_passes(convopt, source, name):
    listed = dict(line.split() for line in convopt("--list-pipelines").out.splitlines())
    assert listed[name] == ",".join(PIPELINES[name])


def test_a_named_pipeline_runs(convopt, source):
    found = convopt(source, "--pipeline=simplify")
    assert found.code == 0, found.err
    assert "conv.depthwise" in found.out


def test_every_pass_is_listed_with_its_first_sentence(convopt):
    lines = convopt("--list-passes").out.splitlines()
    assert [line.split()[0] for line in lines] == list(PASSES)
    assert all(len(line.split()) > 3 for line in lines)


@pytest.mark.parametrize("name", PASSES)
def test_help_of_a_pass_is_its_docstring(convopt, name):
    found = convopt("--help-pass", name)
    assert found.code == 0
    assert found.out.startswith(f"{name}\n\n{PASSES[name]().__doc__.splitlines()[0]}")


def test_help_of_a_pass_names_its_options(convopt):
    assert "target: str = host" in convopt("--help-pass", "conv-assign-layouts").out


def test_targets_are_listed(convopt):
    names = [line.split()[0] for line in convopt("--list-targets").out.splitlines()]
    assert {"host", "cortex-a76", "x86-64-v4", "neoverse-n1"} <= set(names)


def test_generic_form_and_locations(convopt, source):
    assert '"conv.conv2d"(%x, %w)' in convopt(source, "--print-op-generic").out
    assert f'loc("{source}":3:3)' in convopt(source, "--print-debuginfo").out


def test_weights_are_elided_only_on_request(convopt, tmp_path):
    values = ", ".join(f"{number}.0" for number in range(20))
    source = tmp_path / "constants.mlir"
    source.write_text(f"%0 = arith.constant dense<[{values}]> : tensor<20xf32>\n")
    assert "dense_resource" not in convopt(source).out
    assert "dense_resource<__elided__>" in convopt(source, "--elide-elementsattrs-if-larger=19").out
    assert convopt(source, "--elide-elementsattrs-if-larger=20").out == convopt(source).out


def test_large_constants_survive_bit_by_bit(convopt, tmp_path):
    # 200 elements are printed as one string of digits; -0.0 and NaN must not be lost.
    bits = "".join("00000080" if number % 2 else "0000C07F" for number in range(200))
    source = tmp_path / "constants.mlir"
    source.write_text(f'%0 = arith.constant dense<"0x{bits}"> : tensor<200xf32>\n')
    assert bits in convopt("-", stdin=convopt(source).out.encode()).out


def test_split_input_parts_at_exact_lines_only(convopt, tmp_path):
    source = tmp_path / "many.mlir"
    source.write_text(
        "// -----\n"
        "%0 = arith.constant 1 : i32\n"
        "// ----- not a separator\n"
        "// -----\n\n"
        "%0 = arith.constant 2 : i32\n"
    )
    found = convopt(source, "--split-input-file")
    assert found.code == 0, found.err
    assert found.out.split("// -----\n")[0].count("arith.constant") == 1
    assert found.out.count("// -----\n") == 1
    assert "constant 2" in found.out


def test_split_input_keeps_line_numbers(convopt, tmp_path):
    source = tmp_path / "many.mlir"
    source.write_text("%0 = arith.constant 1 : i32\n// -----\n\n%0 = arith.konstant 2 : i32\n")
    found = convopt(source, "--split-input-file")
    assert found.code == 1
    assert found.err.startswith(f"{source}:4:1: error: unknown operation 'arith.konstant'")


@pytest.mark.parametrize("kind", KINDS)
def test_emits_text(convopt, source, kind):
    found = convopt(source, f"--emit={kind}", "--target=cortex-a76", "--symbol=net")
    assert found.code == 0, found.err
    assert "net_run" in found.out


def test_object_header_and_weights_are_written_together(convopt, source, tmp_path):
    output = tmp_path / "net.o"
    found = convopt(source, "--emit=object", "--target=cortex-a76", "-o", output)
    assert found.code == 0, found.err
    assert output.read_bytes()[:4] == b"\x7fELF"
    assert "layer_run" in (tmp_path / "net.h").read_text()
    assert len((tmp_path / "net.weights").read_bytes()) > 0
    paths = [str(tmp_path / f"net{suffix}") for suffix in (".o", ".h", ".weights")]
    assert found.err == f"convopt: wrote {', '.join(paths)}\n"
    assert sorted(path.suffix for path in tmp_path.glob("net*")) == [".h", ".o", ".weights"]


def test_weights_alone_are_the_same_as_beside_the_object(convopt, source, tmp_path):
    convopt(source, "--emit=object", "--target=cortex-a76", "-o", tmp_path / "net.o")
    convopt(source, "--emit=weights", "--target=cortex-a76", "-o", tmp_path / "alone")
    assert (tmp_path / "alone").read_bytes() == (tmp_path / "net.weights").read_bytes()


def test_nothing_is_written_when_a_pass_fails(convopt, tmp_path):
    source = tmp_path / "two.mlir"
    source.write_text("func.func @a() { func.return }\nfunc.func @b() { func.return }\n")
    output = tmp_path / "net.o"
    output.write_text("before")
    assert convopt(source, "--emit=object", "-o", output).code == 1
    assert output.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.o", "two.mlir"]


def test_output_to_a_file(convopt, source, tmp_path):
    assert convopt(source, "-o", tmp_path / "out.mlir").out == ""
    assert (tmp_path / "out.mlir").read_text() == convopt(source, "-o", "-").out


def test_unregistered_dialects_on_request(convopt):
    text = b'"mine.op"() : () -> ()\n'
    assert convopt(stdin=text).code == 1
    assert '"mine.op"()' in convopt("--allow-unregistered-dialect", stdin=text).out


def test_an_empty_input_is_an_empty_module(convopt):
    assert convopt(stdin=b"// nothing\n").out == "builtin.module {\n}\n"
