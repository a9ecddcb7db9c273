"""GPU targets through `convopt.compile`, `emit`, `optimize` and the command lines.

The generator is made up: whatever the model, it makes the network of conftest.
"""

import io
import json
import sys

import numpy as np
import pytest

import convopt
import convopt.gpu
from convopt.backends.tvm.program import DeviceProgram
from convopt.cli import start
from convopt.gpu.bundle import Bundle
from convopt.gpu.model import GpuModel

SOURCE = """\
func.func @main(%x: tensor<2x3x5x8xf32> {conv.name = "x"}) -> (tensor<2x3x5x8xf32> {conv.name = "y"}) {
  %w = arith.constant dense<0.5> : tensor<3x1x3x3xf32>
  %y = conv.conv2d %x, %w {padding = [1, 1, 1, 1], groups = 3} : tensor<2x3x5x8xf32>, tensor<3x1x3x3xf32> -> tensor<2x3x5x8xf32>
  func.return %y : tensor<2x3x5x8xf32>
}
"""  # noqa: E501


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "layer.mlir"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def command(capsys, monkeypatch):
    """Runs `convopt` in this process: exit code, output, errors."""

    def run(*arguments, program=start.convopt):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code = program([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def onnx_source(tmp_path):
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper
    tensors = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, (2, 3, 40)) for n in "xzy"]
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "z"], ["y"])], "net", tensors[:2], tensors[2:]
    )
    opsets = [helper.make_opsetid("", 17)]
    path = tmp_path / "net.onnx"
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def test_compile_for_the_gpu_of_this_machine(
    source, toy, generator, host_device, machine, h200, no_nvcc
):
    machine(h200)
    model = convopt.compile(source, target="cuda")
    assert isinstance(model, GpuModel)
    ((module, target, symbol),) = generator
    assert (target, symbol) == ("cuda", "layer")
    assert "conv.depthwise" in convopt.emit(source, "cuda", "mlir")
    assert any(op.name == "conv.depthwise" for op in module.walk())
    np.testing.assert_allclose(model(toy.x, toy.z), toy.expected, rtol=1e-6)


def test_compile_for_a_kind_of_gpu_that_this_one_is(source, generator, host_device, no_nvcc):
    assert convopt.compile(source, target="h200").target.name == "h200"


def test_compile_for_a_later_gpu_than_this_one(source, generator, host_device, no_nvcc):
    host_device.compute_capability = "8.6"
    message = (
        "expected a GPU of compute capability 9.0 or later to run code for h200, found the CPU"
    )
    with pytest.raises(convopt.ConvoptError, match=message):
        convopt.compile(source, target="h200")
    assert generator == []


def test_the_cache(source, generator, host_device, no_nvcc, monkeypatch):
    convopt.compile(source, target="h200")
    convopt.compile(source, target="h200")
    assert len(generator) == 1
    convopt.compile(source, target="rtx-a4000")
    convopt.compile(source, target="h200", cache=False)
    assert len(generator) == 3
    monkeypatch.setattr("convopt.gpu.compilers.nvrtc_version", lambda: "12.9")
    monkeypatch.setattr("convopt.gpu.compilers.compile_with_nvrtc", lambda *_: b"\x7fELF")
    convopt.compile(source, target="h200")
    assert len(generator) == 4


def test_emit(source, toy, generator):
    assert convopt.emit(source, "h200", "cuda") == toy.bundle.cuda
    assert convopt.emit(source, "h200", "weights") == toy.bundle.weights
    program = DeviceProgram.from_json(convopt.emit(source, "h200", "launches", symbol="eye"))
    assert (program.symbol, program.compute_capability) == ("eye", "9.0")
    scripts = convopt.emit(source, "h200", "tvmscript")
    assert scripts == "# scale_kernel\n@T.prim_func\ndef scale(): ...\n\n# add_kernel\n# add\n"


def test_emit_ptx(source, generator, monkeypatch):
    asked = []
    monkeypatch.setattr("convopt.backends.tvm.nvcc.assembled", lambda text, _: (text, b""))
    monkeypatch.setattr(
        "convopt.backends.tvm.nvcc.compile_ptx", lambda *a: asked.append(a) or "ptx"
    )
    assert convopt.emit(source, "jetson-orin", "ptx") == "ptx"
    assert asked[0][1] == "8.7"


