"""A network on a GPU as a function: the exact CUDA text, on the CPU."""

import re
from dataclasses import replace

import numpy as np
import pytest

import convopt
from convopt.backends.targets import gpu_target
from convopt.gpu.bundle import Bundle
from convopt.gpu.device import images
from convopt.gpu.model import GpuModel
from convopt.testing.cuda.host_device import HostDevice

A4000 = gpu_target("rtx-a4000")


@pytest.fixture
def model(toy, device):
    return GpuModel(toy.bundle, device, A4000)


def test_arrays_by_position_and_by_name(model, toy):
    np.testing.assert_allclose(model(toy.x, toy.z), toy.expected, rtol=1e-6)
    np.testing.assert_allclose(model(z=toy.z, x=toy.x), toy.expected, rtol=1e-6)


def test_run_as_onnxruntime_does(model, toy):
    (found,) = model.run(None, {"x": toy.x, "z": toy.z})
    np.testing.assert_allclose(found, toy.expected, rtol=1e-6)
    assert model.run([], {"x": toy.x, "z": toy.z}) == []


def test_threads_in_reverse_and_every_access_looked_at(host_compiler, toy):
    device = HostDevice(reverse=True, checked=True)
    found = GpuModel(toy.bundle, device, A4000)(toy.x, toy.z)
    np.testing.assert_allclose(found, toy.expected, rtol=1e-6)


def test_kernels_are_recorded_at_the_first_run_and_replayed_from_then_on(model, device, toy):
    model(toy.x, toy.z)
    assert device.calls == ["scale_kernel", "add_kernel", "record", "record"]
    first = model(toy.x, toy.z)
    second = model(2 * toy.x, toy.z)
    assert len(device.calls) == 4
    np.testing.assert_allclose(first, toy.expected, rtol=1e-6)
    np.testing.assert_allclose(second, 2 * toy.expected - toy.z, rtol=1e-5, atol=1e-6)


def test_results_in_a_given_array(model, toy):
    out = np.full_like(toy.x, np.nan)
    assert model(toy.x, toy.z, out=out) is out
    np.testing.assert_allclose(out, toy.expected, rtol=1e-6)
    assert model(toy.x, toy.z, out=(out,)) is out


def test_results_are_new_arrays(model, toy):
    first = model(toy.x, toy.z)
    second = model(toy.x, 2 * toy.z)
    assert not np.shares_memory(first, second)
    np.testing.assert_allclose(first, toy.expected, rtol=1e-6)


def test_arrays_that_lie_badly_work(model, toy):
    found = model(np.asfortranarray(toy.x), toy.z[..., ::-1].copy()[..., ::-1])
    np.testing.assert_allclose(found, toy.expected, rtol=1e-6)


def test_profile(model, toy):
    profile = model.profile(toy.x, toy.z, repeat=3)
    assert [row.name for row in profile.rows] == ["scale_kernel", "add_kernel"]
    assert [row.kind for row in profile.rows] == ["scale", "add"]
    assert all(row.milliseconds > 0 for row in profile.rows)
    np.testing.assert_allclose(model(toy.x, toy.z), toy.expected, rtol=1e-6)


def test_what_a_model_says_of_itself(model, toy):
    assert model.notes == ("a batch of 2",)
    assert [str(spec) for spec in model.inputs] == ["x: 2x3x40 float32", "z: 2x3x40 float32"]
    assert [str(spec) for spec in model.outputs] == ["sum: 2x3x40 float32"]
    assert model.partition.complete
    assert (model.weights_bytes, model.workspace_bytes) == (224, 1216)
    assert repr(model).startswith("<GpuModel 'model' (x: 2x3x40 float32, z: ")
    assert "for rtx-a4000 on the CPU, 2 kernels" in repr(model)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, t: m(t.x), "missing: z: 2x3x40 float32"),
        (lambda m, t: m(t.x, t.z, t.z), "expected 2 inputs (x: 2x3x40 float32, z: 2x3x40 float32)"),
        (lambda m, t: m(t.x, x=t.x), "expected input 'x' once, found it twice"),
        (lambda m, t: m(t.x, t.z[:1]), "input 'z': expected the shape 2x3x40, found 1x3x40"),
        (lambda m, t: m(t.x, t.z.astype(np.float64)), "input 'z': expected float32, found float64"),
        (lambda m, t: m(t.x, t.z.tolist()),
         "'z': expected a NumPy array, a CUDA tensor of torch or a cupy array, found list"),
        (lambda m, t: m.run(["sun"], {"x": t.x, "z": t.z}), "found an output 'sun'; did you mean"),
        (lambda m, t: m.run(None, {"x": t.x, "zz": t.z}), "found an input 'zz'"),
        (lambda m, t: m(t.x, t.z, out=(t.x, t.x)), "expected 1 arrays as out, found 2"),
        (lambda m, t: m(t.x, t.z, out=np.asfortranarray(t.x)), "'sum': expected a writeable"),
        (lambda m, t: m(t.x, t.z, out=t.x[:1].copy()),
         "output 'sum': expected the shape 2x3x40, found 1x3x40"),
        (lambda m, t: m(t.x, t.z, out=t.x.astype(np.float16)),
         "output 'sum': expected float32, found float16"),
        (lambda m, t: m(), "missing: x: 2x3x40 float32, z: 2x3x40 float32"),
        (lambda m, t: m(t.x, None), "'z': expected a NumPy array, a CUDA tensor of torch or"),
        (lambda m, t: m.profile(t.x, t.z, repeat=0), "expected at least 1 repetition, found 0"),
    ],
)  # fmt: skip
def test_mistakes_are_named(model, toy, call, message):
    with pytest.raises(convopt.ConvoptError, match=re.escape(message)):
        call(model, toy)


def test_an_older_gpu(toy):
    message = (
        "expected a GPU of compute capability 8.6 or later to run code for rtx-a4000, "
        "found the CPU of 7.5"
    )
    with pytest.raises(convopt.ConvoptError, match=re.escape(message)):
        GpuModel(toy.bundle, HostDevice(compute_capability="7.5"), A4000)


def test_code_that_does_not_load(host_compiler, toy):
    bundle = replace(toy.bundle, cuda="no CUDA", ptx="no PTX")
    message = r"'model' does not load on the CPU: ptx: expected CUDA text .*; cuda: .* refuses it"
    with pytest.raises(convopt.ConvoptError, match=message):
        GpuModel(bundle, HostDevice(), A4000)


@pytest.mark.parametrize(
    ("capability", "kinds"),
    [
        ("8.6", ["cubin", "ptx", "cuda"]),
        ("8.9", ["cubin", "ptx", "cuda"]),
        ("9.0", ["ptx", "cuda"]),
    ],
)
def test_machine_code_runs_on_its_generation_alone(toy, capability, kinds):
    bundle: Bundle = replace(toy.bundle, cubin=b"\x7fELF", ptx="// ptx")
    assert [image.kind for image in images(bundle, capability)] == kinds
