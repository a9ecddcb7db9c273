"""The table of converters, filled by the decorator `converts`."""

from collections.abc import Callable

from xdsl.ir import SSAValue

from convopt.frontends.onnx.context import NodeContext

Converter = Callable[[NodeContext], SSAValue]

CONVERTERS: dict[str, Converter] = {}
"""By the operator's name in ONNX's own domain."""


def converts(*op_types: str) -> Callable[[Converter], Converter]:
    """Enters a function as the converter of ONNX operators."""

    def enter(converter: Converter) -> Converter:
        for op_type in op_types:
            assert op_type not in CONVERTERS, f"two converters for {op_type}"
            CONVERTERS[op_type] = converter
        return converter

    return enter