def test_emit_ptx_without_nvcc(source, generator, no_nvcc):
    with pytest.raises(convopt.ConvoptError, match="expected nvcc"):
        convopt.emit(source, "h200", "ptx")


def test_optimize(source):
    plan = convopt.optimize(source, "h200")
    assert plan.target.name == "h200"
    assert "conv.depthwise" in str(plan)
    with pytest.raises(convopt.ConvoptError, match="found one for the GPU h200"):
        plan.report("plan.html")


def test_without_tvm(onnx_source, monkeypatch):
    monkeypatch.setitem(sys.modules, "tvm", None)
    with pytest.raises(convopt.ConvoptError, match=r"pip install 'convopt\[cuda\]'$"):
        convopt.emit(onnx_source, "h200", "cuda")


@pytest.mark.parametrize(
    ("kind", "target", "message"),
    [
        ("object", "h200", "expected a CPU target for object, found the GPU h200, for which there "
                           "is tvmscript, cuda, ptx, launches, bundle"),
        ("cuda", "host", "expected a GPU target such as h200 for cuda, found the CPU host, for "
                         "which there is llvm, assembly, object, header"),
        ("ptx", "cortex-a72", "expected a GPU target such as h200 for ptx, found the CPU cortex"),
        ("cudo", "h200", "found 'cudo'; did you mean 'cuda'"),
    ],
)  # fmt: skip
def test_kinds_that_a_target_does_not_have(source, kind, target, message):
    with pytest.raises(convopt.ConvoptError, match=message):
        convopt.emit(source, target, kind)


def test_a_model_that_has_a_part_for_onnxruntime(generator, host_device):
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper
    x, y = (helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, (1, 4, 8, 8)) for n in "xy")
    graph = helper.make_graph([helper.make_node("Sin", ["x"], ["y"], name="e")], "net", [x], [y])
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    with pytest.raises(convopt.ConvoptError, match="found 1 unsupported node in 'net':\n  Sin"):
        convopt.compile(model, target="h200")


@pytest.mark.parametrize("which", ["source", "onnx_source"])
def test_a_bundle_on_the_command_line(
    command, which, request, toy, generator, host_device, machine, h200, no_nvcc, tmp_path
):
    file = request.getfixturevalue(which)
    output = tmp_path / "out.json"
    code, out, err = command(file, "--target=h200", "--emit=bundle", "-o", output)
    assert (code, out) == (0, "")
    names = ("out.json", "out.cu", "out.weights")
    assert err == f"convopt: wrote {', '.join(str(tmp_path / name) for name in names)}\n"
    assert Bundle.read(output).name == file.stem
    machine(h200)
    model = convopt.gpu.load(output)
    assert (model.name, model.target.name) == (file.stem, "cuda:0")
    np.testing.assert_allclose(model(toy.x, toy.z), toy.expected, rtol=1e-6)


def test_a_bundle_from_the_cache(command, onnx_source, generator, no_nvcc, tmp_path):
    for name in ("a.json", "b.json"):
        assert command(onnx_source, "--target=h200", "--emit=bundle", "-o", tmp_path / name)[0] == 0
    assert len(generator) == 1


def test_a_bundle_with_ptx_and_machine_code(command, source, generator, monkeypatch, tmp_path):
    monkeypatch.setattr("convopt.backends.tvm.nvcc.find_nvcc", lambda: sys.executable)
    monkeypatch.setattr("convopt.backends.tvm.nvcc.compile_ptx", lambda *_: "// ptx")
    monkeypatch.setattr(
        "convopt.backends.tvm.nvcc.assembled", lambda *_: ("// changed", b"\x7fELF")
    )
    output = tmp_path / "out.json"
    assert command(source, "--target=h200", "--emit=bundle", "-o", output)[0] == 0
    found = Bundle.read(output)
    assert (found.cuda, found.ptx, found.cubin) == ("// changed", "// ptx", b"\x7fELF")


