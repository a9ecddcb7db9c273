"""`torch.compile(model, backend="convopt")`: what it takes, and that results are eager's."""

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
checks = pytest.importorskip("convopt.testing.torch_checks")
nn, functional = torch.nn, torch.nn.functional
check, Block = checks.check, checks.Block


def taken(report):
    return [tuple(name.partition("/")[0] for name in each.convolutions) for each in report.taken]


class Chain(nn.Module):
    """Convolutions with a function between the first and the second."""

    def __init__(self, between):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 5, 1)
        self.between = between

    def forward(self, x):
        return self.second(self.between(torch.relu(self.first(x))))


def test_a_chain_of_convolutions_becomes_one_function():
    _, (report,) = check(Block().eval(), torch.randn(2, 8, 9, 7))
    assert taken(report) == [("expand", "depthwise", "project")]
    assert report.rest == "nothing"
    assert report.left == ()
    assert report.macs == report.taken_macs == 2 * 9 * 7 * (8 * 24 * 2 + 24 * 9)


def test_what_convopt_cannot_do_stands_between_two_sets():
    model = Chain(lambda x: torch.cumsum(x, 1))
    _, (report,) = check(model, torch.randn(1, 3, 6, 6), rest="inductor")
    assert taken(report) == [("first",), ("second",)]
    assert report.rest == "inductor"
    assert [(each.operator, each.reason) for each in report.left] == [
        ("aten.cumsum.default", "convopt has no such operator")
    ]


def test_nodes_without_a_convolution_are_left():
    class Tail(Chain):
        def forward(self, x):
            return torch.relu(torch.cumsum(self.first(x), 1)) + 1

    _, (report,) = check(Tail(None), torch.randn(1, 3, 6, 6))
    assert taken(report) == [("first",)]
    assert [each.operator for each in report.left] == [
        "aten.cumsum.default",
        "aten.relu.default",
        "aten.add.Tensor",
    ]
    assert report.left[1].reason.startswith("stands among nodes")


def test_a_path_around_a_set_keeps_it_in_two():
    """Were both convolutions in one set, the sum's second operand would depend on it and it on the
    sum."""

    class Around(Chain):
        def forward(self, x):
            y = self.first(x)
            return self.second(y + torch.cumsum(y, 1))

    _, (report,) = check(Around(None), torch.randn(1, 3, 6, 6))
    assert taken(report) == [("first",), ("second",)]


def test_branches_that_do_not_meet_are_sets_of_their_own():
    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(3, 4, 1), nn.Conv2d(2, 4, 3)

        def forward(self, x, y):
            return self.a(x), {"b": torch.sigmoid(self.b(y)), "sum": (x + 1, y.sum())}

    class Values(Branches):
        def forward(self, x, y):
            a, others = super().forward(x, y)
            return a, others["b"], others["sum"]

    _, (report,) = check(Values(), torch.randn(1, 3, 6, 6), torch.randn(2, 2, 5, 5))
    assert sorted(taken(report)) == [("a",), ("b",)]


def test_a_set_with_several_inputs_and_outputs():
    class Net(Chain):
        def forward(self, x, y, z):
            a = self.first(x)
            b = self.second(a * y)
            return b, torch.cumsum(a, 1), b * z, z

    inputs = torch.randn(1, 3, 6, 6), torch.randn(1, 4, 1, 1), torch.randn(6)
    _, (report,) = check(Net(None), *inputs)
    assert taken(report) == [("first", "second")]


def test_a_module_that_is_used_twice():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(4, 4, 3, padding=1)

        def forward(self, x):
            return self.conv(torch.relu(self.conv(x)))

    check(Twice(), torch.randn(1, 4, 6, 6))


def test_changes_in_place():
    class InPlace(Chain):
        def forward(self, x, y):
            a = self.first(x)
            a += 1
            a[:, 0] = 2
            functional.relu_(a)
            y.mul_(2)
            return self.second(a) + y

    model = InPlace(None)
    x, y = torch.randn(1, 3, 6, 6), torch.randn(1, 5, 6, 6)
    compiled = torch.compile(model, backend="convopt", options={"rest": "eager"})
    with torch.no_grad():
        mine, theirs = y.clone(), y.clone()
        for _ in range(2):
            checks.assert_same(compiled(x, mine), model(x, theirs))
            checks.assert_same(mine, theirs)


def test_views_that_leave_a_set_share_memory():
    class Views(Chain):
        def forward(self, x):
            y = self.second(self.first(x))
            return y, y.permute(0, 2, 3, 1), y.view(-1), y.view(5, -1).sum(1)

    compiled, (report,) = check(Views(None), torch.randn(1, 3, 6, 6))
    assert taken(report) == [("first", "second")]
    with torch.no_grad():
        base, permuted, flat, _ = compiled(torch.randn(1, 3, 6, 6))
    base.fill_(3)
    assert bool((permuted == 3).all())
    assert bool((flat == 3).all())


