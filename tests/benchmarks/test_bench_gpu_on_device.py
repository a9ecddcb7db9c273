"""What runs beside a GPU, with torch on the CPU and a driver that runs CUDA text there."""

from dataclasses import dataclass, replace

import pytest

pytest.importorskip("torch", reason="references and peers are torch's")
pytest.importorskip("tvm", reason="kernels are made by TVM")

import torch

from convopt.benchmarks.gpu.cases import BenchmarkCase
from convopt.benchmarks.gpu.chain import Chain, Stage
from convopt.benchmarks.gpu.compiled_case import Wanted
from convopt.benchmarks.gpu.on_device import measuring, timing
from convopt.benchmarks.gpu.on_device.bundle import STEP_KINDS, Bundle
from convopt.benchmarks.gpu.on_device.bundle import Kernel as DeviceKernel
from convopt.benchmarks.gpu.on_device.contenders import Workshop, relative_error
from convopt.benchmarks.gpu.on_device.driver import Driver, DriverError
from convopt.benchmarks.gpu.on_device.parts import PARTS, Entry, Task
from convopt.benchmarks.gpu.on_device.torch_graph import (
    _FUNCTIONS,
    TorchGraph,
    is_chain,
    make_constants,
    make_inputs,
    only_convolutions,
)
from convopt.benchmarks.layer import Layer

CHECK, PAIRS, ENERGY = (
    next(part for part in PARTS if part.name == name) for name in ("check", "pairs", "energy")
)


