"""Tensors of torch and arrays of cupy: read where they are, answered in kind.

Both libraries are made up; their arrays lie in the memory of the device that runs the network.
"""

import re
import sys
from contextlib import nullcontext
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import convopt
from convopt.backends.targets import gpu_target
from convopt.gpu.model import GpuModel

BYTES = 4 * 2 * 3 * 40


class GpuArray:
    """What arrays of both libraries have in common; `values` is a view of the device's memory."""

    def __init__(self, values, where=0):
        self.values, self.where = values, where

    @property
    def shape(self):
        return self.values.shape

    @property
    def __cuda_array_interface__(self):
        return {"data": (self.values.ctypes.data, False)}


class Tensor(GpuArray):
    """torch.Tensor"""

    __module__ = "torch"
    requires_grad = False

    @property
    def dtype(self):
        return f"torch.{self.values.dtype}"

    @property
    def device(self):
        return SimpleNamespace(index=self.where)

    @property
    def is_cuda(self):
        return self.where is not None

    def detach(self):
        return self

    def is_contiguous(self):
        return self.values.flags.c_contiguous

    def contiguous(self):
        return self if self.is_contiguous() else sys.modules["torch"].made(self.values)


class ndarray(GpuArray):  # noqa: N801
    """cupy.ndarray"""

    __module__ = "cupy"

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def device(self):
        return SimpleNamespace(id=self.where)

    @property
    def flags(self):
        return self.values.flags


@pytest.fixture(params=["torch", "cupy"])
def library(request, device, monkeypatch):
    """A library whose `made(values)` puts an array on the GPU; its stream is number 77."""
    module = ModuleType(request.param)
    kind = Tensor if request.param == "torch" else ndarray

    def empty(shape, dtype, device="cuda:0"):
        assert device.startswith("cuda:")
        values = np.empty(shape, dtype)
        memory = on_gpu.allocate(values.nbytes)
        return kind(memory.array[: values.nbytes].view(values.dtype).reshape(shape))

    on_gpu = device

    def made(values):
        array = empty(values.shape, values.dtype)
        array.values[...] = values
        return array

    def current_stream(ordinal):
        return SimpleNamespace(cuda_stream=77, ptr=77)

    module.empty, module.made, module.kind = empty, made, kind
    module.float32 = np.float32
    module.cuda = SimpleNamespace(
        current_stream=current_stream,
        get_current_stream=current_stream,
        Device=lambda ordinal: nullcontext(),
    )
    module.ascontiguousarray = lambda array: (
        array if array.flags.c_contiguous else made(array.values)
    )
    monkeypatch.setitem(sys.modules, request.param, module)
    return module


@pytest.fixture
def model(toy, device):
    return GpuModel(toy.bundle, device, gpu_target("rtx-a4000"))


def test_arrays_stay_on_the_gpu(model, device, toy, library):
    found = model(library.made(toy.x), library.made(toy.z))
    assert type(found) is library.kind
    np.testing.assert_allclose(found.values, toy.expected, rtol=1e-6)
    copies = [f"copy {BYTES}"]
    kernels = ["scale_kernel", "add_kernel", "record", "record"]
    assert device.calls == ["wait for 77", *copies * 2, *kernels, *copies, "hold 77"]


def test_run_as_onnxruntime_does(model, toy, library):
    (found,) = model.run(["sum"], {"x": library.made(toy.x), "z": library.made(toy.z)})
    assert type(found) is library.kind
    np.testing.assert_allclose(found.values, toy.expected, rtol=1e-6)


def test_results_in_a_given_array(model, toy, library):
    out = library.empty(toy.x.shape, np.float32)
    assert model(library.made(toy.x), library.made(toy.z), out=out) is out
    np.testing.assert_allclose(out.values, toy.expected, rtol=1e-6)


def test_inputs_that_are_not_row_major(model, toy, library):
    x = library.made(np.ascontiguousarray(toy.x.T))
    x.values = x.values.T
    found = model(x, library.made(toy.z))
    np.testing.assert_allclose(found.values, toy.expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t, made: (made(t.x), t.z), "expected arrays of one library, found 'x' of {0}, "
                                           "'z' of numpy"),
        (lambda t, made: (made(t.x), made(t.z[:1])),
         "input 'z': expected the shape 2x3x40, found 1x3x40"),
        (lambda t, made: (made(t.x.astype(np.float16)), made(t.z)),
         "input 'x': expected float32, found float16"),
        (lambda t, made: (made(t.x),), "missing: z: 2x3x40 float32"),
    ],
)  # fmt: skip
def test_mistakes_are_named(model, toy, library, spoil, message):
    expected = re.escape(message.format(library.__name__))
    with pytest.raises(convopt.ConvoptError, match=expected):
        model(*spoil(toy, library.made))


def test_an_array_of_another_gpu(model, toy, library):
    x = library.made(toy.x)
    x.where = 1
    message = "input 'x': expected an array on cuda:0, found one on cuda:1"
    with pytest.raises(convopt.ConvoptError, match=message):
        model(x, library.made(toy.z))


def test_an_output_that_is_not_row_major(model, toy, library):
    out = library.made(np.ascontiguousarray(toy.x.T))
    out.values = out.values.T
    with pytest.raises(convopt.ConvoptError, match="output 'sum': expected a row-major array"):
        model(library.made(toy.x), library.made(toy.z), out=out)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t, made: made(t.x[:1]), "output 'sum': expected the shape 2x3x40, found 1x3x40"),
        (lambda t, made: made(t.x.astype(np.float16)), "'sum': expected float32, found float16"),
        (lambda t, made: t.x, "expected arrays of one library, found 'x' of {0}, 'z' of {0}, "
                              "'sum' of numpy"),
    ],
)  # fmt: skip
def test_outputs_that_do_not_fit(model, toy, library, spoil, message):
    out = spoil(toy, library.made)
    with pytest.raises(convopt.ConvoptError, match=re.escape(message.format(library.__name__))):
        model(library.made(toy.x), library.made(toy.z), out=out)


def test_a_tensor_on_the_host(model, toy):
    x, z = Tensor(toy.x, where=None), Tensor(toy.z, where=None)
    message = "input 'x': expected an array on cuda:0, found one on the host"
    with pytest.raises(convopt.ConvoptError, match=message):
        model(x, z)
