"""Writing TVMScript: lines, indentation, and names for index expressions."""

from collections.abc import Iterator
from contextlib import contextmanager

_INDENT = "    "


class Script:
    """Lines of a function's body."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0
        self._names: dict[str, int] = {}

    def line(self, text: str) -> None:
        self._lines.append(_INDENT * self._depth + text)

    @contextmanager
    def block(self, opening: str) -> Iterator[None]:
        """`opening` ends in a colon; what follows is indented."""
        self.line(opening)
        self._depth += 1
        yield
        self._depth -= 1

    @contextmanager
    def when(self, *conditions: str) -> Iterator[None]:
        """An `if` of all conditions that are not empty; without any, no branch."""
        needed = [condition for condition in conditions if condition]
        if not needed:
            yield
            return
        with self.block(f"if {' and '.join(needed)}:"):
            yield

    @contextmanager
    def loop(self, name: str, count: int, kind: str = "unroll") -> Iterator[str]:
        """`for name in T.unroll(count)`; gives the variable's name, or 0 for one iteration."""
        if count == 1:
            yield "0"
            return
        variable = self.fresh(name)
        with self.block(f"for {variable} in T.{kind}({count}):"):
            yield variable

    def fresh(self, name: str) -> str:
        """The name with a number behind it, the next one that is free."""
        number = self._names.get(name, 0)
        self._names[name] = number + 1
        return f"{name}{number}"

    def let(self, name: str, value: str) -> str:
        """Name a value. A plain assignment would make a mutable buffer of one element, and TVM no
        longer simplifies what depends on it."""
        if value.isidentifier() or value.isdecimal():
            return value
        variable = self.fresh(name)
        self.line(f"{variable}: T.let = {value}")
        return variable

    def barrier(self) -> None:
        self.line('T.evaluate(T.tvm_storage_sync("shared"))')

    def call(self, name: str, *arguments: str) -> None:
        """Call a function of the prelude for its effect."""
        self.line(f'T.evaluate(T.call_extern("int32", {", ".join([repr(name), *arguments])}))')

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"


def scaled(expression: str, factor: int) -> str:
    """`expression * factor`, short where the factor is 1 or the product 0."""
    if factor == 1 or expression == "0":
        return expression
    return f"{parenthesised(expression)} * {factor}"


def total(*terms: str) -> str:
    """The sum without zeros."""
    needed = [term for term in terms if term != "0"]
    return " + ".join(needed) or "0"


def parenthesised(expression: str) -> str:
    is_plain = expression.isidentifier() or expression.isdecimal()
    return expression if is_plain else f"({expression})"


def digit(index: str, below: int, count: int) -> str:
    """The digit of a mixed-radix number whose lower digits have `below` values."""
    if count == 1:
        return "0"
    shifted = f"{parenthesised(index)} // {below}" if below > 1 else index
    return f"{parenthesised(shifted)} % {count}"