def test_ptx_without_nvcc_on_the_command_line(command, source, generator, no_nvcc, tmp_path):
    output = tmp_path / "out.ptx"
    code, out, err = command(source, "--target=h200", "--emit=ptx", "-o", output)
    assert (code, out, output.exists()) == (1, "", False)
    assert err.startswith("convopt: error: expected nvcc of NVIDIA's CUDA toolkit on the PATH")
    assert err.count("\n") == 1


@pytest.mark.parametrize("emit", ["cuda", "bundle"])
def test_the_command_line_without_tvm(command, onnx_source, monkeypatch, emit, tmp_path):
    monkeypatch.setitem(sys.modules, "tvm", None)
    output = tmp_path / "out.json"
    code, out, err = command(onnx_source, "--target=h200", f"--emit={emit}", "-o", output)
    assert (code, out, output.exists()) == (1, "", False)
    assert err.startswith("convopt: error: expected Apache TVM to write CUDA, found none")
    assert err.count("\n") == 1


def test_no_gpu_to_run_on(command, source, generator, no_nvcc, machine):
    machine()
    for target in ("cuda", "h200"):
        code, out, err = command(source, f"--target={target}", program=start.convopt_run)
        assert (code, out) == (1, "")
        expected = "expected a machine with an NVIDIA GPU, found a CUDA driver alone"
        assert err == f"convopt-run: error: {expected}\n"
        with pytest.raises(convopt.ConvoptError, match=expected):
            convopt.compile(source, target=target)


def test_text_on_the_command_line(command, source, toy, onnx_source, generator):
    for file in (source, onnx_source):
        code, out, err = command(file, "--target=h200", "--emit=cuda")
        assert (code, out, err) == (0, toy.bundle.cuda, "")
        code, out, _ = command(file, "--target=h200", "--emit=launches", "--timing=json")
        assert json.loads(out)["target"] == "h200"


def test_weights_on_the_command_line(command, onnx_source, toy, generator, tmp_path):
    output = tmp_path / "net.weights"
    code, *_ = command(onnx_source, "--target=h200", "--emit=weights", "-o", output)
    assert (code, output.read_bytes()) == (0, toy.bundle.weights)


def test_convopt_run(command, onnx_source, generator, host_device, no_nvcc):
    code, out, _ = command(
        onnx_source, "--target=h200", "--repeat=2", "--json", program=start.convopt_run
    )
    found = json.loads(out)
    assert code == 1  # the toy network does not compute what the model says
    assert (found["target"], found["threads"]) == ("h200", None)
    assert [row["name"] for row in found["kernels"]] == ["scale_kernel", "add_kernel"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--target=h200", "--emit=bundle"], 2, "--emit=bundle: expected -o NAME.json, found -o -"),
        (["--target=h200", "--emit=bundle", "-o", "a.o"], 2, "expected -o NAME.json, found -o a.o"),
        (["--emit=bundle", "-o", "a.json"], 1, "expected a GPU target such as h200 for bundle, "
                                               "found the CPU host"),
        (["--target=h200", "--emit=object"], 1, "expected a CPU target for object, found the GPU"),
        (["--emit=cuda"], 1, "expected a GPU target such as h200 for cuda, found the CPU host"),
        (["--target=cuda", "--emit=cuda"], 1, "expected a machine with an NVIDIA GPU, found a"),
        (["--target=cuda:1", "--emit=cuda"], 1, "expected a machine with an NVIDIA GPU"),
        (["--target=cud"], 2, "unknown target 'cud'"),
        (["--target=h200", "--plan"], 1, "expected a CPU target, found the GPU h200"),
    ],
)  # fmt: skip
def test_mistakes_on_the_command_line(command, source, machine, arguments, code, message):
    machine()
    found, out, err = command(source, *arguments)
    assert (found, out) == (code, "")
    assert err.startswith("convopt: error: ")
    assert message in err
    assert err.count("\n") == 1


def test_the_list_of_targets(command, machine, h200):
    machine(h200)
    assert "cuda            GPU, 132 multiprocessors" in command("--list-targets")[1]
    machine()
    assert "cuda            expected a machine with an NVIDIA GPU" in command("--list-targets")[1]
