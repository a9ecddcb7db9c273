"""Bundles for machines with a GPU: cases, weights as numbers, files, errors."""

import ast
import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import numpy_helper

import convopt
from convopt.backends.targets import gpu_target
from convopt.backends.tvm.network import build_network
from convopt.backends.tvm.nvcc import find_nvcc
from convopt.benchmarks.command.main import run as bench
from convopt.benchmarks.gpu import on_device
from convopt.benchmarks.gpu.bundle import Request, write_bundle, write_folder
from convopt.benchmarks.gpu.cases import BenchmarkCase, read_cases
from convopt.benchmarks.gpu.chain import Chain, Stage
from convopt.benchmarks.gpu.compiled_case import Wanted, compile_case
from convopt.benchmarks.gpu.numbered import number_weights, weight_map
from convopt.benchmarks.gpu.on_device.bundle import Bundle, BundleError, pack_map, unpack_map
from convopt.benchmarks.gpu.planning import plan_variants
from convopt.benchmarks.layer import Layer
from convopt.errors import ConvoptError, UsageError

TARGET = "h200"


def layer(kind, channels, size, outputs, kernel=1):
    pad = kernel // 2
    return Layer(
        *("made_up", kind, channels, size, size, outputs),
        *(kernel, kernel, 1, 1),
        *(pad,) * 4,
        dilation=1,
        groups=channels if kind == "dw" else 1,
        count=1,
    )


def small_pair(batch=1):
    stages = (Stage(layer("dw", 6, 9, 6, 3), "gelu"), Stage(layer("pw", 6, 9, 10), "relu6"))
    return BenchmarkCase("small", "pair", "made_up", batch, 1, Chain(stages))


@pytest.fixture(scope="module")
def compiled():
    pytest.importorskip("tvm", reason="kernels are made by TVM")
    return compile_case(small_pair(batch=2), TARGET, Wanted(4))


def no_progress(items, count, title):
    return items


def test_all_pairs_of_the_table_and_of_two_transformers_are_cases():
    cases = read_cases("pairs", [1, 8])
    groups = [case.group for case in cases if case.batch == 8]
    assert len(cases) == 2 * (99 + 12)
    assert groups.count("ceit_s") == 2
    assert groups.count("cmt_s") == 8
    assert len({(case.name, case.group, case.batch) for case in cases}) == len(cases)
    for case in cases[-12:]:
        before, after = (stage.layer for stage in case.chain.stages)
        assert before.output_shape == after.input_shape


def test_patterns_choose_cases_by_name_and_network():
    assert {case.group for case in read_cases("layers", [1], ["xception"])} == {"xception"}
    assert read_cases("pairs", [1], ["dw3 32->32*"])
    assert read_cases("pairs", [1], ["nothing"]) == []


@pytest.mark.parametrize("name", ["mobilenet_v1", "mobilenet_v2"])
def test_networks_are_padded_alike_on_all_sides(name):
    onnxruntime = pytest.importorskip("onnxruntime", reason="runs the network")
    (case,) = read_cases("networks", [2], [name])
    model = case.model()
    pads = {tuple(a.ints) for n in model.graph.node for a in n.attribute if a.name == "pads"}
    assert pads == {(0, 0, 0, 0), (1, 1, 1, 1)}
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (result,) = session.run(None, {"image": np.zeros((2, 3, 224, 224), np.float32)})
    assert result.shape == (2, 1000)


@given(st.lists(st.integers(0, 1 << 30), max_size=50))
def test_weight_maps_survive_compression(values):
    indices = np.array(values, np.int32)
    assert np.array_equal(unpack_map(pack_map(indices), len(indices)), indices)


def test_a_weight_map_of_another_length_is_refused():
    with pytest.raises(BundleError, match="expected a map of 3 elements, found 2"):
        unpack_map(pack_map(np.array([1, 2], np.int32)), 3)


def test_numbers_in_place_of_weights_say_how_weights_are_packed():
    pytest.importorskip("tvm", reason="kernels are made by TVM")
    target, case = gpu_target(TARGET), small_pair()

    def networks(model):
        module = convopt.load(model).module
        for variant in plan_variants(module, target, TARGET, case.kind, 2):
            yield build_network(variant.module, target, "case")

    real, numbered = case.model(), case.model()
    count = number_weights(numbered)
    arrays = [numpy_helper.to_array(each) for each in real.graph.initializer]
    row = np.concatenate([[np.float32(0)], *(a.reshape(-1) for a in arrays if a.size > 1)])
    assert len(row) == count + 1
    for one, other in zip(networks(real), networks(numbered), strict=True):
        expected = np.frombuffer(one.weights, np.float32)
        assert np.array_equal(row[weight_map(other.weights, count)], expected)


def test_weights_that_were_computed_with_are_noticed():
    numbers = np.array([1, 2, 3], np.uint32)
    assert weight_map(numbers.tobytes(), 3).tolist() == [1, 2, 3]
    doubled = (2 * numbers.view(np.float32)).tobytes()
    with pytest.raises(ConvoptError, match="unchanged, found number 6 of 3"):
        weight_map(doubled, 3)
    with pytest.raises(ConvoptError, match="all 4 packed, found 3"):
        weight_map(numbers.tobytes(), 4)


