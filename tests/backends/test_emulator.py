"""The AArch64 loader and emulator: results, counts, and every kind of fault."""

import struct
from collections.abc import Callable

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm import emit_object, to_llvm_text
from convopt.backends.llvm.codegen import parse, target_machine
from convopt.backends.targets import cpu_target
from convopt.testing import memory_trace
from convopt.testing.elf import ElfError, load_object
from convopt.testing.emulator import EmulationError, run_aarch64
from convopt.testing.memory_trace import Accesses

SHIFTED = """
func.func private @kernel(%x : memref<16xf32>, %y : memref<16xf32>, %i : index) {{
  %v = vector.load %x[%i] : memref<16xf32>, vector<4xf32>
  %ramp = arith.constant dense<[0.5, 1.5, 2.5, 3.5]> : vector<4xf32>
  %s = arith.addf %v, %ramp : vector<4xf32>
  vector.store %s, %y[%i] : memref<16xf32>, vector<4xf32>
  func.return
}}
func.func @main(%x : memref<16xf32>, %y : memref<16xf32>, %i : index) {{
  %shift = arith.constant {shift} : index
  %at = arith.addi %i, %shift : index
  func.call @kernel(%x, %y, %at) : (memref<16xf32>, memref<16xf32>, index) -> ()
  func.return
}}
"""
Compile = Callable[..., bytes]


@pytest.fixture
def compile_text(lower: Callable[[str], ModuleOp]) -> Compile:
    """An object of kernels for a CPU, or of LLVM IR text."""

    def compile_for(text: str, cpu: str = "cortex-a72") -> bytes:
        target = cpu_target(cpu)
        llvm_text = to_llvm_text(lower(text), target, "net") if "func.func" in text else text
        return emit_object(llvm_text, target)

    return compile_for


def arrays(size: int = 16) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).standard_normal(size).astype(np.float32)
    return x, np.zeros(size, np.float32)


@pytest.mark.parametrize("cpu", ["cortex-a53", "cortex-a72", "neoverse-n1"])
def test_results_and_counts(compile_text: Compile, cpu: str) -> None:
    x, y = arrays()
    code = compile_text(SHIFTED.format(shift=0), cpu)
    emulation = run_aarch64(code, "net_run", [x, y], [12], cpu=cpu, count=True)
    np.testing.assert_array_equal(y[12:], x[12:] + np.array([0.5, 1.5, 2.5, 3.5], np.float32))
    assert not y[:12].any()
    assert emulation.instructions is not None
    assert 8 <= emulation.instructions <= 30
    assert run_aarch64(code, "net_run", [x, y], [12], cpu=cpu).instructions is None


PREFETCHING = """
define void @touch(ptr %x, ptr %y, i64 %i) {
  call void @llvm.prefetch.p0(ptr %x, i32 1, i32 3, i32 1)
  %place = getelementptr float, ptr %x, i64 %i
  %value = load float, ptr %place
  store float %value, ptr %y
  ret void
}
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
"""


def test_loads_and_stores_are_handed_over_and_prefetches_are_not(compile_text: Compile) -> None:
    x, y = arrays()
    batches: list[Accesses] = []
    emulation = run_aarch64(
        compile_text(PREFETCHING),
        "touch",
        [x, y],
        [3],
        sides=["start"],
        count=True,
        take_accesses=batches.append,
    )
    assert emulation.instructions == 4  # prefetch, load, store, return
    ((addresses, sizes, stores),) = batches
    first, second = emulation.addresses
    assert addresses.tolist() == [first + 12, second]
    assert sizes.tolist() == [4, 4]
    assert stores.tolist() == [False, True]


def test_accesses_come_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_trace, "BATCH", 2)
    batches: list[Accesses] = []
    trace = memory_trace.MemoryTrace(batches.append)
    for address in range(5):
        trace.add(address, 16, address % 2 == 1)
    trace.flush()
    assert [batch.addresses.tolist() for batch in batches] == [[0, 1], [2, 3], [4]]
    assert [batch.stores.tolist() for batch in batches] == [[False, True], [False, True], [False]]
    assert batches[0].sizes.tolist() == [16, 16]


def test_one_float_too_far_is_found_on_both_sides(compile_text: Compile) -> None:
    x, y = arrays()
    ahead, before = (compile_text(SHIFTED.format(shift=shift)) for shift in (1, -1))
    message = (
        r"read of \d+ bytes at 0x\w+, \d+ bytes behind the end of buffer 0 float32\[16\], "
        r"by kernel\+0x"
    )
    with pytest.raises(EmulationError, match=message):
        run_aarch64(ahead, "net_run", [x, y], [12])
    with pytest.raises(EmulationError, match="4 bytes before buffer 0"):
        run_aarch64(before, "net_run", [x, y], [0])
    run_aarch64(ahead, "net_run", [x, y], [12], sides=["start"])  # hence both sides by default
    run_aarch64(ahead, "net_run", [x, y], [11])


def test_writes_to_what_is_read_only(compile_text: Compile) -> None:
    x, y = arrays()
    code = compile_text(SHIFTED.format(shift=0))
    x.flags.writeable = False
    run_aarch64(code, "net_run", [x, y], [0])
    y.flags.writeable = False
    with pytest.raises(EmulationError, match=r"write of .* in buffer 1 .*, which is read-only"):
        run_aarch64(code, "net_run", [x, y], [0])


