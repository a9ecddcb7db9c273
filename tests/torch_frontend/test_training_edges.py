"""What people do with a model in training: results, gradients and errors are eager's."""

import copy

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
training = pytest.importorskip("convopt.torch.training")
report_module = pytest.importorskip("convopt.torch.report")
others = pytest.importorskip("convopt.torch.others")
nn, functional = torch.nn, torch.nn.functional
lookup_backend = torch._dynamo.lookup_backend
checkpoint = pytest.importorskip("torch.utils.checkpoint").checkpoint
X = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))


class Net(nn.Module):
    """Two convolutions; `first` and `second` are what subclasses change."""

    def __init__(self):
        super().__init__()
        self.pointwise = nn.Conv2d(3, 8, 1)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False)
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x):
        return self.second(self.first(x))

    def first(self, x):
        return functional.relu(self.pointwise(x))

    def second(self, x):
        return functional.relu(self.norm(self.depthwise(x)))


class Pair:
    """A model that convopt compiles, and a copy in eager."""

    def __init__(self, model=None, *, dynamic=None, rest="eager"):
        self.model = Net() if model is None else model
        self.eager = copy.deepcopy(self.model)
        self.compiled = torch.compile(
            self.model, backend="convopt", options={"rest": rest}, dynamic=dynamic
        )
        self.models = self.model, self.eager
        self.functions = self.compiled, self.eager

    def step(self, x=X, tolerance=1e-5, call=lambda function, x: function(x)):
        """Results and gradients of one call, added to those from before."""
        inputs = [x.detach().clone().requires_grad_(x.requires_grad) for _ in self.functions]
        results = [call(function, x) for function, x in zip(self.functions, inputs, strict=True)]
        same(*results, tolerance)
        for result in results:
            loss(result).backward()
        same(*(x.grad for x in inputs), tolerance)
        self.check(tolerance)

    def check(self, tolerance=1e-5):
        """Whether parameters, their gradients and buffers are the same."""
        for one, other in zip(*(model.parameters() for model in self.models), strict=True):
            same(one, other, tolerance)
            same(one.grad, other.grad, tolerance)
        for one, other in zip(*(model.buffers() for model in self.models), strict=True):
            same(one, other, tolerance)


def loss(result):
    weights = torch.linspace(-1, 1, result.numel(), dtype=result.dtype).reshape(result.shape)
    return (result * weights.cos()).sum()


def same(found, expected, tolerance=1e-5):
    if expected is None:
        assert found is None
        return
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    found, expected = found.detach().double(), expected.detach().double()
    assert (found - expected).norm() <= tolerance * expected.norm()


def errors(pair, run):
    """What `run` raises with each of the two."""
    found = []
    for model, function in zip(pair.models, pair.functions, strict=True):
        with pytest.raises(RuntimeError) as error:
            run(model, function)
        found.append(str(error.value).partition(":")[0])
    return found


@pytest.fixture
def reports():
    with report_module.collect() as found:
        yield found


DYNAMIC = ("expected static shapes, found dynamic ones: torch.compile(..., dynamic=False)",)


@pytest.mark.parametrize(
    ("dynamic", "taken", "last"),
    [(None, [2, 0], DYNAMIC), (True, [0], DYNAMIC), (False, [2, 2], ())],
)
def test_batches_of_different_sizes(dynamic, taken, last, reports):
    pair = Pair(dynamic=dynamic)
    for images in (2, 3, 2):
        pair.step(torch.randn(images, 3, 8, 8))
    assert [len(report.taken) for report in reports] == taken
    assert reports[-1].notes == last


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.bfloat16, 0.02)], ids=str
)
def test_other_element_types_are_left(dtype, tolerance, reports, monkeypatch):
    monkeypatch.delattr(training, "compile_by_others")  # of what has no sets
    Pair(Net().to(dtype)).step(X.to(dtype), tolerance)
    assert reports[0].taken == ()
    assert any(node.reason.endswith("expected float32") for node in reports[0].left)


def test_a_graph_break(reports):
    class Breaks(Net):
        def second(self, x):
            torch._dynamo.graph_break()
            return super().second(2 * x if x.sum() > 0 else x)

    Pair(Breaks()).step()
    assert [len(report.taken) for report in reports if report.macs] == [2, 2]


def test_only_the_input_wants_a_gradient(reports):
    Pair(Net().requires_grad_(False)).step(X.clone().requires_grad_())
    assert len(reports[0].taken) == 2


def test_steps_with_inference_between_them():
    pair = Pair()
    optimizers = [torch.optim.SGD(model.parameters(), 1e-3) for model in pair.models]
    for _ in range(3):
        for model, optimizer in zip(pair.models, optimizers, strict=True):
            model.train()
            optimizer.zero_grad()
        pair.step(tolerance=1e-4)  # rounding adds up over the steps
        for model, optimizer in zip(pair.models, optimizers, strict=True):
            optimizer.step()
            model.eval()
        for context in (torch.no_grad(), torch.inference_mode()):
            with context:
                same(pair.compiled(X), pair.eager(X), 1e-4)


def test_a_tensor_of_inference_mode_in_training():
    with torch.inference_mode():
        x = X.clone()
    first, second = errors(Pair(), lambda _, function: function(x))
    assert first == second
    assert first.startswith("Inference tensors cannot be saved for backward")


