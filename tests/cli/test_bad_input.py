"""Every class of bad input: one clear line, the right exit code, no traceback."""

import os

import pytest
from xdsl.dialects.builtin import IntegerAttr

import convopt.cli.main
from convopt.cli import start
from convopt.passes.registry import PASSES


def one_line(found, code):
    assert found.code == code, found
    assert found.out == ""
    assert found.err.count("\n") == 1
    assert "Traceback" not in found.err
    return found.err.rstrip("\n")


def test_missing_file(convopt):
    for name in ("absent.mlir", "absent.onnx"):
        expected = f"convopt: error: cannot read {name}: No such file or directory"
        assert one_line(convopt(name), 1) == expected


def test_syntax_error(convopt, tmp_path):
    source = tmp_path / "bad.mlir"
    source.write_text("func.func @f() {\n  func.return )\n}\n")
    assert one_line(convopt(source), 1).startswith(f"{source}:2:15: error: ")


def test_unfinished_text(convopt):
    assert one_line(convopt(stdin=b"func.func @f() {\n"), 1).startswith("<stdin>:2:1: error: ")


def test_bytes_that_are_no_text(convopt, tmp_path):
    source = tmp_path / "bad.mlir"
    source.write_bytes(b"func\xff")
    assert "expected MLIR text in UTF-8, found byte 0xff at offset 4" in one_line(
        convopt(source), 1
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%0 = conv.konv2d", "unknown operation 'conv.konv2d'; did you mean 'conv.conv2d'?"),
        ("%0 = conw.pad", "unknown operation 'conw.pad': no dialect 'conw'; did you mean 'conv'?"),
        ("xyzzy", "unknown operation 'xyzzy': no dialect 'xyzzy'"),
    ],
)
def test_unknown_operation(convopt, text, message):
    assert one_line(convopt(stdin=text.encode()), 1) == f"<stdin>:1:1: error: {message}"


def test_verifier_error_names_place_and_values(convopt, source):
    text = source.read_text().replace("padding = [1,", "padding = [2,")
    line = one_line(convopt(stdin=text.encode()), 1)
    assert line.startswith("<stdin>:3:3: error: ")
    assert "expected shape 1x4x7x5, found 1x4x6x5" in line


def test_invalid_ir_after_a_pass_names_the_pass(convopt, source, monkeypatch):
    def spoil(self, context, module):
        for op in module.walk():
            if op.name == "conv.conv2d":
                op.properties["groups"] = IntegerAttr(3, 64)

    monkeypatch.setattr(PASSES["conv-specialize"](), "apply", spoil)
    line = one_line(convopt(source, "-p", "conv-specialize"), 1)
    assert line.startswith(f"{source}:3:3: error: ")
    assert line.endswith("(invalid IR after pass 'conv-specialize')")
    assert convopt(source, "-p", "conv-specialize", "--no-verify-each").code == 0


def test_a_pass_that_gives_up_is_named(convopt):
    text = b"func.func @f() { func.return }\n"
    line = one_line(convopt("-p", "conv-outline-kernels{target=cortex-a72}", stdin=text), 1)
    assert line.startswith("convopt: error: pass 'conv-outline-kernels': expected one function")


def test_a_pass_that_crashes_is_named(convopt, source, monkeypatch):
    def crash(self, context, module):
        raise ZeroDivisionError("of course")

    monkeypatch.setattr(PASSES["conv-specialize"](), "apply", crash)
    line = one_line(convopt(source, "-p", "conv-specialize"), 70)
    assert "pass 'conv-specialize' failed: ZeroDivisionError: of course" in line


