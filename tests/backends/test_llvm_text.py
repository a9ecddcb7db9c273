"""LLVM IR text: names, linkage, attributes, constants, and what is refused."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, ModuleOp, TensorType, VectorType, f32

from convopt.backends.llvm import to_llvm_text
from convopt.backends.llvm.literals import constant_text, intrinsic_suffix, type_text
from convopt.backends.targets import cpu_target
from convopt.errors import ConvoptError

KERNEL = """
func.func private @"two words"(%x : memref<8xf32> {llvm.noalias}, %n : index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %v = memref.load %x[%i] : memref<8xf32>
    memref.store %v, %x[%c0] : memref<8xf32>
    conv.prefetch %x[%i] {write} : memref<8xf32>
  }
  func.return
}
func.func private @convopt_barrier(memref<64xi8>, index, index)
func.func @main(%x : memref<8xf32>, %workspace : memref<64xi8>, %thread : index, %threads : index) {
  func.call @"two words"(%x, %thread) : (memref<8xf32>, index) -> ()
  func.call @convopt_barrier(%workspace, %thread, %threads) : (memref<64xi8>, index, index) -> ()
  func.return
}
"""


@pytest.mark.parametrize("name", ["x86-64-v4", "cortex-a72"])
def test_names_linkage_and_attributes(lower: Callable[[str], ModuleOp], name: str) -> None:
    target = cpu_target(name)
    text = to_llvm_text(lower(KERNEL), target, "net")
    assert f'target triple = "{target.triple}"' in text
    assert 'define internal void @"two words"(ptr noalias %a0, i64 %a1) #0 {' in text
    assert "define void @net_run(ptr %a0, ptr %a1, i64 %a2, i64 %a3) #0 {" in text
    assert text.count("define internal void @convopt_barrier(ptr %state") == 1
    assert "main" not in text
    assert text.count(", align 4\n") >= 2
    assert "declare void @llvm.prefetch.p0(ptr, i32 immarg, i32 immarg, i32 immarg)" in text
    assert "i32 1, i32 3, i32 1)" in text


def test_a_declaration_has_no_home(lower: Callable[[str], ModuleOp]) -> None:
    module = lower("func.func private @memcpy(memref<8xf32>)")
    with pytest.raises(ConvoptError, match="found the declaration @memcpy"):
        to_llvm_text(module, cpu_target("cortex-a72"), "net")


def test_only_the_llvm_dialect(parse: Callable[[str], ModuleOp]) -> None:
    target = cpu_target("cortex-a72")
    with pytest.raises(ConvoptError, match=r"expected llvm.func .*, found func.func"):
        to_llvm_text(parse(KERNEL), target, "net")
    module = parse("llvm.func @f(%n : i64) {\n %m = arith.addi %n, %n : i64\n llvm.return\n}")
    with pytest.raises(ConvoptError, match=r"that LLVM IR has, found arith.addi"):
        to_llvm_text(module, target, "net")


@settings(deadline=None)
@given(st.floats(width=32))
def test_floats_keep_their_bits(value: float) -> None:
    text = constant_text(FloatAttr(value, f32))
    back = struct.unpack(">d", bytes.fromhex(text.removeprefix("0x")))[0]
    assert struct.pack(">f", back) == struct.pack(">f", value)


def test_types_and_constants() -> None:
    vector = VectorType(f32, [4])
    assert type_text(vector) == "<4 x float>"
    assert intrinsic_suffix(vector) == "v4f32"
    assert constant_text(IntegerAttr(-3, 32)) == "-3"
    with pytest.raises(ConvoptError, match="a type that LLVM IR has, found tensor<4xf32>"):
        type_text(TensorType(f32, [4]))
    with pytest.raises(ConvoptError, match="a number or a vector of numbers, found f32"):
        constant_text(f32)