def test_arguments_beyond_the_registers(compile_text: Compile) -> None:
    code = compile_text(
        """target triple = "aarch64-linux-gnu"
        define void @f(ptr %y, ptr %a, ptr %b, ptr %c, ptr %d, ptr %e, ptr %g, ptr %h, ptr %i,
                       i64 %n, i64 %m) {
          %v = load float, ptr %i
          store float %v, ptr %y
          %at = getelementptr i64, ptr %y, i64 1
          store i64 %n, ptr %at
          %at2 = getelementptr i64, ptr %y, i64 2
          store i64 %m, ptr %at2
          ret void
        }"""
    )
    y = np.zeros(3, np.int64)
    others = [np.full(1, number, np.float32) for number in range(8)]
    run_aarch64(code, "f", [y, *others], [11, 12])
    assert y[:1].view(np.float32)[0] == 7
    assert y[1:].tolist() == [11, 12]


def test_a_function_that_does_not_return(compile_text: Compile) -> None:
    code = compile_text(
        'target triple = "aarch64-linux-gnu"\n'
        "define void @f() {\nentry:\n br label %l\nl:\n br label %l\n}"
    )
    with pytest.raises(EmulationError, match=r"f did not return in 0.2 s, at f\+0x0"):
        run_aarch64(code, "f", [], timeout_s=0.2)


def test_an_instruction_that_the_cpu_lacks(compile_text: Compile) -> None:
    text = """target triple = "aarch64-linux-gnu"
    define void @f(ptr %p) {
      %old = atomicrmw add ptr %p, i32 1 seq_cst
      ret void
    }"""
    counter = np.zeros(1, np.int32)
    for cpu in ("cortex-a72", "neoverse-n1"):
        run_aarch64(compile_text(text, cpu), "f", [counter], cpu=cpu)
    assert counter[0] == 2
    with pytest.raises(EmulationError, match=r"at f\+0x|at address"):
        run_aarch64(compile_text(text, "neoverse-n1"), "f", [counter], cpu="cortex-a72")


def test_results_that_depend_on_where_buffers_lie(compile_text: Compile) -> None:
    code = compile_text(
        """target triple = "aarch64-linux-gnu"
        define void @f(ptr %p) {
          %address = ptrtoint ptr %p to i64
          store i64 %address, ptr %p
          ret void
        }"""
    )
    with pytest.raises(EmulationError, match="results of f depend on where its buffers lie"):
        run_aarch64(code, "f", [np.zeros(1, np.int64)])


def test_a_missing_function(compile_text: Compile) -> None:
    code = compile_text(SHIFTED.format(shift=0))
    with pytest.raises(EmulationError, match="expected a function called missing, found none"):
        run_aarch64(code, "missing", [])


def test_relocations_of_data_and_calls(compile_text: Compile) -> None:
    """Constants (ADR_PREL_PG_HI21, ADD and LDST of every size), tables (ABS64), calls."""
    code = compile_text(
        """target triple = "aarch64-linux-gnu"
        @b = internal global i8 3
        @h = internal global i16 500
        @w = internal global i32 70000
        @d = internal global i64 5000000000
        @zeros = internal global [64 x i64] zeroinitializer
        @table = internal constant [2 x ptr] [ptr @d, ptr @zeros]
        define internal i64 @twice(i64 %n) noinline {
          %m = mul i64 %n, 2
          ret i64 %m
        }
        define void @f(ptr %y, i64 %i) {
          %b = load volatile i8, ptr @b
          %h = load volatile i16, ptr @h
          %w = load volatile i32, ptr @w
          %slot = getelementptr ptr, ptr @table, i64 %i
          %p = load volatile ptr, ptr %slot
          %d = load volatile i64, ptr %p
          %b2 = zext i8 %b to i64
          %h2 = zext i16 %h to i64
          %w2 = zext i32 %w to i64
          %s1 = add i64 %b2, %h2
          %s2 = add i64 %s1, %w2
          %s3 = add i64 %s2, %d
          %r = call i64 @twice(i64 %s3)
          store i64 %r, ptr %y
          ret void
        }"""
    )
    y = np.zeros(1, np.int64)
    for index, entry in ((0, 5000000000), (1, 0)):
        run_aarch64(code, "f", [y], [index])
        assert y[0] == 2 * (3 + 500 + 70000 + entry)


def test_damaged_objects(compile_text: Compile) -> None:
    code = compile_text(SHIFTED.format(shift=0))
    with pytest.raises(ElfError, match="expected a 64-bit little-endian ELF file"):
        load_object(b"MZ" + code[2:], 0)
    with pytest.raises(ElfError, match="truncated"):
        load_object(code[:200], 0)
    with pytest.raises(ElfError, match=r"expected a relocatable AArch64 object, found .* 62"):
        load_object(code[:18] + struct.pack("<H", 62) + code[20:], 0)
    for size in range(0, len(code), 7):
        with pytest.raises(ElfError):
            load_object(code[:size], 0)


def test_an_undefined_symbol_cannot_be_loaded() -> None:
    text = 'target triple = "aarch64-linux-gnu"\ndeclare void @g()\n'
    text += "define void @f() {\n call void @g()\n ret void\n}"
    machine = target_machine(cpu_target("cortex-a72"))
    code = machine.emit_object(parse(text, machine))
    with pytest.raises(ElfError, match="undefined symbol g"):
        load_object(code, 0)
