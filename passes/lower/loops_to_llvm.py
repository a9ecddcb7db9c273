"""The pass conv-loops-to-llvm."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.passes.lower.to_llvm.function import lower_function


@dataclass(frozen=True)
class LoopsToLLVMPass(ModulePass):
    """Rewrite kernels and entry (func, scf.for, memref, vector, arith) in the llvm dialect.

    Why one pass of our own: every function is written once, in one walk. Index arithmetic stays
    symbolic until an address needs it, so that neither cse nor canonicalisation has to clean up;
    addresses are shared and stand in front of the loops that do not change them; loads and stores
    say that they are aligned to one element only; loops test at their end, those of unknown extent
    once more in front.
    Preconditions: level 4 IR. Functions have no results, buffers are row-major and of static shape,
    loops have constant positive steps, exp and tanh are expanded (conv-expand-math), buffers are
    placed (conv-plan-arena).
    Options: none.

    Before:
    ```mlir
    func.func private @scale(%x : memref<4x16xf32> {llvm.noalias}, %y : memref<4x16xf32> {llvm.noalias}) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      scf.for %i = %c0 to %c4 step %c1 {
        %v = vector.load %x[%i, %c0] : memref<4x16xf32>, vector<16xf32>
        %s = arith.addf %v, %v : vector<16xf32>
        vector.store %s, %y[%i, %c0] : memref<4x16xf32>, vector<16xf32>
      }
      func.return
    }
    ```
    After:
    ```mlir
    llvm.func internal @scale(%x: !llvm.ptr {llvm.noalias}, %y: !llvm.ptr {llvm.noalias}) {
      %0 = llvm.mlir.constant(0) : i64
      %1 = llvm.mlir.constant(4) : i64
      %2 = llvm.mlir.constant(64) : i64
      %3 = llvm.mlir.constant(1) : i64
      llvm.br ^bb1(%0 : i64)
    ^bb1(%4: i64):
      %5 = llvm.mul %4, %2 overflow<nsw> : i64
      %6 = llvm.getelementptr %x[%5] : (!llvm.ptr, i64) -> !llvm.ptr, i8
      %7 = llvm.load %6 {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
      %8 = llvm.fadd %7, %7 : vector<16xf32>
      %9 = llvm.getelementptr %y[%5] : (!llvm.ptr, i64) -> !llvm.ptr, i8
      llvm.store %8, %9 {alignment = 4 : i64} : vector<16xf32>, !llvm.ptr
      %10 = llvm.add %4, %3 overflow<nsw> : i64
      %11 = llvm.icmp "slt" %10, %1 : i64
      llvm.cond_br %11, ^bb1(%10 : i64), ^bb2
    ^bb2:
      llvm.return
    }
    ```
    """  # noqa: E501

    name = "conv-loops-to-llvm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        block = op.body.block
        for function in list(block.ops):
            if isinstance(function, func.FuncOp):
                block.insert_op_before(lower_function(function), function)
                block.detach_op(function)  # dropped whole: nothing else refers into it
