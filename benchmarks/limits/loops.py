"""Loops that do one thing as fast as a core can, as LLVM IR text.

Each is a function `void name(ptr a, ptr b, i64 count, i64 repeats)`.
"""

from convopt.backends.targets import CpuTarget

VECTORS_PER_STEP = 16
"""Vectors that one step of a memory loop moves."""

PEAK, READ, WRITE, COPY = "peak", "read", "write", "copy"

_HEAD = """\
define void @{name}(ptr %a, ptr %b, i64 %count, i64 %repeats) #0 {{
entry:
{before}
  br label %repeat
repeat:
  %round = phi i64 [ 0, %entry ], [ %next_round, %repeated ]
{outer_phis}
  br label %step
step:
  %index = phi i64 [ 0, %repeat ], [ %next_index, %step ]
{inner_phis}
{body}
  %next_index = add i64 %index, {advance}
  %more = icmp ult i64 %next_index, %count
  br i1 %more, label %step, label %repeated
repeated:
  %next_round = add i64 %round, 1
  %again = icmp ult i64 %next_round, %repeats
  br i1 %again, label %repeat, label %done
done:
{after}
  ret void
}}
"""


def step_bytes(target: CpuTarget) -> int:
    """Bytes that one step of a memory loop moves; `count` is a multiple of it."""
    return VECTORS_PER_STEP * 4 * target.lanes


def chains(target: CpuTarget) -> int:
    """Independent multiply-adds of the peak loop: enough for the latency, with registers left."""
    return min(2 * target.fma_latency * target.fma_ports, target.vector_registers - 4)


def loops_text(target: CpuTarget) -> str:
    """The four loops.

    `peak` does `chains` multiply-adds of whole vectors a step, with factors from `a`, and leaves
    the sums in `b`; `count` is in steps. `read` reads `count` bytes of `a`, `write` writes as many
    of `b`, `copy` moves as many from `a` to `b`.
    """
    vector = f"<{target.lanes} x float>"
    memory = [
        _read(f"<{target.lanes} x i32>", 4 * target.lanes),
        _write(vector, 4 * target.lanes),
        _copy(vector, 4 * target.lanes),
    ]
    return "\n".join([peak_text(target), *memory])


def peak_text(target: CpuTarget) -> str:
    """The loop `peak` alone."""
    vector = f"<{target.lanes} x float>"
    suffix = f"v{target.lanes}f32"
    return "\n".join(
        [
            f'target triple = "{target.triple}"',
            f"declare {vector} @llvm.fma.{suffix}({vector}, {vector}, {vector})",
            'attributes #0 = { nounwind "no-builtins" }',
            _peak(vector, suffix, chains(target), 4 * target.lanes),
        ]
    )


def _peak(vector: str, suffix: str, count: int, size: int) -> str:
    numbers = range(count)
    return _loop(
        PEAK,
        before=[
            f"  %x = load {vector}, ptr %a, align 4",
            f"  %second = getelementptr i8, ptr %a, i64 {size}",
            f"  %y = load {vector}, ptr %second, align 4",
        ],
        body=[
            f"  %new{n} = call {vector} @llvm.fma.{suffix}"
            f"({vector} %x, {vector} %y, {vector} %sum{n})"
            for n in numbers
        ],
        carried=[(vector, f"%sum{n}", f"%new{n}", "%x") for n in numbers],
        after=_stores(vector, [f"%new{n}" for n in numbers], size),
        advance=1,
    )


def _read(vector: str, size: int) -> str:
    """Exclusive or takes its operand from memory, on two ports: two vectors a cycle on x86."""
    accumulators = VECTORS_PER_STEP // 2
    body = []
    for n in range(VECTORS_PER_STEP):
        old = f"%sum{n}" if n < accumulators else f"%new{n - accumulators}"
        body += [
            f"  %at{n} = getelementptr i8, ptr %here, i64 {n * size}",
            f"  %value{n} = load {vector}, ptr %at{n}, align {size}",
            f"  %new{n} = xor {vector} {old}, %value{n}",
        ]
    last = [f"%new{accumulators + n}" for n in range(accumulators)]
    return _loop(
        READ,
        body=["  %here = getelementptr i8, ptr %a, i64 %index", *body],
        carried=[(vector, f"%sum{n}", new, "zeroinitializer") for n, new in enumerate(last)],
        after=_stores(vector, last, size),
        advance=VECTORS_PER_STEP * size,
    )


def _write(vector: str, size: int) -> str:
    body = ["  %there = getelementptr i8, ptr %b, i64 %index"]
    for n in range(VECTORS_PER_STEP):
        body += [
            f"  %to{n} = getelementptr i8, ptr %there, i64 {n * size}",
            f"  store {vector} %x, ptr %to{n}, align {size}",
        ]
    before = [f"  %x = load {vector}, ptr %a, align 4"]
    return _loop(WRITE, before=before, body=body, advance=VECTORS_PER_STEP * size)


def _copy(vector: str, size: int) -> str:
    body = [
        "  %here = getelementptr i8, ptr %a, i64 %index",
        "  %there = getelementptr i8, ptr %b, i64 %index",
    ]
    for n in range(VECTORS_PER_STEP):
        body += [
            f"  %at{n} = getelementptr i8, ptr %here, i64 {n * size}",
            f"  %to{n} = getelementptr i8, ptr %there, i64 {n * size}",
            f"  %value{n} = load {vector}, ptr %at{n}, align {size}",
            f"  store {vector} %value{n}, ptr %to{n}, align {size}",
        ]
    return _loop(COPY, body=body, advance=VECTORS_PER_STEP * size)


def _stores(vector: str, values: list[str], size: int) -> list[str]:
    lines = []
    for n, value in enumerate(values):
        lines += [
            f"  %out{n} = getelementptr i8, ptr %b, i64 {n * size}",
            f"  store {vector} {value}, ptr %out{n}, align 4",
        ]
    return lines


def _loop(
    name: str,
    body: list[str],
    advance: int,
    before: list[str] | None = None,
    carried: list[tuple[str, str, str, str]] | None = None,
    after: list[str] | None = None,
) -> str:
    """A loop nest; `carried` values are (type, name, new value, first value)."""
    outer = [
        f"  {old}_start = phi {kind} [ {first}, %entry ], [ {new}, %repeated ]"
        for kind, old, new, first in carried or []
    ]
    inner = [
        f"  {old} = phi {kind} [ {old}_start, %repeat ], [ {new}, %step ]"
        for kind, old, new, _ in carried or []
    ]
    return _HEAD.format(
        name=name,
        before="\n".join(before or []),
        outer_phis="\n".join(outer),
        inner_phis="\n".join(inner),
        body="\n".join(body),
        advance=advance,
        after="\n".join(after or []),
    )
