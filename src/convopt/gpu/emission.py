"""From a planned module to what the user wants of it, for a GPU."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import ModuleOp

from convopt.backends.targets import GpuTarget
from convopt.gpu.bundle import Bundle
from convopt.gpu.compilers import machine_code

if TYPE_CHECKING:
    from convopt.backends.tvm.network import Network


@dataclass(frozen=True)
class GpuCode:
    """The forms of a module at level 3, planned for `target`; each is made when it is asked for."""

    module: ModuleOp
    target: GpuTarget
    symbol: str

    @cached_property
    def network(self) -> "Network":
        """Raises ConvoptError without TVM, and for operations that have no kernel on GPUs."""
        from convopt.backends.tvm.network import build_network

        return build_network(self.module, self.target, self.symbol)

    def emit(self, kind: str) -> str | bytes:
        """`tvmscript`, `cuda`, `ptx`, `launches` (JSON) or `weights`."""
        match kind:
            case "tvmscript":
                scripts = self.network.scripts.items()
                return "\n".join(f"# {name}\n{text.rstrip()}\n" for name, text in scripts)
            case "cuda":
                return self.network.cuda
            case "ptx":
                return self.ptx()
            case "launches":
                return self.network.program.to_json()
            case "weights":
                return self.network.weights
            case _:
                raise ValueError(f"expected a kind of code for GPUs, found {kind}")

    def ptx(self) -> str:
        """Raises ConvoptError without nvcc."""
        from convopt.backends.tvm.nvcc import assembled, compile_ptx

        capability = self.target.compute_capability
        text, _ = assembled(self.network.cuda, capability)
        return compile_ptx(text, capability)

    def bundle(
        self,
        name: str | None = None,
        compiled_nodes: int = 0,
        notes: tuple[str, ...] = (),
        *,
        with_ptx: bool = True,
    ) -> Bundle:
        """All that running it needs; with PTX and machine code where a compiler is at hand."""
        from convopt.backends.tvm.nvcc import compile_ptx, find_nvcc

        network, capability = self.network, self.target.compute_capability
        text, code = machine_code(network.cuda, capability)
        return Bundle(
            network.program,
            text,
            network.weights,
            compile_ptx(text, capability) if with_ptx and find_nvcc() is not None else None,
            code,
            name or self.symbol,
            compiled_nodes,
            notes,
        )
