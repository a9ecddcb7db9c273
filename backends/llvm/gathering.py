"""Copying floats to where an index says, as LLVM IR text."""

from functools import lru_cache

from convopt.backends.llvm.jit import HostFunction, load
from convopt.backends.targets import CpuTarget

_GATHERING = """\
; destination[i] = source[indices[i] - 1], or 0 where the index is 0; `count` is a multiple of LANES
; and not 0.
declare <LANES x float> @llvm.masked.gather.vLANESf32.vLANESp0(
    <LANES x ptr>, i32, <LANES x i1>, <LANES x float>)

define void @convopt_gather(ptr %source, ptr %indices, ptr %destination, i64 %count) {
entry:
  %before = getelementptr float, ptr %source, i64 -1
  br label %some
some:
  %first = phi i64 [ 0, %entry ], [ %next, %some ]
  %indices_at = getelementptr i32, ptr %indices, i64 %first
  %index = load <LANES x i32>, ptr %indices_at, align 4
  %is_element = icmp ne <LANES x i32> %index, zeroinitializer
  %wide = sext <LANES x i32> %index to <LANES x i64>
  %places = getelementptr float, ptr %before, <LANES x i64> %wide
  %values = call <LANES x float> @llvm.masked.gather.vLANESf32.vLANESp0(
      <LANES x ptr> %places, i32 4, <LANES x i1> %is_element, <LANES x float> zeroinitializer)
  %destination_at = getelementptr float, ptr %destination, i64 %first
  store <LANES x float> %values, ptr %destination_at, align 4
  %next = add i64 %first, LANES
  %is_end = icmp uge i64 %next, %count
  br i1 %is_end, label %end, label %some
end:
  ret void
}
"""


@lru_cache(maxsize=1)
def gathering(target: CpuTarget) -> HostFunction:
    """`convopt_gather(source, indices, destination, count)` on the host."""
    code = load(_GATHERING.replace("LANES", str(target.lanes)), target)
    return code.function("convopt_gather", 3, 1)
