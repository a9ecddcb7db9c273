"""The barrier between kernels, as LLVM IR text (xDSL's llvm dialect has no atomic operations)."""

from convopt.convdialect.errors import ConvoptError

BARRIER = "convopt_barrier"
YIELD_OFFSET = 16
"""Byte of the barrier's state with the address of a `void (*)(void)` that gives the core away, or
0: threads then wait without end on cores of their own."""

SPINS_BEFORE_YIELDING = 1000
"""Some ten microseconds: as long as shares of one kernel differ on undisturbed cores."""

_PAUSE = {
    "x86_64": ("declare void @llvm.x86.sse2.pause()", "call void @llvm.x86.sse2.pause()"),
    "aarch64": (
        "declare void @llvm.aarch64.hint(i32 immarg)",
        "call void @llvm.aarch64.hint(i32 1)",
    ),
}

_TEXT = """\
; Waits until every thread has arrived. The state is 64 bytes, zero before the first use: how many
; threads have arrived (i32 at byte 0) and how often the barrier was passed (i32 at byte 32). The
; last thread to arrive resets the count, then counts the passage up, which releases the others.
; A thread that has waited for long calls the function whose address is at byte 16, if any.
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
  %spins = phi i32 [ 0, %arrive ], [ %more, %again ], [ %more, %yield ]
  PAUSE
  %now = load atomic i32, ptr %passages acquire, align 4
  %still = icmp eq i32 %now, %before
  br i1 %still, label %again, label %done
again:
  %more = add i32 %spins, 1
  %yields_at = getelementptr i8, ptr %state, i64 16
  %yields = load ptr, ptr %yields_at, align 8
  %can_yield = icmp ne ptr %yields, null
  %is_long = icmp ugt i32 %more, SPINS
  %gives_way = and i1 %can_yield, %is_long
  br i1 %gives_way, label %yield, label %wait
yield:
  call void %yields()
  br label %wait
done:
  ret void
}
"""


def pause_text(arch: str) -> tuple[str, str]:
    """Declaration and call of the instruction that says that a loop waits."""
    if arch not in _PAUSE:
        raise ConvoptError(f"expected one of {', '.join(_PAUSE)}, found {arch}")
    return _PAUSE[arch]


def barrier_text(arch: str) -> str:
    """The definition of `convopt_barrier(state, thread, threads)` for an architecture."""
    declaration, call = pause_text(arch)
    text = _TEXT.replace("PAUSE", call).replace("SPINS", str(SPINS_BEFORE_YIELDING))
    return f"{declaration}\n\n{text}"
