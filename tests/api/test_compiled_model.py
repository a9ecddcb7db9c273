"""The compiled model as a function: arrays in, arrays out, every mistake named."""

import re
import threading
import tracemalloc

import numpy as np
import pytest

import convopt
from convopt.backends.targets import cpu_target
from convopt.runtime.host_check import check_runs_here
from convopt.runtime.threads import available_cores


@pytest.fixture(scope="module", params=[1, 2], ids=["1 thread", "2 threads"])
def model(request, network):
    return convopt.compile(network.text, threads=request.param, cache=False)


@pytest.fixture(scope="module")
def single(network):
    return convopt.compile(network.text, cache=False)


def misaligned(array):
    """The same values, one byte away from where floats belong."""
    memory = np.zeros(array.nbytes + 1, np.uint8)[1:]
    moved = memory.view(array.dtype).reshape(array.shape)
    moved[...] = array
    assert not moved.flags.aligned
    return moved


def test_positional_arguments(model, network):
    network.check(model(network.a, network.b))


def test_named_arguments(model, network):
    network.check(model(b=network.b, a=network.a))
    network.check(model(network.a, b=network.b))


def test_run_as_onnxruntime_does(model, network):
    feeds = {"b": network.b, "a": network.a}
    found = model.run(None, feeds)
    assert isinstance(found, list)
    network.check(found)
    (dw, total) = model.run(["dw", "sum"], feeds)
    network.check((total, dw))
    assert [array.shape for array in model.run(["dw"], feeds)] == [(1, 6, 5, 7)]


def test_results_are_new_arrays_each_time(single, network):
    first = single(network.a, network.b)
    kept = [array.copy() for array in first]
    second = single(network.a * 2, network.b)
    assert all((old == now).all() for old, now in zip(kept, first, strict=True))
    assert not np.shares_memory(first[0], second[0])


def test_many_runs_agree_to_the_bit(model, network):
    first = model(network.a, network.b)
    for _ in range(50):
        again = model(network.a, network.b)
        assert all((x == y).all() for x, y in zip(first, again, strict=True))


@pytest.mark.parametrize(
    "spoil",
    [
        misaligned,
        np.asfortranarray,
        lambda array: np.repeat(array, 2, axis=3)[..., ::2],
        lambda array: array[..., ::-1].copy()[..., ::-1],
        lambda array: np.broadcast_to(array, (2, *array.shape))[0],
    ],
    ids=["misaligned", "fortran", "strided", "reversed", "broadcast"],
)
def test_arrays_that_lie_badly_work(model, network, spoil):
    a = spoil(network.a)
    before = a.copy()
    network.check(model(a, spoil(network.b)))
    assert (a == before).all()


def test_read_only_arrays_work(single, network):
    a = network.a.copy()
    a.flags.writeable = False
    network.check(single(a, network.b))


def test_results_in_given_arrays(model, network):
    out = (np.full((1, 10, 5, 7), np.nan, np.float32), np.full((1, 6, 5, 7), np.nan, np.float32))
    found = model(network.a, network.b, out=out)
    assert found[0] is out[0]
    assert found[1] is out[1]
    network.check(out)


def test_results_over_an_input(single, network):
    b = network.b.copy()
    single(network.a, b, out=(b, np.empty((1, 6, 5, 7), np.float32)))
    np.testing.assert_allclose(b, network.expected[0], rtol=1e-4, atol=1e-5)


