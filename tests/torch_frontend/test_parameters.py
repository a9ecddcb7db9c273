"""Parameters are constants until they change: results follow them at once."""

import copy

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
checks = pytest.importorskip("convopt.testing.torch_checks")
watching = pytest.importorskip("convopt.torch.watching")
division = pytest.importorskip("convopt.torch.division")
nn = torch.nn
SHAPE = (1, 8, 6, 5)


@pytest.fixture
def built(monkeypatch):
    """How often sets were compiled."""
    counts = []
    build = division.build_segment

    def counted(*arguments, **named):
        counts.append(1)
        return build(*arguments, **named)

    monkeypatch.setattr(division, "build_segment", counted)
    return counts


def same(compiled, model, times=3):
    x = torch.randn(SHAPE)
    with torch.no_grad():
        for _ in range(times):
            checks.assert_same(compiled(x), model(x))


def train(model, optimizer):
    model.train()
    optimizer.zero_grad()
    model(torch.randn(4, *SHAPE[1:])).square().mean().backward()
    optimizer.step()
    model.eval()


OPTIMIZERS = {
    "SGD": lambda model: torch.optim.SGD(model.parameters(), 0.1),
    "Adam": lambda model: torch.optim.Adam(model.parameters(), 0.1, foreach=True),
    "fused": lambda model: torch.optim.AdamW(model.parameters(), 0.1, fused=True),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_of_training(name, built):
    model = checks.Block().eval()
    compiled, _ = checks.check(model, torch.randn(SHAPE))
    train(model, OPTIMIZERS[name](model))
    same(compiled, model)
    assert len(built) == 2


def test_statistics_of_batch_norm_change_uncounted():
    """PyTorch does not count what batch norm does to its statistics."""
    model = checks.Block().eval()
    compiled, _ = checks.check(model, torch.randn(SHAPE))
    before = model.norm.running_mean._version
    model.norm.train()
    model(torch.randn(SHAPE))
    model.norm.eval()
    assert model.norm.running_mean._version == before
    same(compiled, model)


def _load(model):
    model.load_state_dict(checks.Block().state_dict())


def _one_element(model):
    with torch.no_grad():
        model.depthwise.weight[5, 0, 1, 1] = 7


def _data(model):
    model.depthwise.weight.data.mul_(2)


def _other_memory(model):
    model.depthwise.weight.data = torch.randn(24, 1, 3, 3)


def _numpy(model):
    model.project.bias.detach().numpy()[:] = 3


def _other_parameter(model):
    model.depthwise.weight = nn.Parameter(torch.randn(24, 1, 3, 3))


CHANGES = [_load, _one_element, _data, _other_memory, _numpy, _other_parameter]


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__)
def test_changes_are_seen(change):
    model = checks.Block().eval()
    compiled, _ = checks.check(model, torch.randn(SHAPE))
    change(model)
    same(compiled, model)


def test_parameters_that_change_at_every_call_are_never_compiled_again(built):
    model = checks.Block().eval()
    compiled, _ = checks.check(model, torch.randn(SHAPE))
    for _ in range(5):
        _data(model)
        same(compiled, model, times=1)
    assert len(built) == 1
    same(compiled, model, times=2)
    assert len(built) == 2


def test_a_change_back_is_not_compiled_again(built):
    model = checks.Block().eval()
    compiled, _ = checks.check(model, torch.randn(SHAPE))
    first, second = model.depthwise.weight.data, torch.randn(24, 1, 3, 3)
    for _ in range(3):
        for memory in (second, first):
            model.depthwise.weight.data = memory
            same(compiled, model)
    assert len(built) == 2


def test_memory_of_old_parameters_is_given_back(built, monkeypatch):
    graphs = pytest.importorskip("convopt.torch.compiled_graph")
    made = []
    initialise = graphs.CompiledGraph.__init__
    monkeypatch.setattr(
        graphs.CompiledGraph,
        "__init__",
        lambda self, *arguments: (made.append(self), initialise(self, *arguments))[0],
    )
    model = checks.Block().eval()
    compiled, _ = checks.check(model, torch.randn(SHAPE))
    kept = []
    for _ in range(4):
        kept.append(torch.randn(24, 1, 3, 3))
        model.depthwise.weight.data = kept[-1]
        same(compiled, model, times=2)
    assert len(built) == 5
    assert len(made[0]._known) == graphs.MOST_OF_ONE
    for _ in range(2):
        kept.append(checks.Block().state_dict())
        model.load_state_dict(kept[-1], assign=True)
        same(compiled, model, times=2)
    assert len(made[0]._known) <= graphs.MOST_OF_ONE


def test_equal_blocks_share_one_graph(built):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            first = checks.Block()
            self.blocks = nn.ModuleList([first, *(copy.deepcopy(first) for _ in range(2))])
            for block in self.blocks:
                nn.init.normal_(block.depthwise.weight)
                block.compile(backend="convopt", options={"rest": "eager"})

        def forward(self, x):
            for block in self.blocks:
                x = block(x)
            return x

    model = Net().eval()
    expected = nn.Sequential(*(copy.deepcopy(block) for block in model.blocks))
    for block in expected:
        block._compiled_call_impl = None
    same(model, expected, times=4)
    assert len(built) == 3


def test_values_that_cannot_be_compiled_run_in_eager(monkeypatch):
    model = checks.Block().eval()
    compiled, _ = checks.check(model, torch.randn(SHAPE))

    def refuse(*_, **__):
        raise division.ConvoptError("expected other values")

    monkeypatch.setattr(division, "build_segment", refuse)
    _data(model)
    same(compiled, model)


def test_a_watch_reads_every_region_to_its_end():
    tensors = {
        0: torch.arange(7.0),
        2: torch.zeros(0),
        3: torch.randn(10, 20).t(),
        5: torch.ones(3, dtype=torch.int64),
        7: torch.randn(64)[::4],
    }
    places = tuple(tensors)
    arguments = [tensors.get(place, 0) for place in range(8)]
    watch = watching.Watch(tensors, places)
    assert watch.holds(arguments)
    for place, last in ((0, 6), (5, 2)):
        tensors[place].numpy()[last] += 1
        assert not watch.holds(arguments)
        tensors[place].numpy()[last] -= 1
        assert watch.holds(arguments)


def test_a_watch_sees_other_memory_with_the_same_values():
    watch = watching.Watch({0: torch.ones(3)}, (0,))
    assert not watch.holds([torch.ones(3)])