def test_a_pair_has_its_variants_with_different_schedules(compiled):
    variants = {each["name"]: each for each in compiled.record["variants"]}
    samples = [name for name in variants if name.startswith("sample")]
    assert "planned" in variants
    assert len(samples) == 4
    assert {"apart", "fused"} & set(variants)
    assert len({tuple(variants[name]["plan"]) for name in samples}) == 4
    for each in variants.values():
        assert each["predicted_us"] > 0
        for launch in each["launches"]:
            assert launch["bytes"] > launch["once_bytes"] / 2 > 0
            assert 0 < launch["written_bytes"] < launch["once_bytes"]
        assert each["launches"][-1]["written_bytes"] == 4 * 2 * 10 * 9 * 9
        assert {launch["kernel"] for launch in each["launches"]} <= set(compiled.kernels)


def test_what_is_written_is_read_again(compiled, tmp_path):
    target = gpu_target(TARGET)
    write_folder(tmp_path / "b", target, [compiled], lambda texts: [t.encode() for t in texts])
    bundle = Bundle.read(tmp_path / "b")
    assert bundle.compute_capability == "9.0"
    (case,) = bundle.cases
    assert case.graph["inputs"] == {"x": [2, 6, 9, 9]}
    assert case.graph["output_shape"] == [2, 10, 9, 9]
    assert [step["kind"] for step in case.graph["steps"]] == ["Conv", "Gelu", "Conv", "Clip"]
    for variant, content in zip(case.variants, compiled.maps, strict=True):
        indices = bundle.weight_map(variant)
        assert pack_map(indices) == content
        for launch in variant.launches:
            kernel = bundle.kernels[launch.kernel]
            assert f"{kernel.name}(" in bundle.code(kernel.file).decode()


def test_the_folder_runs_alone(compiled, tmp_path):
    target = gpu_target(TARGET)
    write_folder(tmp_path / "b", target, [compiled], lambda texts: [t.encode() for t in texts])
    script = "import sys; sys.modules['torch'] = None; import runpy; sys.argv = ['run.py', 'list']"
    script += "; runpy.run_path('run.py', run_name='__main__')"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path / "b", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "made_up: small x2" in done.stdout


def test_what_runs_there_needs_torch_and_numpy_alone():
    allowed = {*sys.stdlib_module_names, "torch", "numpy"}
    for path in Path(on_device.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
            for name in names:
                own = name == on_device.__name__ or name.startswith(f"{on_device.__name__}.")
                assert own or name.partition(".")[0] in allowed, f"{path.name} imports {name}"


def test_other_folders_are_refused(tmp_path):
    with pytest.raises(BundleError, match="expected a folder that `convopt-bench gpu-bundle`"):
        Bundle.read(tmp_path)
    (tmp_path / "bundle.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(BundleError, match="expected format 2, found 99"):
        Bundle.read(tmp_path)


def test_a_bundle_needs_nvcc_a_gpu_and_an_empty_folder(tmp_path, monkeypatch):
    request = Request(TARGET, [small_pair()], 0, 1, 1)
    monkeypatch.setattr("convopt.benchmarks.gpu.bundle.find_nvcc", lambda: None)
    with pytest.raises(ConvoptError, match="expected nvcc"):
        write_bundle(tmp_path, request, no_progress)
    monkeypatch.setattr("convopt.benchmarks.gpu.bundle.find_nvcc", lambda: "nvcc")
    (tmp_path / "something").touch()
    with pytest.raises(ConvoptError, match="expected a new or an empty folder"):
        write_bundle(tmp_path, request, no_progress)
    with pytest.raises(ConvoptError, match="GPU"):
        write_bundle(tmp_path, Request("x86-64-v3", [], 0, 1, 1), no_progress)


@pytest.mark.parametrize("word", ["pears=1", "pairs=", "pairs=0", "pairs=1+x"])
def test_other_batches_are_refused(word, tmp_path):
    with pytest.raises(UsageError, match="expected such as pairs=1"):
        bench(["gpu-bundle", "--out", str(tmp_path / "b"), "--batches", word])


def test_patterns_that_nothing_matches_are_refused(tmp_path):
    with pytest.raises(UsageError, match="expected patterns that a case matches, found no such"):
        bench(["gpu-bundle", "--out", str(tmp_path / "b"), "--only", "no such"])


@pytest.mark.skipif(find_nvcc() is None, reason="needs nvcc")
def test_a_bundle_holds_machine_code(tmp_path):
    pytest.importorskip("tvm", reason="kernels are made by TVM")
    size = write_bundle(tmp_path / "b", Request(TARGET, [small_pair()], 1, 1, 1), no_progress)
    bundle = Bundle.read(tmp_path / "b")
    (case,) = bundle.cases
    found = [(each.name, each.precision) for each in case.variants]
    assert ("sample 00", "f32") in found
    assert found[-3:] == [("planned", "tf32"), ("planned", "f16"), ("tvm-dlight", "f32")]
    assert size > sum(path.stat().st_size for path in tmp_path.rglob("*.cubin")) > 0
    for name, kernel in bundle.kernels.items():
        code = bundle.code(kernel.file)
        assert code.startswith(b"\x7fELF")
        assert name.encode() in code
        text = gzip.decompress((tmp_path / "b" / kernel.file).with_suffix(".cu.gz").read_bytes())
        assert f" {name}(".encode() in text
