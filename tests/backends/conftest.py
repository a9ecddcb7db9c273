"""From the text of kernels to running code, for tests of the backend."""

from collections.abc import Callable

import pytest
from xdsl.context import Context
from xdsl.dialects.arith import Arith
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.dialects.func import Func
from xdsl.dialects.llvm import LLVM
from xdsl.dialects.math import Math
from xdsl.dialects.memref import MemRef
from xdsl.dialects.scf import Scf
from xdsl.dialects.vector import Vector
from xdsl.parser import Parser

from convopt.backends.llvm import emit_object, jit, to_llvm_text
from convopt.backends.targets import CpuTarget, cpu_target
from convopt.convdialect.dialect import Conv
from convopt.passes.lower.expand_math import ExpandMathPass
from convopt.passes.lower.loops_to_llvm import LoopsToLLVMPass


def parse_module(text: str) -> ModuleOp:
    context = Context()
    for dialect in (Builtin, Arith, Func, LLVM, Math, MemRef, Scf, Vector, Conv):
        context.load_dialect(dialect)
    module = Parser(context, text).parse_module()
    module.verify()
    return module


def lower_module(text: str) -> ModuleOp:
    module = parse_module(text)
    for step in (ExpandMathPass(), LoopsToLLVMPass()):
        step.apply(Context(), module)
        module.verify()
    return module


@pytest.fixture(scope="session")
def parse() -> Callable[[str], ModuleOp]:
    """Parses and verifies kernels, or the llvm dialect."""
    return parse_module


@pytest.fixture(scope="session")
def lower() -> Callable[[str], ModuleOp]:
    """From the text of kernels to the llvm dialect; the module is verified after every pass."""
    return lower_module


@pytest.fixture(scope="session")
def host() -> CpuTarget:
    return cpu_target("host")


@pytest.fixture(scope="session")
def host_code(host: CpuTarget) -> Callable[[str], jit.HostCode]:
    """From the text of kernels to loaded host code; `@main` is called `net_run`."""

    def load(text: str) -> jit.HostCode:
        llvm_text = to_llvm_text(lower_module(text), host, "net")
        return jit.load(emit_object(llvm_text, host), host)

    return load
