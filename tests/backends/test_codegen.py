"""Assembly and objects for every shipped CPU, and objects that stand alone."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm import emit_assembly, emit_object, jit, to_llvm_text
from convopt.backends.llvm.elf_symbols import undefined_symbols
from convopt.backends.targets import CpuTarget, cpu_target, load_target, target_names
from convopt.errors import ConvoptError

CPUS = [name for name in target_names() if isinstance(load_target(name), CpuTarget)]
ELF_MACHINE = {"x86_64": 62, "aarch64": 183}


def kernel(lanes: int) -> str:
    memref, vector = f"memref<{2 * lanes}xf32>", f"vector<{lanes}xf32>"
    return f"""
    func.func private @kernel(%x : {memref} {{llvm.noalias}}, %y : {memref} {{llvm.noalias}}) {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant {lanes} : index
      %a = vector.load %x[%c0] : {memref}, {vector}
      %b = vector.load %x[%c1] : {memref}, {vector}
      %d = vector.fma %a, %b, %a : {vector}
      %e = math.exp %d : {vector}
      vector.store %e, %y[%c0] : {memref}, {vector}
      func.return
    }}
    func.func private @convopt_barrier(memref<64xi8>, index, index)
    func.func @main(%x : {memref}, %y : {memref}, %w : memref<64xi8>, %n : index, %m : index) {{
      func.call @kernel(%x, %y) : ({memref}, {memref}) -> ()
      func.call @convopt_barrier(%w, %n, %m) : (memref<64xi8>, index, index) -> ()
      func.return
    }}"""


@pytest.mark.parametrize("name", CPUS)
def test_objects_stand_alone(lower: Callable[[str], ModuleOp], name: str) -> None:
    target = cpu_target(name)
    text = to_llvm_text(lower(kernel(target.lanes)), target, "net")
    code = emit_object(text, target)
    assert int.from_bytes(code[18:20], "little") == ELF_MACHINE[target.arch]
    assert undefined_symbols(code) == []
    assembly = emit_assembly(text, target)
    assert ("vfmadd" if target.arch == "x86_64" else "fmla") in assembly
    called = re.findall(r"^\s+(?:callq?|bl)\s+(\S+)", assembly.partition("net_run:")[0], re.M)
    # nothing for exp, in the kernel; the barrier alone calls: its wait, and what that is given
    assert [symbol for symbol in called if not symbol.startswith("*")] == ["convopt_wait"]


@pytest.mark.parametrize("name", ["x86-64-v3", "cortex-a72"])
def test_an_undefined_symbol_is_named(name: str) -> None:
    target = cpu_target(name)
    text = f"""target triple = "{target.triple}"
    declare float @expf(float)
    define float @f(float %x) {{
      %y = call float @expf(float %x)
      ret float %y
    }}"""
    with pytest.raises(RuntimeError, match="without undefined symbols, found expf"):
        emit_object(text, target)


def test_wrong_text_is_an_internal_error() -> None:
    target = cpu_target("cortex-a72")
    with pytest.raises(RuntimeError, match="expected top-level entity"):
        emit_object("nonsense", target)


def test_symbols_of_what_is_no_object() -> None:
    with pytest.raises(ConvoptError, match="expected a 64-bit little-endian ELF object"):
        undefined_symbols(b"\x7fELF\x01\x01")


@pytest.mark.parametrize("form", ["text", "object"])
def test_host_code_from_text_and_object(
    lower: Callable[[str], ModuleOp], host: CpuTarget, form: str
) -> None:
    text = to_llvm_text(lower(kernel(host.lanes)), host, "net")
    code = jit.load(text if form == "text" else emit_object(text, host), host)
    rng = np.random.default_rng(1)
    x = rng.standard_normal(2 * host.lanes).astype(np.float32)
    y, workspace = np.zeros_like(x), np.zeros(16, np.float32)
    run = code.function("net_run", 3, 2)
    del code  # the function keeps the machine code
    run(x.ctypes.data, y.ctypes.data, workspace.ctypes.data, 0, 1)
    a, b = x[: host.lanes], x[host.lanes :]
    np.testing.assert_allclose(y[: host.lanes], np.exp(a * b + a), rtol=1e-6)


def test_a_missing_function(host: CpuTarget) -> None:
    code = jit.load("define void @f() {\n ret void\n}", host)
    with pytest.raises(ConvoptError, match="expected a function called g"):
        code.function("g", 0)


def test_engines_do_not_share_state(host: CpuTarget) -> None:
    """Each takes over its own code generator: one shared between two ends in a crash."""
    texts = [f"define void @f(ptr %p) {{\n store i32 {n}, ptr %p\n ret void\n}}" for n in range(8)]
    functions = [jit.load(text, host).function("f", 1) for text in texts]
    value = np.zeros(1, np.int32)
    for number in (3, 7, 0):
        functions[number](value.ctypes.data)
        assert value[0] == number
    del functions
