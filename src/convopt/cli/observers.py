"""What `convopt` shows of the passes while they run."""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.cli.options import Options
from convopt.cli.outputs import write_files
from convopt.errors import ConvoptError
from convopt.mlir_text import print_module
from convopt.pass_observer import PassClock, PassObserver
from convopt.pass_pipeline import pipeline_text

DUMP_ELISION = 16
"""Dumps leave out constants of more elements, unless the user says otherwise."""

REPRODUCER_PREFIX = "// configuration: --pass-pipeline="


@dataclass
class IRDumper(PassObserver):
    """Prints the IR around passes on standard error, or into the files of a folder."""

    options: Options
    _text_before: str = field(default="", init=False)
    _dumps: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        folder = self.options.dump_directory
        if folder is None:
            return
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConvoptError(f"cannot make {folder}: {error.strerror}") from error

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        if self.options.dump_after_change:
            self._text_before = print_module(module)
        if self.options.dump_before_all or step.name in self.options.dump_before:
            self._dump(step, module, "Before")

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        chosen = self.options.dump_after_all or step.name in self.options.dump_after
        if self.options.dump_after_change:
            chosen = chosen or print_module(module) != self._text_before
        if chosen or (self.options.dump_directory and not self.options.names_dumps):
            self._dump(step, module, "After")

    def failed(self, step: ModulePass, module: ModuleOp) -> None:
        if self.options.dump_after_all or step.name in self.options.dump_after:
            self._dump(step, module, "After failed")

    def _dump(self, step: ModulePass, module: ModuleOp, when: str) -> None:
        elision = self.options.elide_larger_than
        text = print_module(
            module,
            generic=self.options.print_op_generic,
            locations=self.options.print_debuginfo,
            elide_larger_than=DUMP_ELISION if elision is None else elision,
        )
        header = f"// -----// IR Dump {when} {step.name} //----- //\n"
        if self.options.dump_directory is None:
            sys.stderr.write(header + text)
            return
        name = f"{self._dumps:02}_{when.lower().replace(' ', '_')}_{step.name}.mlir"
        write_files({Path(self.options.dump_directory) / name: header + text})
        self._dumps += 1


@dataclass
class Timing(PassClock):
    """What `--timing` prints."""

    def text(self, style: str) -> str:
        total = sum(seconds for _, seconds in self.seconds)
        if style == "json":
            phases = [{"name": name, "seconds": seconds} for name, seconds in self.seconds]
            return json.dumps({"phases": phases, "total_seconds": total}) + "\n"
        rows = [*self.seconds, ("total", total)]
        lines = ["  seconds  share  phase"]
        for name, seconds in rows:
            lines.append(f"  {seconds:7.3f}  {seconds / (total or 1):5.1%}  {name}")
        return "\n".join(lines) + "\n"


@dataclass
class Statistics(PassObserver):
    """How each pass changes the number of operations, by their name."""

    changes: list[tuple[str, int, int, dict[str, int]]] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter, init=False)

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        self._counts = _operation_counts(module)

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        counts = _operation_counts(module)
        names = sorted({*counts, *self._counts})
        changed = {
            name: counts[name] - self._counts[name]
            for name in names
            if counts[name] != self._counts[name]
        }
        self.changes.append((step.name, self._counts.total(), counts.total(), changed))

    def text(self, style: str) -> str:
        if style == "json":
            passes = [
                {"pass": name, "operations_before": before, "operations_after": after} | {"by": by}
                for name, before, after, by in self.changes
            ]
            return json.dumps({"passes": passes}) + "\n"
        lines = ["   before   after  pass"]
        for name, before, after, by in self.changes:
            details = ", ".join(f"{op} {count:+}" for op, count in by.items())
            lines.append(f"  {before:7} {after:7}  {name}{': ' if details else ''}{details}")
        return "\n".join(lines) + "\n"


def _operation_counts(module: ModuleOp) -> Counter[str]:
    return Counter(op.name for op in module.walk())


@dataclass
class CrashReproducer(PassObserver):
    """Writes the IR before a failing pass, with the passes that were still to run."""

    path: str
    passes: tuple[ModulePass, ...]
    _done: int = field(default=0, init=False)
    _module: ModuleOp | None = field(default=None, init=False)

    def before(self, step: ModulePass, module: ModuleOp) -> None:
        self._module = module.clone()

    def after(self, step: ModulePass, module: ModuleOp) -> None:
        self._done += 1

    def failed(self, step: ModulePass, module: ModuleOp) -> None:
        assert self._module is not None
        header = f"{REPRODUCER_PREFIX}'{pipeline_text(self.passes[self._done :])}'\n"
        body = print_module(self._module, locations=True)
        write_files({Path(self.path): header + body})
        print(f"convopt: wrote the reproducer {self.path}", file=sys.stderr)