def test_tracebacks_on_request(convopt, monkeypatch):
    monkeypatch.setenv("CONVOPT_DEBUG", "1")
    assert "Traceback" in convopt("absent.mlir").err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-p", "conv-specialise"],
         "unknown pass 'conv-specialise'; did you mean 'conv-specialize'?"),
        (["-p", "conv-specialize{x=1}"],
         "pass 'conv-specialize': unknown option 'x': it has no options"),
        (["-p", "conv-choose-tiles{taget=host}"],
         "pass 'conv-choose-tiles': unknown option 'taget': its options are target; "
         "did you mean 'target'?"),
        (["-p", "conv-choose-tiles{target=1}"],
         "pass 'conv-choose-tiles': option 'target': expected str, found 1"),
        (["-p", "conv-specialize,,cse"], "in pass pipeline 'conv-specialize,,cse': "),
        (["-p", "builtin.module(cse"], "expected 'builtin.module(pass,...)', found"),
        (["--help-pass", "csee"], "unknown pass 'csee'; did you mean 'cse'?"),
        (["--pipeline=simplfy"], "unknown pipeline 'simplfy': expected one of raise, simplify,"),
        (["--target=cortex-a77"], "unknown target 'cortex-a77': expected a .toml file or one of"),
        (["--emit=oject"], "expected one of mlir, llvm, assembly, object, header, tvmscript, "),
        (["--timig"], "unknown option '--timig'; did you mean '--timing'?"),
        (["--timing=xml"], "argument --timing: expected one of table, json; found 'xml'"),
        (["--shape=image"], "expected NAME=1x3x224x224 with sizes of at least 1; found 'image'"),
        (["--shape=image=1x0"], "expected NAME=1x3x224x224 with sizes of at least 1"),
        (["--remarks-filter=("], "--remarks-filter: '(' is no regular expression"),
        (["-p", "cse", "--pipeline=plan"], "expected one of -p and --pipeline, found both"),
        (["a.mlir", "b.mlir"], "unexpected argument 'b.mlir'"),
        (["--emit=object", "-o", "net.h"], "expected an object file such as model.o, found net.h"),
    ],
)  # fmt: skip
def test_mistakes_on_the_command_line(convopt, arguments, message):
    line = one_line(convopt(*arguments), 2)
    assert line.startswith("convopt: error: ")
    assert message in line


def test_a_bad_target_file(convopt, tmp_path):
    file = tmp_path / "board.toml"
    file.write_text("kind = 'cpu'\n")
    assert f"{file}: expected the keys" in one_line(convopt(f"--target={file}"), 1)
    line = one_line(convopt("--target=/no/such.toml"), 1)
    assert line.endswith("found /no/such.toml: No such file or directory")


def test_a_gpu_target_has_no_objects(convopt, source):
    line = one_line(convopt(source, "--emit=llvm", "--target=h200"), 1)
    assert line == (
        "convopt: error: expected a CPU target for llvm, found the GPU h200, for which there is "
        "tvmscript, cuda, ptx, launches, bundle"
    )
    line = one_line(convopt(source, "--plan", "--target=h200"), 1)
    assert line == "convopt: error: expected a CPU target, found the GPU h200"


def test_a_symbol_that_is_no_identifier(convopt, source):
    line = one_line(convopt(source, "--emit=header", "--target=cortex-a72", "--symbol=1x"), 1)
    assert line == "convopt: error: expected a C identifier as symbol, found '1x'"


@pytest.mark.parametrize("option", ["-o", "--crash-reproducer", "--remarks-output-file"])
def test_unwritable_outputs_are_seen_before_the_work(convopt, tmp_path, option):
    line = one_line(convopt("absent.mlir", option, tmp_path / "none" / "out"), 1)
    expected = f"cannot write {tmp_path}/none/out: there is no directory {tmp_path}/none"
    assert line == f"convopt: error: {expected}"
    line = one_line(convopt("absent.mlir", option, tmp_path), 1)
    assert line == f"convopt: error: cannot write {tmp_path}: it is a directory"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk(convopt, source):
    line = one_line(convopt(source, "-o", "/dev/full"), 1)
    assert line == "convopt: error: cannot write /dev/full: No space left on device"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(convopt, source, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    line = one_line(convopt(source, "-o", folder / "out"), 1)
    assert line == f"convopt: error: cannot write {folder}/out: no permission"


def test_ctrl_c(monkeypatch, source):
    def interrupt(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(convopt.cli.main, "run", interrupt)
    assert start.convopt([str(source)]) == 130
