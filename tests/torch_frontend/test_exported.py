"""`convopt.load` and `convopt.compile` of programs of `torch.export`."""

import numpy as np
import pytest

import convopt
from convopt.comparison import relative_error
from convopt.convdialect import reference

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
checks = pytest.importorskip("convopt.testing.torch_checks")
nn, functional = torch.nn, torch.nn.functional


class Net(nn.Module):
    """A block with what stands around it in networks."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, padding=1)
        self.block = checks.Block()
        self.same = nn.Conv2d(8, 8, 3, padding="same", groups=4)
        self.head = nn.Linear(8, 5)
        self.drop = nn.Dropout(0.2)

    def forward(self, x, y):
        x = functional.relu6(self.stem(x), inplace=True)
        x = self.same(self.block(x)) * torch.tensor(0.5)
        x += y
        scale = torch.sigmoid(functional.adaptive_avg_pool2d(x, 1))
        scores = self.head(self.drop(functional.max_pool2d(x * scale, 2).mean((2, 3))))
        return {"scores": functional.softmax(scores, 1), "features": x}


def exported(model, *inputs, **options):
    return torch.export.export(model.eval(), inputs, **options)


INPUTS = torch.randn(2, 3, 12, 10), torch.randn(2, 8, 1, 1)


def test_a_whole_network():
    model = Net()
    program = exported(model, *INPUTS)
    before = str(program.graph)
    loaded = convopt.load(program)
    assert str(program.graph) == before
    assert [str(spec) for spec in loaded.inputs] == ["x: 2x3x12x10 float32", "y: 2x8x1x1 float32"]
    assert [spec.shape for spec in loaded.outputs] == [(2, 5), (2, 8, 6, 5)]
    assert loaded.partition.complete
    run = convopt.compile(program, cache=False)
    found = run(*(each.numpy() for each in INPUTS))
    with torch.no_grad():
        expected = model(*INPUTS)
    for one, other in zip(found, expected.values(), strict=True):
        assert relative_error(one, other.numpy()) <= 1e-5


UPSAMPLING = [
    {"scale_factor": 2},
    {"size": (7, 9)},
    {"scale_factor": 2, "mode": "bilinear"},
    {"scale_factor": (1.5, 2.0), "mode": "bilinear"},
    {"size": (7, 9), "mode": "bilinear", "align_corners": True},
]


class Upsample(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.options = options

    def forward(self, x):
        return functional.interpolate(x, **self.options)


@pytest.mark.parametrize("options", UPSAMPLING, ids=str)
def test_upsampling(options):
    model, x = Upsample(options), torch.randn(1, 2, 4, 5)
    found = reference.run(convopt.load(exported(model, x)).module, [x.numpy()])
    assert relative_error(found[0], model(x).numpy()) <= 1e-5


def test_upsampling_to_sizes_that_are_rounded():
    with pytest.raises(convopt.ConvoptError, match="expected scales that make whole sizes"):
        convopt.load(exported(Upsample({"scale_factor": 1.3}), torch.randn(1, 2, 4, 5)))


def test_remarks_name_modules():
    plan = convopt.optimize(exported(Net(), *INPUTS), target="x86-64-v3")
    places = " ".join(remark.location for remark in plan.remarks)
    assert "block.depthwise/conv2d" in places
    assert "stem/conv2d" in places


def test_unsupported_operators_are_all_named():
    class Bad(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv3d(3, 4, 1)

        def forward(self, x):
            return torch.cumsum(self.conv(x), 1).sort()[0]

    with pytest.raises(convopt.ConvoptError) as error:
        convopt.load(exported(Bad(), torch.randn(1, 3, 4, 5, 6)))
    assert str(error.value).splitlines() == [
        "expected a program that convopt compiles completely, found 3 unsupported nodes:",
        "  aten.conv3d.default 'conv/conv3d': convopt has no such operator",
        "  aten.cumsum.default 'cumsum': convopt has no such operator",
        "  aten.sort.default 'sort': convopt has no such operator",
    ]


def test_an_output_that_is_an_input():
    class Passes(nn.Module):
        def forward(self, x):
            return x, x + 1

    (x, _) = INPUTS
    found = convopt.compile(exported(Passes(), x), cache=False)(x.numpy())
    np.testing.assert_array_equal(found[0], x.numpy())


class Counts(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(()))

    def forward(self, x):
        self.count += 1
        return x + self.count


class Changes(nn.Module):
    def forward(self, x):
        x.add_(1)
        return x * 2


class Twice(nn.Module):
    def forward(self, x):
        y = x + 1
        return y, y


class Number(nn.Module):
    def forward(self, x):
        return x + 1, 3


BAD = [
    (Counts(), "expected a program for inference, found one with a buffer mutation of 'count'"),
    (Changes(), "expected a program for inference, found one with a user input mutation of 'x'"),
    (Twice(), "expected different outputs, found 'add' twice"),
    (Number(), "expected outputs that are tensors, found 3"),
]


@pytest.mark.parametrize(("model", "message"), BAD, ids=lambda each: type(each).__name__)
def test_programs_that_are_no_model(model, message):
    with pytest.raises(convopt.ConvoptError) as error:
        convopt.load(exported(model, torch.randn(2, 3)))
    assert str(error.value) == message


def test_dynamic_shapes():
    batch = torch.export.Dim("batch")
    program = exported(nn.Conv2d(3, 4, 3), torch.randn(2, 3, 8, 9), dynamic_shapes=({0: batch},))
    with pytest.raises(convopt.ConvoptError, match=r"input 'input': expected a static shape, fou"):
        convopt.load(program)


def test_shapes_are_in_the_program():
    with pytest.raises(convopt.ConvoptError, match="expected shapes only for ONNX models"):
        convopt.load(exported(Changes(), torch.randn(2, 3)), shapes={"x": (1, 2)})


@pytest.mark.parametrize("dtype", [torch.float64, torch.int64])
def test_other_types(dtype):
    class Sum(nn.Module):
        def forward(self, x):
            return x + x

    with pytest.raises(convopt.ConvoptError, match=f"is {str(dtype)[6:]}, expected float32"):
        convopt.load(exported(Sum(), torch.ones(2, 3, dtype=dtype)))
