"""PyTorch models run by all contenders in turn, in this process."""

import copy
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.samples import Run, interleaved, timing
from convopt.benchmarks.torch_models.contenders import Contender, Function
from convopt.benchmarks.torch_models.convolution_time import convolution_seconds, share_of
from convopt.benchmarks.torch_models.results import CONVOPT, Entry, TorchResult
from convopt.benchmarks.torch_models.sources import TorchModel
from convopt.torch.report import GraphReport, collect

TOLERANCE = 1e-4
"""Relative error, as a norm, that whole networks in fp32 stay below."""


def compare(
    model: TorchModel,
    contenders: Sequence[Contender],
    threads: int,
    rounds: int,
    machine: Machine,
) -> TorchResult:
    """Check everyone's result against eager's, then time those that are right, in turn."""
    torch.set_num_threads(threads)
    torch._dynamo.reset()
    with torch.inference_mode():
        expected = model.module(model.image)
    entries: list[Entry] = []
    runs: dict[int, Run] = {}
    reports: list[GraphReport] = []
    for number, contender in enumerate(contenders):
        with collect() as found:
            entry, run = _prepared(contender, model, expected)
        if contender.name == CONVOPT:
            reports = found
        entries.append(entry)
        if run is not None:
            runs[number] = run
    peak = machine.peak_gflops
    for number, samples in zip(runs, interleaved(list(runs.values()), rounds, peak), strict=True):
        best = max(one.peak_gflops for one in samples)
        entries[number] = replace(entries[number], timing=timing(samples, best, lambda _: 0.0))
    seconds = convolution_seconds(model.module, model.image)
    taken = {
        name.rpartition("/")[0]
        for report in reports
        for each in report.taken
        for name in each.convolutions
    }
    return TorchResult(
        model.name,
        threads,
        sum(report.macs for report in reports),
        sum(report.taken_macs for report in reports),
        share_of(seconds, taken),
        sum(len(report.taken) for report in reports),
        tuple(entries),
    )


def _prepared(contender: Contender, model: TorchModel, expected: Any) -> tuple[Entry, Run | None]:
    """The entry without its timing; and what to time, unless it is not to be.

    A contender that breaks down must not take the others' results with it: its note says how.
    """
    entry = Entry(contender.name)
    image = contender.image(model.image)
    try:
        function = contender.function(copy.deepcopy(model.module))
        begin = time.perf_counter()
        with contender.settings(), torch.inference_mode():
            result = function(image)
        seconds = time.perf_counter() - begin
    except Exception as error:
        note = f"failed: {type(error).__name__}: {error}".partition("\n")[0]
        return replace(entry, note=note), None
    distance = float((result - expected).norm() / expected.norm())
    entry = replace(entry, error=distance, compile_seconds=seconds)
    if not distance <= TOLERANCE:
        note = f"wrong: relative error {distance:.1e}, expected at most {TOLERANCE:.0e}"
        return replace(entry, note=note), None
    return entry, _run(function, image)


def _run(function: Function, image: Any) -> Run:
    def run(calls: int) -> None:
        with torch.inference_mode():
            for _ in range(calls):
                function(image)

    return run
