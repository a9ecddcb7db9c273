"""TVM's own kernels, and ours in tf32 and f16: right on the CPU, as the CUDA text that they are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convopt
from convopt.benchmarks.gpu.cases import BenchmarkCase
from convopt.benchmarks.gpu.chain import Chain, Stage
from convopt.benchmarks.gpu.compiled_case import Wanted
from convopt.benchmarks.gpu.halves import lay_out, prepare
from convopt.benchmarks.gpu.numbered import number_weights
from convopt.benchmarks.gpu.planning import plan_precision
from convopt.benchmarks.gpu.tvm_kernels import build_function, cuda_target
from convopt.benchmarks.layer import Layer
from convopt.convdialect.layouts import block_of, tensor_of
from convopt.convdialect.ops.cast import CastOp
from convopt.convdialect.ops.structure import ConvertLayoutOp
from convopt.errors import ConvoptError

TARGET = "h200"
ALL = Wanted(0, True, True)


def pair(name, *stages):
    """Of 9 x 9 pixels; each stage: kind, inputs, outputs, kernel, stride, activation."""
    size, made = 9, []
    for kind, inputs, outputs, kernel, stride, activation in stages:
        pads, groups = (kernel // 2,) * 4, inputs if kind == "dw" else 1
        window = (kernel, kernel, stride, stride)
        shape = ("made_up", kind, inputs, size, size, outputs)
        made.append(Stage(Layer(*shape, *window, *pads, 1, groups, 1), activation))
        size = -(-size // stride)
    return BenchmarkCase(name, "pair", "made_up", 1, 1, Chain(tuple(made)))


ODD = pair("odd", ("pw", 7, 17, 1, 1, "relu6"), ("dw", 17, 17, 3, 2, "gelu"))
WIDE = pair("wide", ("dw", 64, 64, 3, 1, "relu"), ("pw", 64, 48, 1, 1, ""))
"""As the planner has it for tensor cores."""


@pytest.fixture(scope="module")
def recorded(record, small_network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gpu") / "bundle"
    return record(folder, [ODD, WIDE, small_network], ALL)


@pytest.fixture(scope="module")
def rows(recorded, bench):
    """By case, contender and precision."""
    from convopt.benchmarks.gpu.on_device.parts import PARTS, Task

    check = next(part for part in PARTS if part.name == "check")
    return {
        (case.name, row.contender, row.precision): row
        for case in recorded.bundle.cases
        for row in bench(recorded).measure(Task(check, case)).rows
    }


@pytest.mark.parametrize("case", ["odd", "wide", "whole"])
@pytest.mark.parametrize(
    ("contender", "precision", "least", "most"),
    [
        ("planned", "f32", 0.0, 1e-6),
        ("planned", "tf32", 0.0, 2e-3),
        ("planned", "f16", 1e-5, 2e-3),
        ("tvm-dlight", "f32", 0.0, 1e-6),
    ],
)
def test_all_are_right_on_poisoned_memory(rows, case, contender, precision, least, most):
    row = rows[case, contender, precision]
    assert row.problem == ""
    assert least <= row.error < most
    assert row.is_ours == (contender == "planned")


def test_tf32_rounds_where_tensor_cores_multiply(recorded, rows):
    wide = recorded.bundle.cases[1]
    assert "matrix = true" in " ".join(wide.variant("planned", "tf32").plan)
    assert rows["wide", "planned", "tf32"].error > 1e-5


def test_wrong_weights_of_others_are_noticed(recorded, bench):
    from convopt.benchmarks.gpu.on_device.bundle import Bundle
    from convopt.benchmarks.gpu.on_device.parts import PARTS, Task

    class Wrong(Bundle):
        def weight_map(self, variant):
            indices = super().weight_map(variant).copy()
            indices[indices == 7] = 8
            return indices

    bundle = recorded.bundle
    wrong = Wrong(**{name: getattr(bundle, name) for name in Bundle.__dataclass_fields__})
    measured = bench(recorded, wrong).measure(Task(PARTS[0], bundle.cases[0]))
    problems = {(r.contender, r.precision): r.problem for r in measured.rows}
    assert "expected an error of at most" in problems["planned", "f16"]
    assert "expected an error of at most" in problems["tvm-dlight", "f32"]


def test_tvm_reads_bounds_from_literals_and_reuses_memory(recorded):
    variant = recorded.bundle.cases[0].variant("tvm-dlight")
    assert set(variant.weights.literals) >= {0.0, 6.0}
    assert len(variant.launches) == 2
    assert {space for launch in variant.launches for space, _ in launch.arguments} == {
        *("input", "output", "weights", "workspace")
    }
    assert variant.workspace_bytes == -(-4 * 17 * 9 * 9 // 64) * 64


def test_peers_of_a_precision_stand_beside_ours_of_it(recorded, bench):
    from convopt.benchmarks.gpu.on_device.parts import PARTS, Task

    part = next(part for part in PARTS if part.name == "precisions")
    untimed = replace(part, is_warm=False, is_cold=False)
    rows = bench(recorded).measure(Task(untimed, recorded.bundle.cases[0])).rows
    found = [(row.contender, row.precision) for row in rows]
    peers = ("torch-nchw", "torch-nhwc")
    assert found == [(n, p) for p in ("tf32", "f16") for n in ("planned", *peers)]
    assert all(row.problem == "" for row in rows)


def test_f16_has_f16_borders():
    """Nothing converts: arguments and results are words of halves."""
    model = ODD.model()
    number_weights(model)
    variant = plan_precision(convopt.load(model).module, TARGET, "f16")
    assert variant.precision == "f16"
    variant.module.verify()
    (function,) = variant.module.body.block.ops
    for value in (*function.body.block.args, *function.body.block.last_op.operands):
        assert str(tensor_of(value).element_type) == "f16"
        assert block_of(tensor_of(value)) == 2
    assert not [op for op in variant.module.walk() if isinstance(op, CastOp | ConvertLayoutOp)]
    numbers = prepare(variant.module)
    assert sorted(numbers) == [*range(1, 7 * 17 + 1), *range(137, 137 + 9 * 17)]


def test_constants_without_numbers_are_refused():
    from convopt.pass_manager import run_passes

    module = convopt.load(ODD.model()).module
    from convopt.by_target import planning_passes
    from convopt.mlir_text import new_context

    run_passes(module, planning_passes(TARGET, "f16"), new_context())
    with pytest.raises(ConvoptError, match="expected f16 constants of lowered weights alone"):
        prepare(module)


SCRIPT = """
@T.prim_func(s_tir=True)
def f(X: T.Buffer((64,), "float32"), Y: T.Buffer((64,), "float32")):
    T.func_attr({"tirx.noalias": True})
