"""One task: contenders made, checked, timed in turn."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from convopt.benchmarks.gpu.on_device.bundle import Bundle, Case
from convopt.benchmarks.gpu.on_device.contenders import (
    Contender,
    Workshop,
    error_of,
    most_error,
)
from convopt.benchmarks.gpu.on_device.driver import Driver, DriverError
from convopt.benchmarks.gpu.on_device.energy import Meter, microjoules_of
from convopt.benchmarks.gpu.on_device.parts import Entry, Task
from convopt.benchmarks.gpu.on_device.results import Measurement, Row
from convopt.benchmarks.gpu.on_device.timing import (
    Times,
    calls_for,
    cold_times,
    graph_of,
    seconds_of,
    warm_times,
)

_WORDS = 160
"""Characters of a problem that are kept."""


@dataclass(frozen=True)
class Bench:
    """What measurements share. `rounds` of times; `l2_bytes` of the GPU."""

    bundle: Bundle
    driver: Driver
    meter: Meter
    device: Any
    rounds: int
    l2_bytes: int
    machine: dict[str, Any]

    def measure(self, task: Task) -> Measurement:
        """Contenders that fail, or give a wrong result, have a row that says so and no times."""
        started = time.perf_counter()
        shop = Workshop(self.bundle, self.driver, task.case, self.device)
        reference = shop.reference()
        rows, runs = self._checked(task, shop, reference)
        if runs and task.part.is_warm:
            self._time(task, rows, runs)
        machine = dict(self.machine)
        machine["sm_mhz"], machine["memory_mhz"] = self.meter.clocks()
        case = task.case
        planned = case.variant("planned")
        return Measurement(
            task.part.name,
            case.key,
            case.kind,
            case.group,
            case.batch,
            planned is not None and planned.is_fused,
            time.perf_counter() - started,
            machine,
            tuple(rows.values()),
        )

    def launch(self, case: Case, name: str) -> None:
        """The kernels of a variant, if the case has it."""
        shop = Workshop(self.bundle, self.driver, case, self.device)
        for variant in case.variants_of([name]):
            shop.variant(variant).run()
        torch.cuda.synchronize()

    def _checked(
        self, task: Task, shop: Workshop, reference: Any
    ) -> tuple[dict[str, Row], dict[str, Callable[[], Any]]]:
        rows: dict[str, Row] = {}
        runs: dict[str, Callable[[], Any]] = {}
        for entry in task.part.contenders(shop):
            row, contender = _check(task, entry, reference)
            if row is None:
                continue
            key = f"{row.contender} {row.precision}"
            rows[key] = row
            if contender is not None:
                runs[key] = contender.run
        return rows, runs

    def _time(self, task: Task, rows: dict[str, Row], runs: dict[str, Callable[[], Any]]) -> None:
        if task.part.is_energy:
            for key, run in runs.items():
                rows[key] = replace(rows[key], microjoules=self._energy(run))
            return
        for key, times in warm_times(runs, self.rounds).items():
            rows[key] = _timed(rows[key], times)
        if task.part.is_cold:
            for key, times in cold_times(runs, self.rounds, self.l2_bytes, self.device).items():
                rows[key] = replace(rows[key], cold_us=times.median)

    def _energy(self, run: Callable[[], Any]) -> float | None:
        probe = graph_of(run, 1)
        probe.replay()
        calls = calls_for(seconds_of(probe.replay))
        return microjoules_of(self.meter, graph_of(run, calls).replay, calls)


def _check(task: Task, entry: Entry, reference: Any) -> tuple[Row | None, Contender | None]:
    """A contender's row, and itself if it is to be timed; no row for one that there is not."""
    try:
        contender = entry.make()
        if contender is None:
            return None, None
        error = error_of(contender, reference)
    except DriverError:
        raise
    except Exception as problem:  # a peer may fail in any way; the others are still compared
        _expect_working_gpu(entry.name)
        words = " ".join(f"{type(problem).__name__}: {problem}".split())
        return Row(entry.name, entry.precision, problem=words[:_WORDS]), None
    most = most_error(task.case, contender.precision)
    row = Row(contender.name, contender.precision, contender.is_ours, contender.predicted_us)
    if error != error:
        return row, contender
    row = replace(row, error=error)
    if error > most:
        return replace(
            row, problem=f"expected an error of at most {most:g}, found {error:.2g}"
        ), None
    return row, contender


def _expect_working_gpu(name: str) -> None:
    """An access outside of memory ends all work of a process on the GPU."""
    if not torch.cuda.is_available():
        return
    try:
        torch.cuda.synchronize()
    except Exception as problem:
        raise DriverError(f"the GPU gave up in {name}: {problem}") from problem


def _timed(row: Row, times: Times) -> Row:
    return replace(
        row,
        warm_us=times.median,
        warm_least_us=times.least,
        warm_spread=(times.upper - times.lower) / times.median,
    )


def _version(package: str) -> str:
    with suppress(PackageNotFoundError):
        return version(package)
    return "missing"


def machine_facts(bundle: Bundle, driver: Driver, meter: Meter) -> dict[str, Any]:
    """GPU and versions."""
    properties = torch.cuda.get_device_properties(0)
    return {
        "gpu": properties.name,
        "sms": properties.multi_processor_count,
        "l2_bytes": properties.L2_cache_size,
        "driver": meter.driver_version(),
        "cuda_of_driver": driver.version(),
        "cuda_of_torch": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "torch": torch.__version__,
        "triton": _version("triton"),
        "target": bundle.target,
        **{f"made_by_{name}": version for name, version in bundle.made.items()},
    }
