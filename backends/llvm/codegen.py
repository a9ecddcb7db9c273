"""From LLVM IR text to assembly and ELF objects: LLVM's code generator alone.

LLVM's IR optimisations are left out on purpose: they merge and hoist the loads of a register tile,
which then no longer fits the registers.
"""

from functools import lru_cache

from llvmlite import binding

from convopt.backends.llvm.elf_symbols import undefined_symbols
from convopt.backends.targets import CpuTarget

_CODEGEN_LEVEL = 3


@lru_cache(maxsize=1)
def initialize() -> None:
    """Register all of LLVM's code generators, once."""
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()


def target_machine(target: CpuTarget, jit: bool = False) -> binding.TargetMachine:
    """A new code generator for position-independent code. An execution engine takes it over."""
    initialize()
    return binding.Target.from_triple(target.triple).create_target_machine(
        cpu=target.cpu,
        features=target.features,
        opt=_CODEGEN_LEVEL,
        reloc="pic",
        codemodel="small",
        jit=jit,
    )


def parse(text: str, machine: binding.TargetMachine) -> binding.ModuleRef:
    """Parse and check LLVM IR. Raises RuntimeError: wrong text is a fault of convopt."""
    module = binding.parse_assembly(text)
    module.data_layout = str(machine.target_data)
    module.verify()
    return module


def emit_assembly(text: str, target: CpuTarget) -> str:
    """The assembly of LLVM IR text."""
    machine = target_machine(target)
    assembly: str = machine.emit_assembly(parse(text, machine))
    return assembly


def emit_object(text: str, target: CpuTarget) -> bytes:
    """The ELF object of LLVM IR text.

    Raises RuntimeError if it needs a symbol from elsewhere: objects stand alone.
    """
    machine = target_machine(target)
    code: bytes = machine.emit_object(parse(text, machine))
    missing = undefined_symbols(code)
    if missing:
        raise RuntimeError(
            f"expected an object without undefined symbols, found {', '.join(missing)}"
        )
    return code
