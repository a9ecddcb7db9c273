"""Sets of training graphs that the compiler refuses: PyTorch runs them, and convopt the others."""

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")
checks = pytest.importorskip("convopt.testing.torch_training")
training = pytest.importorskip("convopt.torch.training")
report_module = pytest.importorskip("convopt.torch.report")

REASON = "expected other channels, found 3"
IN_BLOCKS = {
    "first": {"convolution", "hardtanh", "convolution_1"},
    "second": {"convolution_2", "hardtanh_2", "convolution_3"},
}
"""What each forward set of `Interrupted` keeps in blocks for its backward set."""


@pytest.fixture
def refuse(monkeypatch):
    """Has the compiler refuse sets of which a condition holds; a list of what it was asked for,
    each the names of inputs and of tensors in blocks."""
    asked, build, set_model = [], training.build_segment, training.set_model

    def install(condition):
        def refusing(model, **named):
            if condition([each.name for each in model.inputs]):
                raise training.ConvoptError(REASON)
            return build(model, **named)

        def spied(nodes, graph, blocked):
            asked.append(({each.name for each in nodes.inputs}, set(blocked)))
            return set_model(nodes, graph, blocked)

        monkeypatch.setattr(training, "build_segment", refusing)
        monkeypatch.setattr(training, "set_model", spied)
        return asked

    return install


def run(**options):
    """The convolutions of sets that are taken, and operators left for `REASON`."""
    report = checks.check(checks.Interrupted(), torch.randn(2, 3, 9, 9), **options)
    taken = [tuple(name.rpartition("/")[2] for name in each.convolutions) for each in report.taken]
    left = [node.operator for node in report.left if node.reason == REASON]
    assert report.macs > report.taken_macs == sum(each.macs for each in report.taken)
    return taken, left


FORWARD = [("convolution", "convolution_1"), ("convolution_2", "convolution_3")]
BACKWARD = [
    ("convolution_backward", "convolution_backward_1"),
    ("convolution_backward_2", "convolution_backward_3"),
]


def test_a_forward_set_is_left(refuse):
    asked = refuse(lambda inputs: "primals_1" in inputs and "flip_1" not in inputs)
    taken, left = run()
    assert taken == [FORWARD[1], *BACKWARD]
    assert left.count("aten.convolution.default") == 2
    assert asked[-1][1] == IN_BLOCKS["second"]


def test_a_backward_set_is_left(refuse):
    asked = refuse(lambda inputs: "tangents_1" in inputs)
    taken, left = run()
    assert taken == [*FORWARD, BACKWARD[1]]
    assert left.count("aten.convolution_backward.default") == 2
    assert asked[-1][1] == IN_BLOCKS["first"]


def test_sets_in_both_directions_are_left(refuse):
    asked = refuse(lambda inputs: "tangents_1" in inputs or inputs[0] == "primals_2")
    taken, left = run()
    assert taken == [FORWARD[1], BACKWARD[1]]
    assert {"aten.convolution.default", "aten.convolution_backward.default"} <= set(left)
    assert asked[-1][1] == set()


def test_sets_that_nothing_changes_for_are_compiled_once(refuse):
    asked = refuse(lambda inputs: "tangents_1" in inputs)
    run(cache=False)
    firsts = [inputs for inputs, _ in asked if "primals_2" in inputs]
    assert len(firsts) == 2  # the first set in each direction
    assert len(asked) == 5


def test_all_sets_are_left(refuse):
    refuse(lambda _: True)
    model, x = checks.Interrupted(), torch.randn(2, 3, 9, 9)
    function = checks.compiled(model)
    with report_module.collect() as reports:
        result, found = checks.gradients(function, x)
    expected, wanted = checks.gradients(model, x)
    checks.assert_near(result, expected, 1e-6, "result")
    for name, value in wanted.items():
        checks.assert_near(found[name], value, 1e-6, name)
    (report,) = reports
    assert report.taken == ()
    assert report.rest == "eager"
    assert {node.reason for node in report.left if node.macs} == {REASON}
