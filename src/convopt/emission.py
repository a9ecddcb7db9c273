"""From a module of the last level (llvm dialect) to what the user wants of it."""

import re
from dataclasses import dataclass

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, ModuleOp

from convopt.backends.llvm.codegen import emit_assembly, emit_object
from convopt.backends.llvm.header import c_header
from convopt.backends.llvm.interface import Interface, interface_of
from convopt.backends.llvm.text import to_llvm_text
from convopt.backends.targets import CpuTarget
from convopt.errors import ConvoptError

WEIGHTS = "conv.weights"
"""The module attribute that holds the packed weights."""
PARAMETER_MAP = "conv.parameter_map"
"""The module attribute that says where parameters go in them, and how."""


@dataclass(frozen=True)
class Code:
    """The forms of a compiled module; each is made when it is asked for."""

    module: ModuleOp
    target: CpuTarget
    symbol: str

    def emit(self, kind: str) -> str | bytes:
        """`llvm`, `assembly`, `object`, `header` or `weights`.

        Raises ConvoptError for a model with parameters: who calls an object cannot pack them.
        """
        if PARAMETER_MAP in self.module.attributes:
            raise ConvoptError(
                f"expected constant weights for {kind}, found parameters, with which a model runs "
                "through convopt.compile alone"
            )
        match kind:
            case "llvm":
                return self.llvm_text()
            case "assembly":
                return emit_assembly(self.llvm_text(), self.target)
            case "object":
                return self.object()
            case "header":
                return self.header()
            case "weights":
                return self.weights()
            case _:
                raise ValueError(f"expected a kind of code, found {kind}")

    def llvm_text(self) -> str:
        return to_llvm_text(self.module, self.target, self.symbol)

    def interface(self) -> Interface:
        return interface_of(self.module, self.symbol)

    def header(self) -> str:
        return c_header(self.interface())

    def object(self) -> bytes:
        return emit_object(self.llvm_text(), self.target)

    def weights(self) -> bytes:
        """The packed weights; empty for a module without."""
        return self._bytes_of(WEIGHTS)

    def parameter_map(self) -> bytes:
        """Of each packed parameter its place, number and elements, all int32; see
        convopt.runtime.parameters."""
        return self._bytes_of(PARAMETER_MAP)

    def _bytes_of(self, attribute: str) -> bytes:
        dense = self.module.attributes.get(attribute)
        if dense is None:
            return b""
        if not isinstance(dense, DenseIntOrFPElementsAttr):
            raise ConvoptError(f"expected {attribute} to be a dense constant, found {dense.name}")
        return bytes(dense.data.data)


def symbol_of(name: str) -> str:
    """A C identifier from a model's name: `ch_ppocr_v2.0` becomes `ch_ppocr_v2_0`."""
    symbol = re.sub(r"\W", "_", name, flags=re.ASCII) or "model"
    return f"_{symbol}" if symbol[0].isdigit() else symbol


def check_symbol(symbol: str) -> str:
    """The symbol itself. Raises ConvoptError for what is no C identifier."""
    if not re.fullmatch(r"[A-Za-z_]\w*", symbol, flags=re.ASCII):
        raise ConvoptError(f"expected a C identifier as symbol, found '{symbol}'")
    return symbol
