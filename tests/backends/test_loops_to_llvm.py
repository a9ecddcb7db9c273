"""conv-loops-to-llvm: what the compiled kernels compute."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm.jit import HostCode
from convopt.errors import ConvoptError

Load = Callable[[str], HostCode]


def run(load: Load, text: str, *arrays: np.ndarray, sizes: tuple[int, ...] = ()) -> None:
    function = load(text).function("net_run", len(arrays), len(sizes))
    function(*(array.ctypes.data for array in arrays), *sizes)


def test_a_loop_of_unknown_extent_may_not_run(host_code: Load) -> None:
    text = """
    func.func @main(%y : memref<8xf32>, %begin : index, %end : index) {
      %one = arith.constant 1.0 : f32
      %c2 = arith.constant 2 : index
      scf.for %i = %begin to %end step %c2 {
        memref.store %one, %y[%i] : memref<8xf32>
      }
      func.return
    }"""
    for begin, end in ((0, 8), (1, 6), (5, 6), (3, 3), (7, 2)):
        y = np.zeros(8, np.float32)
        run(host_code, text, y, sizes=(begin, end))
        expected = np.zeros(8, np.float32)
        expected[begin:end:2] = 1
        np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("trips", [0, 1, 2, 5])
def test_values_carried_by_a_static_loop(host_code: Load, trips: int) -> None:
    text = f"""
    func.func @main(%x : memref<8xf32>, %y : memref<2xf32>) {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %end = arith.constant {trips} : index
      %zero = arith.constant 0.0 : f32
      %one = arith.constant 1.0 : f32
      %s, %p = scf.for %i = %c0 to %end step %c1 iter_args(%a = %zero, %b = %one) -> (f32, f32) {{
        %v = memref.load %x[%i] : memref<8xf32>
        %a2 = arith.addf %a, %v : f32
        %b2 = arith.mulf %b, %v : f32
        scf.yield %a2, %b2 : f32, f32
      }}
      memref.store %s, %y[%c0] : memref<2xf32>
      memref.store %p, %y[%c1] : memref<2xf32>
      func.return
    }}"""
    x, y = np.arange(1, 9, dtype=np.float32), np.empty(2, np.float32)
    run(host_code, text, x, y)
    np.testing.assert_array_equal(y, [x[:trips].sum(), x[:trips].prod()])


def test_values_carried_by_a_guarded_loop_swap(host_code: Load) -> None:
    text = """
    func.func @main(%y : memref<2xf32>, %n : index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %u = arith.constant 3.0 : f32
      %v = arith.constant 5.0 : f32
      %p, %q = scf.for %i = %c0 to %n step %c1 iter_args(%a = %u, %b = %v) -> (f32, f32) {
        scf.yield %b, %a : f32, f32
      }
      memref.store %p, %y[%c0] : memref<2xf32>
      memref.store %q, %y[%c1] : memref<2xf32>
      func.return
    }"""
    for trips in range(4):
        y = np.empty(2, np.float32)
        run(host_code, text, y, sizes=(trips,))
        np.testing.assert_array_equal(y, [5, 3] if trips % 2 else [3, 5])


def test_addresses_in_sibling_and_nested_loops(host_code: Load) -> None:
    """Partial addresses are shared between loops; each must still see its own indices."""
    text = """
    func.func @main(%x : memref<3x4x5xf32>, %y : memref<3x4x5xf32>, %n : index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c3 = arith.constant 3 : index
      %c4 = arith.constant 4 : index
      %c5 = arith.constant 5 : index
      scf.for %i = %c0 to %c3 step %c1 {
        scf.for %j = %c0 to %n step %c1 {
          %back = arith.subi %c3, %j : index
          scf.for %k = %c0 to %c5 step %c1 {
            %v = memref.load %x[%i, %back, %k] : memref<3x4x5xf32>
            memref.store %v, %y[%i, %j, %k] : memref<3x4x5xf32>
          }
        }
        scf.for %j = %c0 to %n step %c1 {
          %v = memref.load %x[%i, %j, %c4] : memref<3x4x5xf32>
          memref.store %v, %y[%i, %j, %c0] : memref<3x4x5xf32>
        }
      }
      func.return
    }"""
    x = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    y = np.empty_like(x)
    run(host_code, text, x, y, sizes=(4,))
    expected = x[:, ::-1].copy()
    expected[:, :, 0] = x[:, :, 4]
    np.testing.assert_array_equal(y, expected)


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_index_expressions_agree_with_python(host_code: Load, data: st.DataObject) -> None:
    """A random chain of index arithmetic, its result stored as a float."""
    lines = []
    i, n = data.draw(st.integers(0, 40)), data.draw(st.integers(1, 40))
    names = {"%i": i, "%n": n}
    for number in range(data.draw(st.integers(1, 8))):
        a, b = (data.draw(st.sampled_from(sorted(names))) for _ in range(2))
        constant = data.draw(st.integers(1, 9))
        name = f"%v{number}"
        lines.append(f"%k{number} = arith.constant {constant} : index")
        op, value = data.draw(
            st.sampled_from(
                [
                    (f"addi {a}, {b}", names[a] + names[b]),
                    (f"subi {a}, {b}", names[a] - names[b]),
                    (f"muli {a}, %k{number}", names[a] * constant),
                    (f"muli {a}, {b}", names[a] * names[b]),
                    (f"minsi {a}, {b}", min(names[a], names[b])),
                    (f"maxsi {a}, %k{number}", max(names[a], constant)),
                    (f"divsi {a}, %k{number}", int(names[a] / constant)),
                    (f"divui %n, %k{number}", n // constant),
                    (f"remui %i, %k{number}", i % constant),
                    ("divui %i, %n", i // n),
                    (f"minui %i, %k{number}", min(i, constant)),
                ]
            )
        )
        if abs(value) < 2**22:
            lines.append(f"{name} = arith.{op} : index")
            names[name] = value
    last = sorted(names)[-1]
    text = f"""
    func.func @main(%y : memref<1xf32>, %i : index, %n : index) {{
      %c0 = arith.constant 0 : index
      {" ".join(lines)}
      %integer = arith.index_cast {last} : index to i64
      %float = arith.sitofp %integer : i64 to f32
      memref.store %float, %y[%c0] : memref<1xf32>
      func.return
    }}"""
    y = np.empty(1, np.float32)
    run(host_code, text, y, sizes=(i, n))
    assert y[0] == np.float32(names[last])


def test_views_of_bytes_and_of_buffers(host_code: Load) -> None:
    text = """
    func.func private @copy(%x : memref<4xf32> {llvm.noalias}, %y : memref<4xf32> {llvm.noalias}) {
      %c0 = arith.constant 0 : index
      %v = vector.load %x[%c0] : memref<4xf32>, vector<4xf32>
      vector.store %v, %y[%c0] : memref<4xf32>, vector<4xf32>
      func.return
    }
    func.func @main(%bytes : memref<64xi8>, %y : memref<2x2xf32>) {
      %c16 = arith.constant 16 : index
      %c8 = arith.constant 8 : index
      %a = memref.view %bytes[%c16][] : memref<64xi8> to memref<32xi8>
      %b = memref.view %a[%c8][] : memref<32xi8> to memref<4xf32>
      %z = memref.reinterpret_cast %y to offset: [0], sizes: [4], strides: [1]
        : memref<2x2xf32> to memref<4xf32>
      func.call @copy(%b, %z) : (memref<4xf32>, memref<4xf32>) -> ()
      func.return
    }"""
    x, y = np.arange(16, dtype=np.float32), np.empty((2, 2), np.float32)
    run(host_code, text, x, y)
    np.testing.assert_array_equal(y.ravel(), x[6:10])


def test_vector_operations(host_code: Load) -> None:
    text = """
    func.func @main(%x : memref<16xf32>, %y : memref<9x8xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c3 = arith.constant 3 : index
      %c4 = arith.constant 4 : index
      %c5 = arith.constant 5 : index
      %c6 = arith.constant 6 : index
      %c7 = arith.constant 7 : index
      %c8 = arith.constant 8 : index
      %ramp = arith.constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]> : vector<8xf32>
      %a = vector.load %x[%c0] : memref<16xf32>, vector<8xf32>
      %b = vector.load %x[%c8] : memref<16xf32>, vector<8xf32>
      %lane = vector.extract %a[3] : f32 from vector<8xf32>
      %splat = vector.broadcast %lane : f32 to vector<8xf32>
      vector.store %splat, %y[%c0, %c0] : memref<9x8xf32>, vector<8xf32>
      %twice = arith.addf %lane, %lane : f32
      %s = memref.load %x[%c5] : memref<16xf32>
      %sum = vector.reduction <add>, %a : vector<8xf32> into f32
      %max = vector.reduction <maxnumf>, %b : vector<8xf32> into f32
      memref.store %twice, %y[%c1, %c0] : memref<9x8xf32>
      memref.store %sum, %y[%c1, %c1] : memref<9x8xf32>
      memref.store %max, %y[%c1, %c2] : memref<9x8xf32>
      memref.store %lane, %y[%c1, %c3] : memref<9x8xf32>
      %mixed = vector.shuffle %a, %b [15, 0, 8, 1, 9, 2, 10, 3] : vector<8xf32>, vector<8xf32>
      vector.store %mixed, %y[%c2, %c0] : memref<9x8xf32>, vector<8xf32>
      %sv = vector.broadcast %s : f32 to vector<8xf32>
      %fma = vector.fma %a, %sv, %ramp : vector<8xf32>
      vector.store %fma, %y[%c3, %c0] : memref<9x8xf32>, vector<8xf32>
      %neg = arith.negf %a : vector<8xf32>
      %root = math.sqrt %b : vector<8xf32>
      %abs = math.absf %neg : vector<8xf32>
      %hi = arith.maxnumf %neg, %root : vector<8xf32>
      %lo = arith.minnumf %abs, %hi : vector<8xf32>
      vector.store %lo, %y[%c4, %c0] : memref<9x8xf32>, vector<8xf32>
      %q = arith.divf %a, %b : vector<8xf32>
      %d = arith.subf %q, %ramp : vector<8xf32>
      vector.store %d, %y[%c5, %c0] : memref<9x8xf32>, vector<8xf32>
      %bits = arith.bitcast %a : vector<8xf32> to vector<8xi32>
      %step = arith.constant dense<1> : vector<8xi32>
      %shift = arith.constant dense<23> : vector<8xi32>
      %exponent = arith.shli %step, %shift : vector<8xi32>
      %more = arith.addi %bits, %exponent : vector<8xi32>
      %doubled = arith.bitcast %more : vector<8xi32> to vector<8xf32>
      vector.store %doubled, %y[%c6, %c0] : memref<9x8xf32>, vector<8xf32>
      %f = math.fma %lane, %s, %twice : f32
      memref.store %f, %y[%c7, %c0] : memref<9x8xf32>
      %narrow = vector.load %x[%c2] : memref<16xf32>, vector<4xf32>
      %n2 = arith.maxnumf %narrow, %narrow : vector<4xf32>
      vector.store %n2, %y[%c8, %c0] : memref<9x8xf32>, vector<4xf32>
      conv.prefetch %x[%c8] : memref<16xf32>
      conv.prefetch %y[%c8, %c0] {write} : memref<9x8xf32>
      func.return
    }"""
    x = np.random.default_rng(0).uniform(0.5, 2, 16).astype(np.float32)
    y = np.zeros((9, 8), np.float32)
    run(host_code, text, x, y)
    a, b, ramp = x[:8], x[8:], np.arange(8, dtype=np.float32)
    np.testing.assert_array_equal(y[0], np.full(8, a[3]))
    np.testing.assert_allclose(y[1, :4], [2 * a[3], a.sum(), b.max(), a[3]], rtol=1e-6)
    np.testing.assert_array_equal(y[2], [b[7], a[0], b[0], a[1], b[1], a[2], b[2], a[3]])
    np.testing.assert_allclose(y[3], a * x[5] + ramp, rtol=1e-6)
    np.testing.assert_allclose(y[4], np.minimum(a, np.maximum(-a, np.sqrt(b))), rtol=1e-6)
    np.testing.assert_allclose(y[5], a / b - ramp, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(y[6], 2 * a)
    np.testing.assert_allclose(y[7, 0], a[3] * x[5] + 2 * a[3], rtol=1e-6)
    np.testing.assert_array_equal(y[8, :4], x[2:6])


def test_buffers_need_only_the_alignment_of_a_float(host_code: Load) -> None:
    text = """
    func.func @main(%x : memref<16xf32>, %y : memref<16xf32>) {
      %c0 = arith.constant 0 : index
      %v = vector.load %x[%c0] : memref<16xf32>, vector<16xf32>
      vector.store %v, %y[%c0] : memref<16xf32>, vector<16xf32>
      func.return
    }"""
    memory = np.arange(64, dtype=np.float32)
    x, y = memory[1:17], memory[35:51]
    run(host_code, text, x, y)
    np.testing.assert_array_equal(y, np.arange(1, 17))


def test_offsets_beyond_32_bits_stay_exact(lower: Callable[[str], ModuleOp]) -> None:
    module = lower("""
    func.func @main(%x : memref<1073741824xf32>) {
      %far = arith.constant 1073741000 : index
      %v = memref.load %x[%far] : memref<1073741824xf32>
      memref.store %v, %x[%far] : memref<1073741824xf32>
      func.return
    }""")
    assert "llvm.mlir.constant(4294964000)" in str(module)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("%b = arith.truncf %f : f64 to f32", "no translation of arith.truncf"),
        ("%b = arith.minsi %j, %j : i32", "arith.minsi: expected operands of type index"),
        (
            "%b = arith.constant dense<1.0> : tensor<4xf32>",
            "arith.constant: expected a number or a vector",
        ),
        (
            "%b = memref.load %m[%n] : memref<8xi8>",
            "expected accesses to 32-bit elements, found memref<8xi8>",
        ),
        ("%r = math.exp2 %f : f64", "no translation of math.exp2"),
        ("scf.for %i = %n to %n step %n {\n}", "scf.for: expected a positive constant step"),
        (
            "%b = vector.reduction <mul>, %v : vector<4xf32> into f32",
            "vector.reduction: expected add, maxnumf or minnumf of floats, found mul",
        ),
        ("%b = vector.broadcast %v : vector<4xf32> to vector<4xf32>", "expected a number"),
    ],
)
def test_unsupported_operations(lower: Callable[[str], ModuleOp], body: str, message: str) -> None:
    text = f"""
    func.func @main(%m : memref<8xi8>, %n : index, %f : f64, %j : i32, %v : vector<4xf32>) {{
      {body}
      func.return
    }}"""
    with pytest.raises(ConvoptError, match=message):
        lower(text)


def test_functions_with_results_are_refused(lower: Callable[[str], ModuleOp]) -> None:
    with pytest.raises(ConvoptError, match="@f: expected no results"):
        lower("func.func @f(%x : f32) -> f32 {\n func.return %x : f32\n}")
