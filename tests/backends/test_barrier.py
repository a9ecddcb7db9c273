"""The barrier: threads meet, and see what the others wrote before."""

import ctypes
import threading
from collections.abc import Callable

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm import emit_object, to_llvm_text
from convopt.backends.llvm.barrier import YIELD_OFFSET, barrier_text
from convopt.backends.llvm.jit import HostCode
from convopt.backends.targets import cpu_target
from convopt.errors import ConvoptError
from convopt.testing.emulator import run_aarch64

ROUNDS = """
func.func private @convopt_barrier(memref<64xi8>, index, index)
func.func @main(%state : memref<64xi8>, %slots : memref<64xf32>, %sums : memref<64xf32>,
                %thread : index, %threads : index, %rounds : index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %total = scf.for %round = %c0 to %rounds step %c1 iter_args(%before = %zero) -> (f32) {
    %integer = arith.index_cast %round : index to i64
    %value = arith.sitofp %integer : i64 to f32
    memref.store %value, %slots[%thread] : memref<64xf32>
    func.call @convopt_barrier(%state, %thread, %threads) : (memref<64xi8>, index, index) -> ()
    %sum = scf.for %other = %c0 to %threads step %c1 iter_args(%s = %before) -> (f32) {
      %written = memref.load %slots[%other] : memref<64xf32>
      %more = arith.addf %s, %written : f32
      scf.yield %more : f32
    }
    func.call @convopt_barrier(%state, %thread, %threads) : (memref<64xi8>, index, index) -> ()
    scf.yield %sum : f32
  }
  memref.store %total, %sums[%thread] : memref<64xf32>
  func.return
}
"""


@pytest.mark.parametrize(("threads", "rounds"), [(1, 1000), (2, 1500), (3, 60), (4, 60)])
def test_every_thread_sees_every_write(
    host_code: Callable[[str], HostCode], threads: int, rounds: int
) -> None:
    run = host_code(ROUNDS).function("net_run", 3, 3)
    state, slots, sums = (np.zeros(64, np.float32) for _ in range(3))
    addresses = [array.ctypes.data for array in (state, slots, sums)]
    workers = [
        threading.Thread(target=run, args=(*addresses, number, threads, rounds), daemon=True)
        for number in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert not any(worker.is_alive() for worker in workers)
    assert sums[:threads].tolist() == [threads * rounds * (rounds - 1) / 2] * threads


def test_a_thread_that_waits_gives_its_core_away(host_code: Callable[[str], HostCode]) -> None:
    run = host_code(ROUNDS).function("net_run", 3, 3)
    state, slots, sums = (np.zeros(64, np.float32) for _ in range(3))
    addresses = [array.ctypes.data for array in (state, slots, sums)]
    called = threading.Event()
    callback = ctypes.CFUNCTYPE(None)(called.set)
    pointer = ctypes.cast(callback, ctypes.c_void_p).value
    state.view(np.uint8)[YIELD_OFFSET : YIELD_OFFSET + 8].view(np.uint64)[0] = pointer
    waiting = threading.Thread(target=run, args=(*addresses, 0, 2, 1), daemon=True)
    waiting.start()
    assert called.wait(timeout=60)
    run(*addresses, 1, 2, 1)
    waiting.join(timeout=60)
    assert not waiting.is_alive()


@pytest.mark.parametrize("cpu", ["cortex-a72", "neoverse-n1"])
def test_the_last_thread_releases_the_others(lower: Callable[[str], ModuleOp], cpu: str) -> None:
    """On AArch64, with and without atomic instructions: two others wait already."""
    module = lower("""
    func.func private @convopt_barrier(memref<64xi8>, index, index)
    func.func @main(%state : memref<64xi8>, %thread : index, %threads : index) {
      func.call @convopt_barrier(%state, %thread, %threads) : (memref<64xi8>, index, index) -> ()
      func.return
    }""")
    target = cpu_target(cpu)
    code = emit_object(to_llvm_text(module, target, "net"), target)
    state = np.zeros(16, np.uint32)
    state[0], state[8] = 2, 41
    run_aarch64(code, "net_run", [state], [2, 3], cpu=cpu)
    assert (state[0], state[8]) == (0, 42)
    run_aarch64(code, "net_run", [state], [0, 1], cpu=cpu)
    assert (state[0], state[8]) == (0, 42)


def test_an_unknown_architecture() -> None:
    with pytest.raises(ConvoptError, match="expected one of x86_64, aarch64, found riscv64"):
        barrier_text("riscv64")
