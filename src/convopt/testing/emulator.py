"""Running functions of AArch64 objects in an emulator, with unmapped memory around every buffer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from unicorn import (
    UC_ARCH_ARM64,
    UC_HOOK_BLOCK,
    UC_HOOK_MEM_INVALID,
    UC_HOOK_MEM_READ,
    UC_HOOK_MEM_WRITE,
    UC_MEM_FETCH_PROT,
    UC_MEM_FETCH_UNMAPPED,
    UC_MEM_WRITE,
    UC_MEM_WRITE_PROT,
    UC_MEM_WRITE_UNMAPPED,
    UC_MODE_ARM,
    UC_PROT_READ,
    UC_PROT_WRITE,
)
from unicorn import arm64_const as arm64
from unicorn.unicorn_py3.unicorn import Uc, UcError

from convopt.testing.code_blocks import CodeBlock, code_blocks
from convopt.testing.elf import Image, load_object
from convopt.testing.memory_trace import MemoryTrace, TakeAccesses

Side = Literal["start", "end"]
Buffer = npt.NDArray[Any]

_CPUS = {
    "cortex-a53": arm64.UC_CPU_ARM64_A53,
    "cortex-a72": arm64.UC_CPU_ARM64_A72,
    "neoverse-n1": arm64.UC_CPU_ARM64_MAX,  # the emulator has no N1; this one knows all of NEON
}
_PAGE = 0x1000
_GAP = 0x10000
"""Unmapped bytes before and after everything."""

_CODE = 0x100000
_RETURN = 0x8000
"""The return address of the emulated call; nothing is mapped there but the end of the run."""

_STACK_BYTES = 1 << 20
_HEAP = 0x10000000
_REGISTER_ARGUMENTS = 8
_ENABLE_NEON = 3 << 20


class EmulationError(AssertionError):
    """The function touched memory that is not its own, or did not return."""


@dataclass
class Emulation:
    """What a run did; `instructions` is None and `blocks` empty unless they were counted.

    `addresses` of the buffers.
    """

    instructions: int | None = None
    blocks: tuple[CodeBlock, ...] = ()
    addresses: tuple[int, ...] = ()


@dataclass
class _Machine:
    """One emulated core with its code, stack and buffers."""

    image: Image
    cpu: str
    side: Side
    fault: str = ""
    runs: Counter[tuple[int, int]] = field(default_factory=Counter)
    """How often each piece of straight code ran, by its address and its bytes."""
    buffers: list[tuple[int, Buffer]] = field(default_factory=list)
    free: int = _HEAP

    def __post_init__(self) -> None:
        self.core = Uc(UC_ARCH_ARM64, UC_MODE_ARM)
        self.core.ctl_set_cpu_model(_CPUS[self.cpu])
        self.core.reg_write(arm64.UC_ARM64_REG_CPACR_EL1, _ENABLE_NEON)
        self.core.mem_map(self.image.base, _pages(len(self.image.data)))
        self.core.mem_write(self.image.base, self.image.data)
        self.core.mem_map(_RETURN, _PAGE)
        self.stack = self._reserve(_STACK_BYTES, UC_PROT_READ | UC_PROT_WRITE) + _STACK_BYTES
        self.core.hook_add(UC_HOOK_MEM_INVALID, self._on_fault)

    def _reserve(self, size: int, protection: int) -> int:
        """Map pages for `size` bytes; nothing is mapped next to them."""
        address = self.free
        self.core.mem_map(address, _pages(size), protection)
        self.free = address + _pages(size) + _GAP
        return address

    def add(self, buffer: Buffer) -> int:
        """Copy an array in; its address. Arrays that NumPy may not write are read-only."""
        data = buffer.tobytes()
        writeable = UC_PROT_WRITE if buffer.flags.writeable else 0
        pages = self._reserve(len(data), UC_PROT_READ | writeable)
        address = pages if self.side == "start" else pages + _pages(len(data)) - len(data)
        self.core.mem_write(address, data)
        self.buffers.append((address, buffer))
        return address

    def call(self, symbol: str, arguments: Sequence[int], timeout_s: float) -> None:
        if symbol not in self.image.symbols:
            raise EmulationError(f"expected a function called {symbol}, found none")
        on_stack = arguments[_REGISTER_ARGUMENTS:]
        stack = self.stack - 16 * ((len(on_stack) + 1) // 2)
        for number, value in enumerate(arguments[:_REGISTER_ARGUMENTS]):
            self.core.reg_write(arm64.UC_ARM64_REG_X0 + number, value)
        for number, value in enumerate(on_stack):
            self.core.mem_write(stack + 8 * number, value.to_bytes(8, "little"))
        self.core.reg_write(arm64.UC_ARM64_REG_SP, stack)
        self.core.reg_write(arm64.UC_ARM64_REG_LR, _RETURN)
        start = self.image.symbols[symbol].address
        try:
            self.core.emu_start(start, _RETURN, timeout=int(timeout_s * 1e6))
        except UcError as error:
            raise EmulationError(self.fault or f"{error} at {self._place()}") from error
        if self.core.reg_read(arm64.UC_ARM64_REG_PC) != _RETURN:
            raise EmulationError(f"{symbol} did not return in {timeout_s} s, at {self._place()}")

    def contents(self, address: int, buffer: Buffer) -> Buffer:
        data = self.core.mem_read(address, buffer.nbytes)
        return np.frombuffer(data, buffer.dtype).reshape(buffer.shape)

    def count_blocks(self) -> None:
        def on_block(core: Uc, address: int, size: int, data: object) -> None:
            self.runs[address, size] += 1

        self.core.hook_add(UC_HOOK_BLOCK, on_block)

    def trace(self, take: TakeAccesses) -> MemoryTrace:
        trace = MemoryTrace(take)

        def on_access(
            core: Uc, access: int, address: int, size: int, value: int, data: object
        ) -> None:
            trace.add(address, size, access == UC_MEM_WRITE)

        self.core.hook_add(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, on_access)
        return trace

    def _on_fault(
        self, core: Uc, access: int, address: int, size: int, value: int, data: object
    ) -> bool:
        if access in (UC_MEM_FETCH_UNMAPPED, UC_MEM_FETCH_PROT):
            kind = "jump"
        else:
            kind = "write" if access in (UC_MEM_WRITE_UNMAPPED, UC_MEM_WRITE_PROT) else "read"
        self.fault = (
            f"{kind} of {size} bytes at {address:#x}, {self._nearest(address)}, by {self._place()}"
        )
        return False

    def _nearest(self, address: int) -> str:
        """Which buffer an address is in or next to."""
        if not self.buffers:
            return "with no buffer near"

        def distance(item: tuple[int, tuple[int, Buffer]]) -> int:
            start, buffer = item[1]
            return max(start - address, address - (start + buffer.nbytes - 1), 0)

        number, (start, buffer) = min(enumerate(self.buffers), key=distance)
        name = f"buffer {number} {buffer.dtype}{list(buffer.shape)}"
        if address < start:
            return f"{start - address} bytes before {name}"
        if address >= start + buffer.nbytes:
            return f"{address - start - buffer.nbytes} bytes behind the end of {name}"
        return f"in {name}, which is read-only"

    def _place(self) -> str:
        """The program counter as symbol + offset."""
        at = self.core.reg_read(arm64.UC_ARM64_REG_PC)
        starts = [(s.address, name) for name, s in self.image.symbols.items() if s.address <= at]
        address, name = max(starts, default=(0, "address"))
        return f"{name}+{at - address:#x}"


def run_aarch64(
    code: bytes,
    symbol: str,
    buffers: Sequence[Buffer],
    sizes: Sequence[int] = (),
    *,
    cpu: str = "cortex-a72",
    sides: Sequence[Side] = ("start", "end"),
    count: bool = False,
    take_accesses: TakeAccesses | None = None,
    timeout_s: float = 600.0,
) -> Emulation:
    """Call `void symbol(buffers..., size_t sizes...)` of an AArch64 object; arrays change in place.

    The function runs once for each of `sides`, with every buffer flush to the start or to the end
    of its pages and nothing mapped before and behind them. Arrays that NumPy may not write are
    mapped read-only. `cpu`: cortex-a53, cortex-a72, or neoverse-n1 (all instructions that the
    emulator knows, no SVE). Raises EmulationError for an access outside the buffers, an instruction
    that the CPU lacks, no return within the time, or if the runs do not agree. With `count`,
    what was executed at the last of `sides` is counted. `take_accesses` is called with the loads
    and stores of all runs, in order; prefetches are none.
    """
    image = load_object(code, _CODE)
    emulation = Emulation()
    results: list[Buffer] | None = None
    for side in sides:
        machine = _Machine(image, cpu, side)
        addresses = [machine.add(buffer) for buffer in buffers]
        if count:
            machine.count_blocks()
        trace = machine.trace(take_accesses) if take_accesses else None
        machine.call(symbol, [*addresses, *sizes], timeout_s)
        if trace:
            trace.flush()
        emulation.addresses = tuple(addresses)
        found = [machine.contents(address, buffer) for address, buffer in machine.buffers]
        if results is not None and not all(map(_same_bytes, results, found)):
            raise EmulationError(f"the results of {symbol} depend on where its buffers lie")
        results = found
        if count:
            emulation.blocks = code_blocks(image, machine.runs)
            emulation.instructions = sum(block.instructions for block in emulation.blocks)
    for buffer, result in zip(buffers, results or (), strict=False):
        if buffer.flags.writeable:
            buffer[...] = result
    return emulation


def _same_bytes(left: Buffer, right: Buffer) -> bool:
    return left.tobytes() == right.tobytes()


def _pages(size: int) -> int:
    return max(_PAGE, -(-size // _PAGE) * _PAGE)
