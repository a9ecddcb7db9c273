"""Compiled code as a function of this process."""

import ctypes

from llvmlite import binding

from convopt.backends.llvm.codegen import parse, target_machine
from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError


class HostCode:
    """Loaded machine code. Its functions live as long as this object."""

    def __init__(self, engine: binding.ExecutionEngine):
        self._engine = engine

    def address(self, symbol: str) -> int:
        """The address of a function; ConvoptError if there is none of that name."""
        address: int = self._engine.get_function_address(symbol)
        if not address:
            raise ConvoptError(f"expected a function called {symbol} in the loaded code")
        return address

    def function(self, symbol: str, pointers: int, sizes: int = 0) -> "HostFunction":
        """The function `void symbol(pointers..., size_t...)`."""
        return HostFunction(self, symbol, pointers, sizes)


class HostFunction:
    """A C function without result; a call lets other Python threads run meanwhile."""

    def __init__(self, code: HostCode, symbol: str, pointers: int, sizes: int):
        self._code = code  # keeps the machine code alive
        arguments = [ctypes.c_void_p] * pointers + [ctypes.c_size_t] * sizes
        self._call = ctypes.CFUNCTYPE(None, *arguments)(code.address(symbol))

    def __call__(self, *arguments: int) -> None:
        """Addresses, then sizes."""
        self._call(*arguments)


def load(code: bytes | str, target: CpuTarget) -> HostCode:
    """Load an object (bytes) or LLVM IR (text) made for this machine."""
    machine = target_machine(target, jit=True)
    module = parse(code if isinstance(code, str) else "", machine)
    # llvmlite's memory manager lays all sections side by side. LLVM's own takes whatever gaps there
    # are, and ends the process where code and constants come to lie more than 2 GiB apart.
    engine = binding.create_mcjit_compiler(module, machine, use_lmm=True)
    if isinstance(code, bytes):
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return HostCode(engine)
