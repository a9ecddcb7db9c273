"""What all kernels share while they are written: parameters, grid, shared memory, copies."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from convopt.backends.tvm.function import BLOCKS, THREAD, Buffer, DeviceFunction
from convopt.backends.tvm.script import Script, scaled, total
from convopt.backends.tvm.words import Words
from convopt.passes.geometry.blocks.kernel import BlockKernel

_MOST_UNROLLED = 32
_COPY_WORDS = 4

TILE, FILTER_TILE, IMAGE = BLOCKS
"""What block indices count: spatial tiles, filter tiles, images."""
StepWriter = Callable[[str, str], None]
"""Writes a part of a step, whose number and whose buffer's offset it gets."""


class KernelWriter:
    """A kernel's text as it grows. `words` are those of the input, the filters and of what is
    between stages."""

    def __init__(self, kernel: BlockKernel, words: Words) -> None:
        self.kernel = kernel
        self.words = words
        self.script = Script()
        self._parameters: dict[str, Buffer] = {}
        self._registers: dict[str, Buffer] = {}

    def parameter(self, name: str, count: int, dtype: str) -> str:
        self._parameters[name] = Buffer(count, dtype)
        return name

    def registers(self, name: str, count: int, dtype: str) -> str:
        """An array of a thread's registers; its name."""
        known = self._registers.get(name)
        self._registers[name] = Buffer(max(count, known.count if known else 0), dtype)
        return name

    def function(self) -> DeviceFunction:
        """What is written so far, as a function."""
        return DeviceFunction(
            str(self.script),
            self._parameters,
            self._registers,
            self.kernel.grid,
            self.kernel.threads,
            Buffer(self.kernel.shared.words, self.words.buffer),
        )

    @contextmanager
    def items(self, count: int, threads: int | None = None) -> Iterator[str]:
        """Each of `count` items is one thread's; gives the item's index."""
        threads = threads or self.kernel.threads
        rounds = -(-count // threads)
        kind = "unroll" if rounds <= _MOST_UNROLLED else "serial"
        with self.script.loop("i", rounds, kind) as index:
            item = self.script.let("e", total(scaled(index, threads), THREAD))
            with self.script.when(f"{item} < {count}" if count % threads else ""):
                yield item

    def copy_run(self, to: str, source: str, start: str, words: int) -> None:
        """Bring `words` consecutive words of a parameter to shared memory. `to` and `start` are
        multiples of four."""
        wide = _COPY_WORDS if words % _COPY_WORDS == 0 else 1
        with self.items(words // wide) as item:
            offset = scaled(item, wide)
            self.copy(total(to, offset), f"{source}[{total(start, offset)}]", "", wide)

    def copy(self, to: str, element: str, valid: str, words: int = 1) -> None:
        """One asynchronous copy to shared memory; zeros where not `valid` (empty: always)."""
        self.script.call(
            f"convopt_copy_async_{4 * words}",
            f"T.address_of(shared[{to}])",
            f"T.address_of({element})",
            f"T.Cast('int32', {valid})" if valid else "1",
        )

    def arrive(self) -> None:
        """All copies are there, of all threads."""
        self.script.call("convopt_copies_wait_0")
        self.script.barrier()

    def commit(self) -> None:
        self.script.call("convopt_copies_commit")

    def stream(self, steps: int, stage: StepWriter, compute: StepWriter) -> None:
        """The loop over steps: `stage` brings a step's data, `compute` works on it.

        Both get the step and the offset of its buffer. With two buffers the next step's data is
        asked for before this one is worked on.
        """
        staged, script = self.kernel.shared.staged, self.script
        if steps == 1:
            stage("0", "0")
            self.commit()
            self.arrive()
            compute("0", "0")
            script.barrier()
            return
        if staged.buffers == 1:
            with script.loop("step", steps, "serial") as step:
                stage(step, "0")
                self.commit()
                self.arrive()
                compute(step, "0")
                script.barrier()
            return
        stage("0", "0")
        self.commit()
        with script.loop("step", steps, "serial") as step:
            self.arrive()
            with script.when(f"{step} < {steps - 1}"):
                stage(f"({step} + 1)", f"({step} + 1) % 2 * {staged.words}")
                self.commit()
            compute(step, f"{step} % 2 * {staged.words}")
        script.barrier()
