"""The barrier between kernels, as LLVM IR text (xDSL's llvm dialect has no atomic operations)."""

from string import Template

from convopt.backends.llvm.waiting import wait_text

BARRIER = "convopt_barrier"
YIELD_OFFSET = 16
"""Byte of the barrier's state with the address of a `void (*)(void)` that gives the core away, or
0: threads then wait without end on cores of their own."""

_BARRIER = Template("""\
; Waits until every thread has arrived. The state is 64 bytes, zero before the first use: how many
; threads have arrived (i32 at byte 0) and how often the barrier was passed (i32 at byte 32). The
; last thread to arrive resets the count, then counts the passage up, which releases the others.
; A thread that has waited for long calls the function whose address is at $yield_offset, if any.
define internal void @convopt_barrier(ptr %state, i64 %thread, i64 %threads) #0 {
entry:
  %single = icmp ule i64 %threads, 1
  br i1 %single, label %done, label %arrive
arrive:
  %passages = getelementptr i8, ptr %state, i64 32
  %before = load atomic i32, ptr %passages acquire, align 4
  %others = atomicrmw add ptr %state, i32 1 acq_rel, align 4
  %count = trunc i64 %threads to i32
  %last_number = sub i32 %count, 1
  %is_last = icmp eq i32 %others, %last_number
  br i1 %is_last, label %release, label %wait
release:
  store atomic i32 0, ptr %state monotonic, align 4
  %after = add i32 %before, 1
  store atomic i32 %after, ptr %passages release, align 4
  br label %done
wait:
  %looks = phi i64 [ 0, %arrive ], [ %more, %again ]
  %now = load atomic i32, ptr %passages acquire, align 4
  %still = icmp eq i32 %now, %before
  br i1 %still, label %again, label %done
again:
  %yield_at = getelementptr i8, ptr %state, i64 $yield_offset
  %yield = load ptr, ptr %yield_at, align 8
  %more = call i64 @convopt_wait(i64 %looks, ptr %yield)
  br label %wait
done:
  ret void
}
""")


def barrier_text(arch: str) -> str:
    """The definition of `convopt_barrier(state, thread, threads)` for an architecture.

    Raises ConvoptError for an unknown one.
    """
    return f"{wait_text(arch)}\n{_BARRIER.substitute(yield_offset=YIELD_OFFSET)}"