def pair():
    def layer(kind, inputs, outputs, kernel, stride):
        pads, groups = (kernel // 2,) * 4, inputs if kind == "dw" else 1
        window = (kernel, kernel, stride, stride)
        return Layer("made_up", kind, inputs, 9, 9, outputs, *window, *pads, 1, groups, 1)

    stages = (
        Stage(layer("pw", 5, 12, 1, 1), "relu6"),
        Stage(layer("dw", 12, 12, 3, 2), "gelu"),
    )
    return BenchmarkCase("small", "pair", "made_up", 2, 1, Chain(stages))


@pytest.fixture(scope="module")
def recorded(record, small_network, tmp_path_factory):
    return record(tmp_path_factory.mktemp("gpu") / "bundle", [pair(), small_network], Wanted(2))


@pytest.mark.parametrize("kind", ["pair", "network"])
def test_every_variant_is_right_on_poisoned_memory(recorded, kind, bench):
    case = next(case for case in recorded.bundle.cases if case.kind == kind)
    measured = bench(recorded).measure(Task(CHECK, case))
    assert [row.contender for row in measured.rows] == [each.name for each in case.variants]
    assert len(measured.rows) == {"pair": 4, "network": len(case.variants)}[kind]
    for row in measured.rows:
        assert row.problem == ""
        assert row.error < 1e-6
        assert row.is_ours
        assert row.predicted_us > 0
    assert measured.machine == {"gpu": "none", "sm_mhz": None, "memory_mhz": None}


def test_a_wrong_weight_is_a_problem_and_no_time(recorded, bench):
    bundle = recorded.bundle

    class Wrong(Bundle):
        def weight_map(self, variant):
            indices = super().weight_map(variant).copy()
            indices[indices == 7] = 8
            return indices

    wrong = Wrong(**{name: getattr(bundle, name) for name in Bundle.__dataclass_fields__})
    measured = bench(recorded, wrong).measure(Task(CHECK, bundle.cases[0]))
    assert all("expected an error of at most 1e-05" in row.problem for row in measured.rows)
    assert all(row.warm_us is None for row in measured.rows)


def test_what_a_kernel_leaves_out_is_noticed(recorded, bench):
    case = recorded.bundle.cases[0]
    planned = case.variant("apart") or case.variant("planned")
    cut = replace(planned, name="planned", launches=planned.launches[:-1])
    measured = bench(recorded).measure(Task(CHECK, replace(case, variants=(cut,))))
    assert "found inf" in measured.rows[0].problem


def test_a_peer_that_fails_is_named_and_others_go_on(recorded, bench):
    def broken():
        raise RuntimeError("no\nkernel")

    def contenders(shop):
        yield Entry("broken", broken, "f16")
        yield Entry("torch-nchw", lambda: shop.torch_eager("nchw"))
        yield Entry("none", lambda: None)

    part = replace(CHECK, contenders=contenders)
    broken_row, right = bench(recorded).measure(Task(part, recorded.bundle.cases[0])).rows
    assert broken_row.problem == "RuntimeError: no kernel"
    assert broken_row.precision == "f16"
    assert right.error < 1e-6


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("number", [0, 1])
def test_peers_compute_the_case(recorded, layout, number, host_library):
    case = recorded.bundle.cases[number]
    shop = Workshop(recorded.bundle, Driver(host_library({})), case, torch.device("cpu"))
    result = shop.torch_eager(layout).run()
    assert relative_error(result, shop.reference()) < 1e-6
    assert relative_error(0 * result, shop.reference()) == pytest.approx(1.0)


def test_the_reference_agrees_with_onnxruntime(recorded, small_network):
    onnxruntime = pytest.importorskip("onnxruntime", reason="the other reference")
    from onnx import numpy_helper

    case, model = recorded.bundle.cases[1], small_network.model()
    constants, (image,) = make_constants(case.graph), make_inputs(case.graph)
    for tensor in model.graph.initializer:
        if tensor.name in constants:
            array = constants[tensor.name].numpy()
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (expected,) = session.run(None, {"image": image.numpy()})
    result = TorchGraph(case.graph, constants)(image)
    assert relative_error(result, torch.from_numpy(expected).double()) < 1e-5


def test_random_tensors_are_the_same_again(recorded):
    graph = recorded.bundle.cases[0].graph
    first, again = make_constants(graph), make_constants(graph)
    assert all(torch.equal(first[name], again[name]) for name in first)
    deviation = graph["constants"]["weights_1"]["deviation"]
    assert float(first["weights_1"].std()) == pytest.approx(deviation, rel=0.3)


def test_convolutions_alone_leave_activations_out(recorded):
    chain, network = (case.graph for case in recorded.bundle.cases)
    assert is_chain(chain)
    assert not is_chain(network)
    bare = only_convolutions(chain)
    assert [step["kind"] for step in bare["steps"]] == ["Conv", "Conv"]
    constants, inputs = make_constants(chain), make_inputs(chain)
    assert TorchGraph(bare, constants)(*inputs).shape == TorchGraph(chain, constants)(*inputs).shape


def test_every_kind_of_step_has_a_function():
    assert tuple(_FUNCTIONS) == STEP_KINDS


def test_large_shared_memory_is_asked_for(recorded, host_library):
    library = host_library(recorded.sizes)
    name = next(iter(recorded.bundle.kernels))
    kernel = replace(recorded.bundle.kernels[name], shared_bytes=64 * 1024)
    Driver(library).load(kernel, recorded.bundle.code(kernel.file))
    assert library.asked == {name: (8, 64 * 1024)}


def test_the_driver_says_what_is_wrong():
    class Broken:
        def cuModuleLoadData(self, module, image):  # noqa: N802
            return 209

        def cuGetErrorString(self, status, text):  # noqa: N802
            text._obj.value = b"no kernel image"
            return 0

    kernel = DeviceKernel("k", (1, 1, 1), (1, 1, 1), 0, "k.cubin")
    with pytest.raises(DriverError, match=r"cuModuleLoadData: no kernel image \(209\)"):
        Driver(Broken()).load(kernel, b"")


@dataclass
class Graph:
    """Calls in place of a CUDA graph; each takes 5 us, ours 2 us, the flush 30 us."""

    run: object
    calls: int

    def replay(self):
        name = getattr(self.run, "__name__", type(self.run).__name__)
        return 1e-6 * self.calls * {"Runner": 2, "run": 5, "flush": 30, "both": 37}[name]


@pytest.fixture
def clock(monkeypatch):
    """CUDA graphs and events made up."""
    for module in (timing, measuring):
        monkeypatch.setattr(module, "graph_of", Graph)
        monkeypatch.setattr(module, "seconds_of", lambda work: work())
    monkeypatch.setattr(timing, "WAKING_SECONDS", 0.0)


def test_pairs_are_timed_warm_and_cold(recorded, clock, monkeypatch, bench):
    def convolve(x, weight, pad, stride, dilation, groups, *rest):
        return torch.nn.functional.conv2d(x, weight, None, stride, pad, dilation, groups)

    monkeypatch.setattr(torch, "cudnn_convolution", convolve)
    case = recorded.bundle.cases[0]
    rows = {row.contender: row for row in bench(recorded).measure(Task(PAIRS, case)).rows}
    peers = {"torch-nchw", "torch-nhwc", "cudnn-nchw-bare", "cudnn-nhwc-bare"}
    assert set(rows) == {*peers, *(v.name for v in case.variants if "sample" not in v.name)}
    for name, row in rows.items():
        assert row.problem == ""
        assert row.warm_us == pytest.approx(5.0 if name in peers else 2.0)
        assert row.cold_us == pytest.approx(7.0)
        assert (row.error is None) == name.endswith("bare")


def test_energy_is_that_of_a_call(recorded, clock, monkeypatch, bench):
    monkeypatch.setattr(measuring, "microjoules_of", lambda meter, replay, calls: 1e6 * replay())
    rows = bench(recorded).measure(Task(ENERGY, recorded.bundle.cases[0])).rows
    assert [row.microjoules for row in rows if not row.is_ours] == pytest.approx([1000, 1000])
    assert all(row.warm_us is None for row in rows)
