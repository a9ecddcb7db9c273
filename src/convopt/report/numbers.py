"""How numbers are written: the same on the page and on the terminal."""


def milliseconds(seconds: float) -> str:
    """`1.234`"""
    return f"{1e3 * seconds:.3f}"


def megabytes(size: int) -> str:
    """`1.234`, in millions of bytes."""
    return f"{size / 1e6:.3f}"


def millions(count: int) -> str:
    """`12.34`"""
    return f"{count / 1e6:.2f}"


def percent(share: float) -> str:
    """`62 %`"""
    return f"{100 * share:.0f} %"


def size_text(size: int) -> str:
    """`1.2 MB`, `35 kB`, `128 B`"""
    if size >= 1e6:
        return f"{size / 1e6:.1f} MB"
    return f"{size / 1e3:.0f} kB" if size >= 1e3 else f"{size} B"


def time_text(seconds: float) -> str:
    """`1.23 s`, `1.23 ms`, `45.6 us`, `12 ns`"""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    if seconds >= 1e-3:
        return f"{1e3 * seconds:.2f} ms"
    return f"{1e6 * seconds:.1f} us" if seconds >= 1e-6 else f"{1e9 * seconds:.0f} ns"


def change_text(before: float, after: float) -> str:
    """`-62 %`, `+3 %`, `0 %`; empty where there was nothing."""
    if not before:
        return ""
    change = round(100 * (after / before - 1))
    return f"{change:+} %" if change else "0 %"
