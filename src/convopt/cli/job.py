"""One run of `convopt`: what its options ask for, step by step."""

import contextlib
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.backends.targets import Target, load_target
from convopt.by_target import code_of, code_passes
from convopt.cli.inputs import STDIN, Chunk
from convopt.cli.observers import (
    REPRODUCER_PREFIX,
    CrashReproducer,
    IRDumper,
    Statistics,
    Timing,
)
from convopt.cli.options import Options
from convopt.cli.remark_output import write_remarks
from convopt.errors import ConvoptError
from convopt.mlir_text import new_context, parse_module, print_module
from convopt.model import Model
from convopt.pass_manager import run_passes, verify
from convopt.pass_observer import PassObserver
from convopt.pass_pipeline import named_pipeline, parse_pipeline, pipeline_text
from convopt.passes.remarks import Remark, collect

if TYPE_CHECKING:
    from convopt.emission import Code
    from convopt.gpu.bundle import Bundle
    from convopt.gpu.emission import GpuCode


@dataclass
class Job:
    """One run of `convopt`: its options, and what its passes report."""

    options: Options
    timing: Timing = field(default_factory=Timing)
    statistics: Statistics = field(default_factory=Statistics)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def target_name(self) -> str:
        return self.options.target or "host"

    @property
    def target(self) -> Target:
        return load_target(self.target_name)

    def passes(self, data: bytes) -> tuple[ModulePass, ...] | None:
        """The passes that the user names; None when it is left to `--emit`."""
        options, target = self.options, self.options.target
        if options.run_reproducer:
            return parse_pipeline(_reproducer_pipeline(data), target=target)
        if options.passes is not None:
            return parse_pipeline(options.passes, target=target)
        if options.pipeline is not None:
            return named_pipeline(options.pipeline, target=target)
        if options.emit == "mlir":
            return None
        return code_passes(self.target_name, options.precision)

    def run_passes(self, module: ModuleOp, passes: tuple[ModulePass, ...]) -> None:
        """Check the module, run the passes, collect what they report."""
        options = self.options
        context = new_context(options.allow_unregistered_dialect)
        verify_each = options.has_passes if options.verify_each is None else options.verify_each
        with collect() as found:
            try:
                observers = self._observers(passes)
                run_passes(module, passes, context, observers, verify_each=verify_each)
            finally:
                self.remarks += found

    def emit(self, module: ModuleOp, name: str) -> str | bytes:
        """The result of one module, as the option `--emit` says."""
        options = self.options
        if options.emit == "mlir":
            return print_module(
                module,
                generic=options.print_op_generic,
                locations=options.print_debuginfo,
                elide_larger_than=options.elide_larger_than,
            )
        return self.code(module, name).emit(options.emit)

    def code(self, module: ModuleOp, name: str) -> "Code | GpuCode":
        from convopt.emission import check_symbol, symbol_of

        symbol = self.options.symbol
        checked = symbol_of(name) if symbol is None else check_symbol(symbol)
        return code_of(module, self.target, checked)

    def bundle(self, module: ModuleOp, name: str) -> "Bundle":
        """All that running a module on a GPU needs."""
        from convopt.gpu.emission import GpuCode

        code = self.code(module, name)
        assert isinstance(code, GpuCode)
        return code.bundle(name)

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Times what is not a pass."""
        began = time.perf_counter()
        yield
        self.timing.add(name, time.perf_counter() - began)

    def load_onnx(self, data: bytes) -> Model:
        """The model that the user names, or the bytes that standard input held."""
        from convopt.frontends.onnx import load_onnx

        with self.phase("import ONNX"):
            source = data if self.options.input == STDIN else self.options.input
            return load_onnx(source, dict(self.options.shapes))

    def parse(self, chunk: Chunk) -> ModuleOp:
        """A module of MLIR text, checked."""
        with self.phase("parse"):
            context = new_context(self.options.allow_unregistered_dialect)
            module = parse_module(chunk.text, chunk.file, context)
            verify(module)
        return module

    def print_pipeline(self, passes: tuple[ModulePass, ...]) -> None:
        """On standard error, for those who ask."""
        if self.options.dump_pass_pipeline:
            print(f"Pass pipeline: {pipeline_text(passes)}", file=sys.stderr)

    def report(self) -> None:
        """Timing and statistics on standard error, remarks where the user wants them."""
        options = self.options
        if options.timing is not None:
            sys.stderr.write(self.timing.text(options.timing))
        if options.statistics is not None:
            sys.stderr.write(self.statistics.text(options.statistics))
        if options.wants_remarks:
            write_remarks(self.remarks, options)

    def _observers(self, passes: tuple[ModulePass, ...]) -> list[PassObserver]:
        options = self.options
        observers: list[PassObserver] = []
        if options.crash_reproducer is not None:
            observers.append(CrashReproducer(options.crash_reproducer, passes))
        if options.wants_dumps:
            observers.append(IRDumper(options))
        if options.statistics is not None:
            observers.append(self.statistics)
        return [*observers, self.timing]  # the last one to start and the first to stop


def _reproducer_pipeline(data: bytes) -> str:
    pattern = re.escape(REPRODUCER_PREFIX.encode()) + rb"'(.*)'\s*$"
    match = re.match(pattern, data.split(b"\n", 1)[0])
    if match is None:
        raise ConvoptError(f"expected a first line `{REPRODUCER_PREFIX}'...'`, found none")
    return match[1].decode("utf-8", "replace")
