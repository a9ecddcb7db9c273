"""Vector registers that the register allocator put on the stack, counted in assembly."""

import re

from convopt.convdialect.errors import ConvoptError

_LABEL = re.compile(r"^([\w.$]+):")
_BRANCH = re.compile(
    r"^\s+(?:j\w+|b|b\.\w+|bc\.\w+|cbn?z\s+\w+,|tbn?z\s+\w+,\s*#\d+,)\s*(\.L\w+)\s*(?:[#/].*)?$"
)
_STACK_X86 = re.compile(r"\(%rsp[,)]")
_FRAME_X86 = re.compile(r"\(%r[sb]p[,)]")
_FRAME_SETUP_X86 = re.compile(r"^\s+movq\s+%rsp, %rbp$")
_VECTOR_X86 = re.compile(r"%[xyz]mm\d")
_STACK_AARCH64 = re.compile(r"\[sp\b")
_FRAME_AARCH64 = re.compile(r"\[(?:sp|x29)\b")
_FRAME_SETUP_AARCH64 = re.compile(r"^\s+(?:mov|add)\s+x29, sp\b")
_VECTOR_AARCH64 = re.compile(r"^\s+(?:ld|st)\w+\s+\{?[qdsv]\d")


def stack_references(assembly: str, function: str) -> int:
    """Instructions of the innermost loops that move a vector register from or to the stack.

    Reads x86-64 (AT&T) and AArch64 assembly as LLVM prints it; other arguments and locals on the
    stack do not count. Raises ConvoptError if the assembly has no such function.
    """
    lines = _function_lines(assembly, function)
    inside: set[int] = set()
    for first, last in _innermost(_loops(lines)):
        inside.update(range(first, last + 1))
    x86 = _FRAME_X86 if any(map(_FRAME_SETUP_X86.match, lines)) else _STACK_X86
    arm = _FRAME_AARCH64 if any(map(_FRAME_SETUP_AARCH64.match, lines)) else _STACK_AARCH64
    return sum(_is_vector_stack_reference(lines[number], x86, arm) for number in inside)


def _function_lines(assembly: str, function: str) -> list[str]:
    lines = assembly.splitlines()
    labels = (f"{function}:", f'"{function}":')
    for start, line in enumerate(lines):
        if line.startswith(labels):
            end = next(
                (n for n in range(start, len(lines)) if lines[n].startswith(".Lfunc_end")),
                len(lines),
            )
            return lines[start:end]
    raise ConvoptError(f"expected a function called {function} in the assembly, found none")


def _loops(lines: list[str]) -> list[tuple[int, int]]:
    """First and last line of everything that a branch jumps back over."""
    labels = {
        match[1]: number for number, line in enumerate(lines) if (match := _LABEL.match(line))
    }
    loops: dict[int, int] = {}
    for number, line in enumerate(lines):
        branch = _BRANCH.match(line)
        target = labels.get(branch[1]) if branch else None
        if target is not None and target <= number:
            loops[target] = number
    return sorted(loops.items())


def _innermost(loops: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [
        (first, last)
        for first, last in loops
        if not any(
            first <= inner_first
            and inner_last <= last
            and (first, last) != (inner_first, inner_last)
            for inner_first, inner_last in loops
        )
    ]


def _is_vector_stack_reference(line: str, x86: re.Pattern[str], arm: re.Pattern[str]) -> bool:
    """`x86` and `arm` find addresses on the stack; without a frame, rbp and x29 are any pointer."""
    if x86.search(line):
        return bool(_VECTOR_X86.search(line))
    return bool(arm.search(line) and _VECTOR_AARCH64.match(line))