def test_results_never_share_memory_with_each_other_or_with_inputs():
    class Same(Chain):
        def forward(self, x):
            return self.first(x), torch.cat([x], 1), x.contiguous()

    x = torch.randn(1, 3, 6, 6)
    compiled, _ = check(Same(None), x)
    with torch.no_grad():
        first = compiled(x)[0]
        kept = first.clone()
        compiled(x + 1)
    assert bool((first == kept).all())


def test_a_copy_of_an_input_that_leaves_a_set():
    class Copies(Chain):
        def forward(self, x):
            y = x.clone()
            return y, self.first(y), self.first(y).permute(0, 2, 3, 1).contiguous()

    compiled, (report,) = check(Copies(None), torch.randn(1, 3, 6, 6))
    assert taken(report) == [("first", "first")]
    x = torch.randn(1, 3, 6, 6)
    with torch.no_grad():
        copied = compiled(x)[0]
    copied.zero_()
    assert bool((x != 0).all())


def test_inputs_of_any_strides():
    compiled, _ = check(Block().eval(), torch.randn(2, 8, 9, 7))
    model = compiled._orig_mod
    x = torch.randn(2, 8, 9, 14)[..., ::2]
    for strided in (
        x,
        x.contiguous(memory_format=torch.channels_last),
        x.transpose(2, 3)[:, :, :7],
    ):
        with torch.no_grad():
            checks.assert_same(compiled(strided), model(strided))


def test_a_model_in_channels_last():
    model = Block().eval().to(memory_format=torch.channels_last)
    x = torch.randn(2, 8, 9, 7).to(memory_format=torch.channels_last)
    _, (report,) = check(model, x)
    assert taken(report) == [("expand", "depthwise", "project")]


def test_graph_breaks():
    class Breaks(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = Block().eval(), Block().eval()

        def forward(self, x):
            y = self.first(x)
            torch._dynamo.graph_break()
            return self.second(y) if y.sum() > 1e9 else self.second(-y)

    _, reports = check(Breaks(), torch.randn(1, 8, 5, 5))
    assert [len(each.taken) for each in reports if each.taken] == [1, 1]


@pytest.mark.parametrize("rest", ["eager", "inductor"])
def test_a_function_without_convolutions_is_left(rest):
    _, (report,) = check(nn.Sequential(nn.Linear(4, 5), nn.ReLU()), torch.randn(3, 4), rest=rest)
    assert report.taken == ()
    assert report.notes == ("no convolution that convopt compiles",)
    assert report.rest == rest


def test_tensors_are_not_copied(monkeypatch):
    running = pytest.importorskip("convopt.torch.running")
    seen = []
    run_at = running.CodeRunner.run_at

    def spied(self, pointers):
        seen.append(list(pointers))
        run_at(self, pointers)

    monkeypatch.setattr(running.CodeRunner, "run_at", spied)
    compiled, _ = check(Block().eval(), torch.randn(2, 8, 9, 7))
    x = torch.randn(2, 8, 9, 7)
    with torch.no_grad():
        y = compiled(x)
    assert seen[-1] == [x.data_ptr(), y.data_ptr()]


def test_as_many_threads_as_pytorch_or_as_asked_for(monkeypatch):
    division = pytest.importorskip("convopt.torch.division")
    threads = []
    function = division.CompiledFunction

    def counted(segment, target, count, results):
        threads.append(count)
        return function(segment, target, count, results)

    monkeypatch.setattr(division, "CompiledFunction", counted)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    monkeypatch.setattr("convopt.torch.inference.available_cores", lambda: 3)
    for options in ({}, {"threads": 1}, {"threads": 9}):
        torch._dynamo.reset()
        check(Block().eval(), torch.randn(1, 8, 4, 4), **options)
    assert threads == [2, 1, 3]


def test_several_threads_run_one_function():
    from concurrent.futures import ThreadPoolExecutor

    model = Block().eval()
    compiled, _ = check(model, torch.randn(2, 8, 9, 7))

    def run(seed):
        x = torch.randn(2, 8, 9, 7, generator=torch.Generator().manual_seed(seed))
        with torch.no_grad():
            return compiled(x), model(x)

    with ThreadPoolExecutor(4) as pool:
        for found, expected in pool.map(run, range(40)):
            checks.assert_same(found, expected)


def test_two_threads_in_one_function():
    check(Block().eval(), torch.randn(2, 8, 9, 7), threads=2)
