"""A digest of samples of memory, as LLVM IR text: whether somebody wrote to it meanwhile."""

from functools import lru_cache

from convopt.backends.llvm.jit import HostCode, load
from convopt.backends.targets import CpuTarget

_SAMPLING = """\
; The digest of words (i32) of some regions. A region is three i64: its address, how many words to
; read of it, and how many bytes to go on between two.
define i64 @convopt_sample(ptr %regions, i64 %count) {
entry:
  br label %region
region:
  %index = phi i64 [ 0, %entry ], [ %next, %done ]
  %before = phi i64 [ 0, %entry ], [ %digest, %done ]
  %over = icmp eq i64 %index, %count
  br i1 %over, label %end, label %start
start:
  %at = getelementptr { ptr, i64, i64 }, ptr %regions, i64 %index
  %place = load ptr, ptr %at, align 8
  %words_at = getelementptr i8, ptr %at, i64 8
  %words = load i64, ptr %words_at, align 8
  %step_at = getelementptr i8, ptr %at, i64 16
  %step = load i64, ptr %step_at, align 8
  br label %word
word:
  %number = phi i64 [ 0, %start ], [ %following, %read ]
  %digest = phi i64 [ %before, %start ], [ %after, %read ]
  %address = phi ptr [ %place, %start ], [ %further, %read ]
  %all = icmp eq i64 %number, %words
  br i1 %all, label %done, label %read
read:
  %value = load i32, ptr %address, align 1
  %wide = zext i32 %value to i64
  %scaled = mul i64 %digest, 6364136223846793005
  %after = add i64 %scaled, %wide
  %further = getelementptr i8, ptr %address, i64 %step
  %following = add i64 %number, 1
  br label %word
done:
  %next = add i64 %index, 1
  br label %region
end:
  ret i64 %before
}
"""


@lru_cache(maxsize=1)
def sampling_code(target: CpuTarget) -> HostCode:
    """`convopt_sample(regions, count)` on the host; the factor is Knuth's MMIX generator's."""
    return load(_SAMPLING, target)
