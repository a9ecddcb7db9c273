"""The table of converters, filled by the decorator `converts`."""

from collections.abc import Callable

from xdsl.ir import SSAValue

from convopt.frontends.torch.context import NodeContext

Converter = Callable[[NodeContext], SSAValue]

CONVERTERS: dict[str, Converter] = {}
"""By the operator's name with its overload, such as `aten.add.Tensor`."""


def converts(*names: str) -> Callable[[Converter], Converter]:
    """Enters a function as the converter of operators of ATen; overloads are `default` unless
    given."""

    def enter(converter: Converter) -> Converter:
        for name in names:
            full = f"aten.{name}" if "." in name else f"aten.{name}.default"
            assert full not in CONVERTERS, f"two converters for {full}"
            CONVERTERS[full] = converter
        return converter

    return enter