def test_parameters_that_are_frozen_and_thawed(reports):
    pair = Pair()
    for frozen in ({"pointwise.weight", "norm.weight"}, {}):
        for model in pair.models:
            for name, parameter in model.named_parameters():
                parameter.requires_grad_(name not in frozen)
        pair.step()
    assert [len(report.taken) for report in reports] == [2, 2]


def test_a_convolution_that_is_used_twice(reports):
    class Twice(Net):
        def second(self, x):
            return super().second(functional.relu(self.depthwise(x)))

    Pair(Twice()).step()
    assert len(reports[0].taken) == 2


def test_two_layers_with_one_filter(reports):
    class Tied(Net):
        def __init__(self):
            super().__init__()
            self.other = nn.Conv2d(8, 8, 3, padding=1, groups=8)
            self.other.weight = self.depthwise.weight

        def second(self, x):
            return super().second(functional.relu(self.other(x)))

    Pair(Tied()).step()
    assert len(reports[0].taken) == 2


def test_gradients_are_added_up():
    pair = Pair()
    for seed in range(3):
        pair.step(torch.randn(X.shape, generator=torch.Generator().manual_seed(seed)))


def test_two_calls_before_their_gradients():
    pair = Pair()
    for function in pair.functions:
        first, second = function(X), function(2 * X)
        loss(second).backward()
        loss(first).backward()
    pair.check()


def test_gradients_twice_of_one_call():
    pair = Pair()

    def thrice(_, function):
        result = loss(function(X))
        result.backward(retain_graph=True)
        result.backward()
        result.backward()

    first, second = errors(pair, thrice)
    assert first == second
    assert first.startswith("Trying to backward through the graph a second time")
    pair.check()


@pytest.mark.parametrize("reentrant", [False, True])
def test_a_checkpoint_in_a_model(reentrant, reports):
    class Checkpointed(Net):
        def first(self, x):
            return checkpoint(super().first, x, use_reentrant=reentrant)

    Pair(Checkpointed()).step(X.clone().requires_grad_())
    assert len(reports[0].taken) == 2


@pytest.mark.parametrize("reentrant", [False, True])
def test_a_checkpoint_around_a_model(reentrant):
    """Without batch norm: how often a second run changes its statistics depends on how far it
    goes."""
    model = Net()
    model.norm = nn.Identity()
    pair = Pair(model)

    def call(function, x):
        return checkpoint(function, x, use_reentrant=reentrant)

    pair.step(X.clone().requires_grad_(), call=call)


def test_autocast(reports):
    def call(function, x):
        with torch.autocast("cpu", torch.bfloat16):
            return function(x)

    Pair().step(tolerance=0.02, call=call)
    assert reports[0].taken == ()


def test_autocast_of_one_layer(reports):
    class Mixed(Net):
        def first(self, x):
            with torch.autocast("cpu", torch.bfloat16):
                return super().first(x).float()

    Pair(Mixed()).step(tolerance=0.02)
    assert 0 < reports[0].taken_macs < reports[0].macs


def test_a_parameter_that_changes_before_the_gradients():
    def run(model, function):
        result = function(X)
        with torch.no_grad():
            model.pointwise.weight.mul_(2)
        loss(result).backward()

    first, second = errors(Pair(), run)
    assert first == second
    assert "has been modified by an inplace operation" in first


def test_arguments_that_share_memory(reports):
    class Changes(Net):
        def forward(self, x, y):
            y.add_(1)
            return super().forward(x)

    pair = Pair(Changes())
    mine, theirs = torch.cat([X, X]), torch.cat([X, X])
    loss(pair.compiled(mine[:3], mine[1:])).backward()
    loss(pair.eager(theirs[:3], theirs[1:])).backward()
    same(mine, theirs)
    pair.check()
    assert reports[0].notes == (training.OTHER_INPUTS,)


def test_a_result_that_wants_no_gradient(reports):
    class Detached(Net):
        def forward(self, x):
            return super().forward(x).detach()

    pair = Pair(Detached())
    found, expected = (function(X) for function in pair.functions)
    same(found, expected)
    assert not found.requires_grad
    pair.check()
    assert len(reports[0].taken) == 1


def test_compiled_autograd():
    pair = Pair()
    loss(pair.eager(X)).backward()
    with torch._dynamo.config.patch(compiled_autograd=True):
        step = torch.compile(
            lambda: loss(pair.model(X)).backward(), backend="convopt", options={"rest": "eager"}
        )
        step()
    pair.check()


def test_shapes_stay_static_after_the_rest_is_compiled(reports, monkeypatch):
    """A tensor that passes through a graph of dynamic shapes is marked, and Dynamo heeds that."""
    monkeypatch.setattr(others, "lookup_backend", lambda _: lookup_backend("aot_eager"))

    class Summed(nn.Conv2d):
        def forward(self, x):
            return torch.cumsum(super().forward(x), 1)

    x = X.clone()
    for model in (Summed(3, 4, 1), nn.Conv2d(3, 4, 1)):
        Pair(model, rest="inductor").compiled(x)
    assert [len(report.taken) for report in reports] == [2, 2]


def test_inductor_that_fails(reports, monkeypatch):
    def fail(*_):
        raise RuntimeError("no C++ compiler")

    monkeypatch.setattr(others, "lookup_backend", lambda _: fail)
    Pair(rest="inductor").step()
    assert reports[0].rest == "eager"
    assert reports[0].notes == ("inductor failed: RuntimeError: no C++ compiler",)
    assert len(reports[0].taken) == 2
