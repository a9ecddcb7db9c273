"""How a thread waits for another one, as LLVM IR text."""

from string import Template

from convopt.convdialect.errors import ConvoptError

LOOKS_BEFORE_YIELDING = 1000
"""Some ten microseconds: as long as shares of one kernel differ on undisturbed cores."""

_PAUSE = {
    "x86_64": ("declare void @llvm.x86.sse2.pause()", "call void @llvm.x86.sse2.pause()"),
    "aarch64": (
        "declare void @llvm.aarch64.hint(i32 immarg)",
        "call void @llvm.aarch64.hint(i32 1)",
    ),
}

_WAIT = Template("""\
$declaration

; What a thread does after each look in vain: it pauses, and after many looks it calls %yield, which
; gives the core away; null: it waits without end on a core of its own. Returns the looks so far.
define internal i64 @convopt_wait(i64 %looks, ptr %yield) nounwind {
entry:
  $pause
  %more = add i64 %looks, 1
  %can_yield = icmp ne ptr %yield, null
  %is_long = icmp ugt i64 %more, $limit
  %gives_way = and i1 %can_yield, %is_long
  br i1 %gives_way, label %give, label %done
give:
  call void %yield()
  br label %done
done:
  ret i64 %more
}
""")


def wait_text(arch: str) -> str:
    """The definition of `convopt_wait(looks, yield)`, and what it declares."""
    declaration, pause = _PAUSE[_known(arch)]
    return _WAIT.substitute(declaration=declaration, pause=pause, limit=LOOKS_BEFORE_YIELDING)


def pause_text(arch: str) -> str:
    """The call of the instruction that says that a loop waits; `wait_text` has its declaration."""
    return _PAUSE[_known(arch)][1]


def _known(arch: str) -> str:
    if arch not in _PAUSE:
        raise ConvoptError(f"expected one of {', '.join(_PAUSE)}, found {arch}")
    return arch
