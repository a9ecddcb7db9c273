"""What is imported when, and the commands as programs of their own."""

import os
import subprocess
import sys

import onnx
import pytest
from onnx import TensorProto, helper

HEAVY = ("xdsl", "onnx", "onnxruntime", "torch", "tvm", "cupy", "cuda", "llvmlite", "rich", "numpy")


def imported_by(code: str) -> set[str]:
    """The heavy packages that are loaded after running some code."""
    program = (
        f"import sys\n{code}\nprint(*(n for n in {HEAVY} if n in sys.modules), file=sys.stderr)"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return set(finished.stderr.split())


@pytest.mark.parametrize(
    "code",
    [
        "import convopt",
        "import convopt; convopt.ConvoptError; dir(convopt)",
        "from convopt.cli.start import convopt; convopt(['--help'])",
        "from convopt.cli.start import convopt; convopt(['--version'])",
        "from convopt.cli.start import convopt; convopt(['--emit=nothing'])",
        "from convopt.cli.start import convopt_run; convopt_run(['--help'])",
    ],
)
def test_nothing_heavy_is_imported(code):
    code = f"import contextlib, io\nwith contextlib.redirect_stderr(io.StringIO()):\n  {code}"
    assert imported_by(code) == set()


def test_running_passes_imports_no_onnx_and_no_llvm():
    code = """
import io
from convopt.cli.start import convopt
sys.stdin = io.TextIOWrapper(io.BytesIO(b"func.func @f() { func.return }"))
convopt(["-p", "conv-specialize,cse"])
"""
    assert not imported_by(code) & {"onnx", "onnxruntime", "torch", "tvm", "llvmlite", "rich"}


def test_compiling_imports_nothing_when_the_model_is_in_the_cache(tmp_path, monkeypatch, source):
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    code = f"import convopt; convopt.compile({str(source)!r})"
    assert "xdsl" in imported_by(code)
    assert imported_by(code) <= {"numpy", "llvmlite"}


def test_the_installed_programs(source):
    for program in ("convopt", "convopt-run"):
        found = subprocess.run(
            [sys.executable, "-c", f"from importlib.metadata import entry_points as e; import sys;"
             f"sys.argv = ['{program}', '--version'];"
             f"sys.exit(e(group='console_scripts')['{program}'].load()())"],
            capture_output=True, text=True,
        )  # fmt: skip
        assert found.returncode == 0, found.stderr
        assert found.stdout.startswith(f"{program} ")


def test_a_broken_pipe_is_silent(source):
    program = (
        f"from convopt.cli.start import convopt; import sys; sys.exit(convopt([{str(source)!r}]))"
    )
    reader, writer = os.pipe()
    os.close(reader)
    found = subprocess.run([sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (found.returncode, found.stderr) == (0, b"")


def test_an_object_in_the_cache_needs_neither_xdsl_nor_onnx(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("Relu", ["x"], ["y"])],
            "relu",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 4, 3, 3))],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 4, 3, 3))],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    file, output = tmp_path / "relu.onnx", tmp_path / "relu.o"
    onnx.save(model, file)
    arguments = [str(file), "--emit=object", "--target=cortex-a76", "-o", str(output)]
    code = f"""
import contextlib, io
from convopt.cli.start import convopt
with contextlib.redirect_stderr(io.StringIO()):
    assert convopt({arguments}) == 0
"""
    assert {"xdsl", "onnx"} <= imported_by(code)
    first = output.read_bytes()
    output.unlink()
    assert imported_by(code) == set()
    assert output.read_bytes() == first
