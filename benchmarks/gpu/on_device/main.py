"""`run.py`: measures what a bundle holds, in pieces, and says what was found.

Results go to results.jsonl, where a run goes on from. Needs torch with CUDA; nothing else.

  python run.py run --budget-seconds 500       again and again, until nothing is left
  python run.py run --part pairs --only 'mobilenet_v2*'
  python run.py report
  python run.py ncu                            prints how to count traffic
  python run.py traffic ncu.csv                the counts beside the model
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convopt.benchmarks.gpu.on_device import report, traffic
from convopt.benchmarks.gpu.on_device.bundle import Bundle, BundleError
from convopt.benchmarks.gpu.on_device.driver import DriverError
from convopt.benchmarks.gpu.on_device.parts import PARTS, Task, fits, tasks
from convopt.benchmarks.gpu.on_device.results import FILE, TABLE, Measurement, Results, Row

SCRIPT = "run.py"
TRAFFIC = "traffic.json"
COUNTS = "ncu.csv"
_STOPPED = 3
"""Exit code when the GPU gave up: a new process can go on."""


def main(folder: Path, words: Sequence[str]) -> int:
    """The exit code. `folder`: of the bundle."""
    arguments = _parser().parse_args(words)
    try:
        return int(arguments.work(folder, arguments))
    except (BundleError, DriverError) as error:
        print(f"{SCRIPT}: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=SCRIPT, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, work, about in (
        ("run", run, "measure"),
        ("list", list_tasks, "name parts and cases"),
        ("report", show_report, "tables, claims and results.csv"),
        ("launch", launch, "launch every kernel once, for a profiler"),
        ("ncu", show_command, "the profiler's command line"),
        ("traffic", show_traffic, "its counts beside the model"),
    ):
        command = commands.add_parser(name, help=about)
        command.set_defaults(work=work)
        command.add_argument("--results", type=Path, help=f"default: {FILE} in the folder")
        if name == "traffic":
            command.add_argument("table", type=Path, help="what ncu printed")
            continue
        _add_choice(command)
        if name == "run":
            command.add_argument("--budget-seconds", type=float, default=500.0, metavar="S")
            command.add_argument("--rounds", type=int, default=30, metavar="N")
        if name == "launch":
            command.add_argument("--variant", default="planned", metavar="NAME")
    return parser


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--part",
        action="append",
        default=[],
        choices=[part.name for part in PARTS],
        help="; ".join(f"{part.name}: {part.about}" for part in PARTS),
    )
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--batches", type=int, action="append", default=[], metavar="N")


def chosen_tasks(bundle: Bundle, arguments: Any) -> list[Task]:
    found = tasks(bundle.cases, arguments.part, arguments.only, arguments.batches)
    if not found:
        raise BundleError("expected parts and patterns that some case matches, found none")
    return found


def run(folder: Path, arguments: Any) -> int:
    """Measure what is not measured yet, as long as it fits; says how much is left."""
    started = time.perf_counter()
    results = Results(_results_path(folder, arguments))
    bundle = Bundle.read(folder)
    left = [
        task
        for task in chosen_tasks(bundle, arguments)
        if not results.has(task.part.name, task.case.key)
    ]
    bench = _bench(bundle, arguments.rounds)
    skipped = 0
    for number, task in enumerate(left):
        seconds_left = arguments.budget_seconds - (time.perf_counter() - started)
        if not fits(task, results.seconds(task.part.name), seconds_left):
            skipped += 1
            continue
        print(f"[{number + 1}/{len(left)}] {task.part.name}: {task.case.key}", flush=True)
        try:
            measurement = bench.measure(task)
        except DriverError as error:
            results.add(_failed(task, error))
            print(f"{SCRIPT}: {error}; run again to go on", file=sys.stderr)
            return _STOPPED
        results.add(measurement)
        for row in measurement.rows:
            if row.problem:
                print(f"    {row.contender} {row.precision}: {row.problem}")
    print(f"{len(left) - skipped} measured, {skipped} left")
    return 0


def list_tasks(folder: Path, arguments: Any) -> int:
    results = Results(_results_path(folder, arguments))
    for task in chosen_tasks(Bundle.read(folder), arguments):
        done = "done" if results.has(task.part.name, task.case.key) else "    "
        print(f"{done} {task.part.name:<18}{task.case.key}")
    return 0


def show_report(folder: Path, arguments: Any) -> int:
    """Whether a claim is not met is the exit code."""
    results = Results(_results_path(folder, arguments))
    if not results.measurements:
        raise BundleError(f"{results.path}: expected results, found none; {SCRIPT} run makes them")
    found = results.measurements
    results.write_table(results.path.with_name(TABLE))
    for part in arguments.part or [part.name for part in PARTS if part.is_warm]:
        print(*report.case_lines(found, part), sep="\n")
    print(*report.group_lines(found), sep="\n")
    print(*report.tvm_lines(found), report.NOT_COMPARED, sep="\n")
    for name, fact in found[-1].machine.items():
        print(f"{name}: {fact}")
    counted = results.path.with_name(TRAFFIC)
    counts = json.loads(counted.read_text()) if counted.exists() else []
    made = report.claims(found, counts)
    print(*made, sep="\n")
    return int(any(claim.is_met is False for claim in made))


def launch(folder: Path, arguments: Any) -> int:
    """Plain launches, one after the other, of the pairs' (or chosen cases') kernels."""
    bundle = Bundle.read(folder)
    bench = _bench(bundle, 1)
    for task in _profiled(bundle, arguments):
        bench.launch(task.case, arguments.variant)
    return 0


def show_command(folder: Path, arguments: Any) -> int:
    words = [f"--part {name}" for name in arguments.part]
    words += [f"--only '{pattern}'" for pattern in arguments.only]
    words += [f"--batches {batch}" for batch in arguments.batches]
    print(traffic.command(str(folder / SCRIPT), words, COUNTS))
    print(f"then: python {folder / SCRIPT} traffic {COUNTS}")
    return 0


def show_traffic(folder: Path, arguments: Any) -> int:
    """Kept beside the results, for the report."""
    bundle = Bundle.read(folder)
    found = traffic.compared(bundle, traffic.read_table(arguments.table))
    print(*traffic.lines(found), sep="\n")
    kept = _results_path(folder, arguments).with_name(TRAFFIC)
    kept.write_text(json.dumps(traffic.as_records(found), indent=1) + "\n", encoding="utf-8")
    return 0


def _profiled(bundle: Bundle, arguments: Any) -> list[Task]:
    arguments.part = arguments.part or ["pairs"]
    arguments.batches = arguments.batches or [1]
    return chosen_tasks(bundle, arguments)


def _results_path(folder: Path, arguments: Any) -> Path:
    return arguments.results or folder / FILE


def _bench(bundle: Bundle, rounds: int) -> Any:
    """torch is imported here: reports need none. Raises BundleError where there is no GPU."""
    try:
        import torch
    except ImportError as error:
        raise BundleError(f"expected torch with CUDA, found none: {error}") from error

    from convopt.benchmarks.gpu.on_device.driver import Driver
    from convopt.benchmarks.gpu.on_device.energy import Meter
    from convopt.benchmarks.gpu.on_device.measuring import Bench, machine_facts

    if not torch.cuda.is_available():
        raise BundleError("expected an NVIDIA GPU that torch can use, found none")
    major, minor = torch.cuda.get_device_capability(0)
    made_for = bundle.compute_capability.split(".")
    if str(major) != made_for[0] or minor < int(made_for[1]):
        raise BundleError(
            f"expected a GPU of compute capability {bundle.compute_capability}, for which the "
            f"machine code was made ({bundle.target}), found {major}.{minor}"
        )
    torch.zeros(1, device="cuda")  # makes torch's context current for the driver
    driver, meter = Driver(), Meter()
    facts = machine_facts(bundle, driver, meter)
    return Bench(bundle, driver, meter, torch.device("cuda"), rounds, facts["l2_bytes"], facts)


def _failed(task: Task, error: DriverError) -> Measurement:
    case = task.case
    rows = (Row("planned", "f32", is_ours=True, problem=str(error)),)
    return Measurement(
        task.part.name, case.key, case.kind, case.group, case.batch, False, 0.0, {}, rows
    )