def test_no_more_threads_than_cores(network):
    model = convopt.compile(network.text, threads=500)
    assert model.threads == available_cores()
    network.check(model(network.a, network.b))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, n: m(n.a), "expected the inputs a: 1x6x9x7 float32, b: 1x10x5x7 float32; "
                              "missing: b: 1x10x5x7 float32"),
        (lambda m, n: m(n.a, n.b, n.b), "expected 2 inputs (a: 1x6x9x7 float32, "
                                        "b: 1x10x5x7 float32), found 3"),
        (lambda m, n: m(n.a, a=n.a), "expected input 'a' once, found it twice"),
        (lambda m, n: m(n.a, c=n.b), "expected the inputs a, b; found an input 'c'"),
        (lambda m, n: m.run(None, {"a": n.a, "bb": n.b}),
         "expected the inputs a, b; found an input 'bb'"),
        (lambda m, n: m.run(["summ"], {"a": n.a, "b": n.b}),
         "expected the outputs sum, dw; found an output 'summ'; did you mean 'sum'?"),
        (lambda m, n: m(n.a[0], n.b), "input 'a': expected the shape 1x6x9x7, found 6x9x7"),
        (lambda m, n: m(n.a[:, :5], n.b), "input 'a': expected the shape 1x6x9x7, found 1x5x9x7"),
        (lambda m, n: m(n.a.astype(np.float64), n.b), "input 'a': expected float32, found float64"),
        (lambda m, n: m(n.a, n.b.astype(">f4")), "input 'b': expected float32, found >f4"),
        (lambda m, n: m(n.a.tolist(), n.b), "input 'a': expected a NumPy array, found list"),
        (lambda m, n: m(n.a, n.b, out=n.b), "expected 2 arrays as out, found 1"),
        (lambda m, n: m(n.a, n.b, out=(n.b, n.a)),
         "output 'dw': expected the shape 1x6x5x7, found 1x6x9x7"),
        (lambda m, n: m(n.a, n.b, out=(np.asfortranarray(n.b), n.a)),
         "output 'sum': expected a writeable, aligned, C-contiguous array"),
        (lambda m, n: m.profile(n.a, n.b, repeat=0), "expected at least 1 repetition, found 0"),
    ],
)  # fmt: skip
def test_mistakes_are_named(single, network, call, message):
    with pytest.raises(convopt.ConvoptError, match=re.escape(message)):
        call(single, network)


def test_calls_from_several_threads(model, network):
    failures = []

    def work():
        try:
            for _ in range(20):
                network.check(model(network.a, network.b))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_running_allocates_only_its_results(single, network):
    out = tuple(np.empty(spec.shape, np.float32) for spec in single.outputs)
    single(network.a, network.b, out=out)
    tracemalloc.start()
    try:
        for _ in range(20):
            single(network.a, network.b, out=out)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10_000  # pointers and tuples, no tensor: the smallest has 840 bytes times 20


def test_profile_has_a_row_a_kernel(single, network):
    profile = single.profile(network.a, network.b, repeat=3)
    kinds = [row.kind for row in profile.rows]
    assert "dw3x3s2x1" in kinds
    assert any(kind.startswith("pw1x1") for kind in kinds)
    assert all(row.milliseconds > 0 and row.bytes > 0 for row in profile.rows)
    macs = {row.kind: row.macs for row in profile.rows}
    assert macs["dw3x3s2x1"] == 6 * 9 * 5 * 7
    assert all(row.location.startswith("<text>:") for row in profile.rows if row.macs)
    assert str(profile).splitlines()[-1].startswith("total ")
    assert len(str(profile).splitlines()) == len(profile.rows) + 2
    network.check(single(network.a, network.b))  # profiling left everything in order


def test_it_says_what_it_is(single):
    assert repr(single).startswith("<CompiledModel 'model' (a: 1x6x9x7 float32, b: ")
    assert [spec.name for spec in single.inputs] == ["a", "b"]
    assert [spec.name for spec in single.outputs] == ["sum", "dw"]
    assert single.partition.complete
    assert single.weights_bytes > 0
    assert single.workspace_bytes >= 64


def test_bad_numbers_of_threads(network):
    with pytest.raises(convopt.ConvoptError, match="at least 1 thread, found 0"):
        convopt.compile(network.text, threads=0, cache=False)


def test_a_target_of_another_machine_is_refused(network):
    other = "cortex-a72" if cpu_target("host").arch == "x86_64" else "x86-64-v3"
    with pytest.raises(convopt.ConvoptError, match="use emit for code that runs elsewhere"):
        convopt.compile(network.text, target=other, cache=False)


@pytest.mark.parametrize("name", ["x86-64-v3", "x86-64-v4", "cortex-a53"])
def test_named_targets_run_where_they_can(network, name):
    try:
        check_runs_here(cpu_target(name))
    except convopt.ConvoptError as reason:
        pytest.skip(str(reason))
    network.check(convopt.compile(network.text, target=name)(network.a, network.b))