"""
COPY = """
    for i in T.thread_binding(64, thread="threadIdx.x"):
        with T.sblock("copy"):
            v = T.axis.spatial(64, i)
            Y[v] = X[v]
"""
STAGED = """
    staged = T.sblock_alloc_buffer((64,), "float32", scope="shared.dyn")
    for i in T.thread_binding(64, thread="threadIdx.x"):
        with T.sblock("in"):
            v = T.axis.spatial(64, i)
            staged[v] = X[v]
        with T.sblock("out"):
            v = T.axis.spatial(64, i)
            Y[v] = staged[63 - v]
"""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (COPY + COPY.replace('"copy"', '"again"'), "f: expected one kernel of TVM's, found 2"),
        (STAGED, "f: expected no dynamic shared memory"),
        (STAGED.replace("sblock_alloc", "alloc"), "f: expected no buffers of TVM's own, found st"),
    ],
)
def test_kernels_of_tvm_that_a_launch_does_not_cover_are_refused(body, message):
    tvm = pytest.importorskip("tvm", reason="kernels are made by TVM")
    target = cuda_target("9.0")
    built = build_function("f", tvm.script.from_source(SCRIPT + COPY), target)
    assert built.text.kernel.block == (64, 1, 1)
    assert sorted(built.order) == [0, 1]
    with pytest.raises(ConvoptError, match=message):
        build_function("f", tvm.script.from_source(SCRIPT + body), target)


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=6))
def test_halves_and_floats_are_laid_out_one_behind_the_other(constants):
    """Each constant is some 64 words; halves take half of the room, aligned alike."""
    numbers, starts, halves, at = [], [], [], 1
    for size, is_half in constants:
        starts.append(256 * sum(len(n) // 64 for n in numbers))
        numbers.append(np.arange(at, at + 64 * size, dtype=np.uint32))
        halves += list(numbers[-1]) if is_half else []
        at += 64 * size
    packed = np.concatenate(numbers).tobytes()
    laid, places = lay_out(packed, starts, np.array(halves, np.uint32))
    assert [kind for _, kind in laid.runs] == ["f16" if half else "f32" for _, half in constants]
    found, element, byte = np.frombuffer(laid.numbers, np.uint32), 0, 0
    for start, own, (count, kind) in zip(starts, numbers, laid.runs, strict=True):
        assert places[start] == byte
        assert byte % 256 == 0
        assert np.array_equal(found[element : element + len(own)], own)
        assert not found[element + len(own) : element + count].any()
        element, byte = element + count, byte + count * (2 if kind == "f16" else 4)
    assert element == len(found)


def test_a_constant_of_both_kinds_is_refused():
    packed = np.arange(1, 65, dtype=np.uint32).tobytes()
    with pytest.raises(ConvoptError, match="expected f16 or f32 in a constant, found both"):
        lay_out(packed, [0], np.array([3], np.uint32))
