"""The table of converters, filled by the decorator `converts`."""

from collections.abc import Callable
from typing import TypeVar

from xdsl.ir import SSAValue

from convopt.frontends.torch.context import NodeContext

Results = tuple[SSAValue | None, ...]
"""Of an operator with several results, those that its node wants."""

Converter = Callable[[NodeContext], SSAValue | Results]

_Converter = TypeVar("_Converter", bound=Converter)

CONVERTERS: dict[str, Converter] = {}
"""By the operator's name with its overload, such as `aten.add.Tensor`."""


def converts(*names: str) -> Callable[[_Converter], _Converter]:
    """Enters a function as the converter of operators of ATen; overloads are `default` unless
    given."""

    def enter(converter: _Converter) -> _Converter:
        for name in names:
            full = f"aten.{name}" if "." in name else f"aten.{name}.default"
            assert full not in CONVERTERS, f"two converters for {full}"
            CONVERTERS[full] = converter
        return converter

    return enter
