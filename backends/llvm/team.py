"""How threads of this process take work from each other, as LLVM IR text.

A worker that has nothing to do looks at its mailbox for some time before it goes to sleep: waking a
thread takes longer than many a layer. All of it is native code, so that no thread waits for
Python's lock.

A mailbox is 64 bytes: its state (i64 at byte 0), how many runs its worker has done (i64 at byte 8),
and where the job is (byte 16). A job is an array of pointers: a function
`call(job, thread, threads)`, the function to run, then that one's pointers; `call` is null when the
team ends.
"""

from functools import lru_cache
from string import Template

from convopt.backends.llvm.jit import HostCode, load
from convopt.backends.llvm.waiting import pause_text, wait_text
from convopt.backends.targets import CpuTarget

MAILBOX_BYTES = 64
IDLE, POSTED, ASLEEP = 0, 1, 2

_TEAM = Template("""\
; Gives a worker a job. Returns the state before: a worker asleep must be woken.
define i64 @convopt_post(ptr %mailbox, ptr %job) {
  %place = getelementptr i8, ptr %mailbox, i64 16
  store ptr %job, ptr %place, align 8
  %before = atomicrmw xchg ptr %mailbox, i64 $posted acq_rel
  ret i64 %before
}

; A worker's life: runs jobs as they come. Returns 0 to go to sleep after %patience looks without a
; job, 1 when the team ends. May be called again at any time, asleep or not.
define i64 @convopt_follow(ptr %mailbox, i64 %thread, i64 %threads, i64 %patience) {
entry:
  %done = getelementptr i8, ptr %mailbox, i64 8
  %place = getelementptr i8, ptr %mailbox, i64 16
  br label %look
look:
  %left = phi i64 [ %patience, %entry ], [ %fewer, %again ], [ %patience, %run ]
  %state = load atomic i64, ptr %mailbox acquire, align 8
  %posted = icmp eq i64 %state, $posted
  br i1 %posted, label %take, label %nothing
nothing:
  %ended = icmp eq i64 %left, 0
  br i1 %ended, label %doze, label %again
again:
  $pause
  %fewer = sub i64 %left, 1
  br label %look
doze:
  %pair = cmpxchg ptr %mailbox, i64 $idle, i64 $asleep acq_rel acquire
  %found = extractvalue { i64, i1 } %pair, 0
  %has_job = icmp eq i64 %found, $posted
  br i1 %has_job, label %take, label %sleep
sleep:
  ret i64 0
take:
  store atomic i64 $idle, ptr %mailbox release, align 8
  %job = load ptr, ptr %place, align 8
  %call = load ptr, ptr %job, align 8
  %over = icmp eq ptr %call, null
  br i1 %over, label %end, label %run
end:
  ret i64 1
run:
  call void %call(ptr %job, i64 %thread, i64 %threads)
  %count = atomicrmw add ptr %done, i64 1 acq_rel
  br label %look
}

; Waits until a worker has done %runs runs.
define void @convopt_join(ptr %mailbox, i64 %runs, ptr %yield) {
entry:
  %done = getelementptr i8, ptr %mailbox, i64 8
  br label %look
look:
  %looks = phi i64 [ 0, %entry ], [ %more, %again ]
  %count = load atomic i64, ptr %done acquire, align 8
  %finished = icmp sge i64 %count, %runs
  br i1 %finished, label %end, label %again
again:
  %more = call i64 @convopt_wait(i64 %looks, ptr %yield)
  br label %look
end:
  ret void
}
""")


@lru_cache(maxsize=1)
def team_code(target: CpuTarget) -> HostCode:
    """`convopt_post`, `convopt_follow` and `convopt_join` on the host."""
    team = _TEAM.substitute(idle=IDLE, posted=POSTED, asleep=ASLEEP, pause=pause_text(target.arch))
    return load(f"{wait_text(target.arch)}\n{team}", target)


@lru_cache(maxsize=16)
def job_code(target: CpuTarget, pointers: int) -> HostCode:
    """`convopt_call(job, thread, threads)` for functions that take so many pointers."""
    loads = "".join(
        f"  %at{n} = getelementptr ptr, ptr %job, i64 {n + 1}\n"
        f"  %p{n} = load ptr, ptr %at{n}, align 8\n"
        for n in range(pointers + 1)
    )
    given = [f"ptr %p{n}" for n in range(1, pointers + 1)]
    arguments = ", ".join([*given, "i64 %thread", "i64 %threads"])
    return load(
        "define void @convopt_call(ptr %job, i64 %thread, i64 %threads) {\n"
        f"{loads}  call void %p0({arguments})\n  ret void\n}}\n",
        target,
    )
