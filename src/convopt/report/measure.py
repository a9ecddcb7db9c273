"""What the kernels of a planned model take on this machine."""

import time
from collections.abc import Sequence

import numpy as np

from convopt.backends.targets import CpuTarget
from convopt.backends.targets.loading import HOST
from convopt.build import Builder
from convopt.emission import symbol_of
from convopt.model import Model
from convopt.pass_observer import PassClock
from convopt.passes.pipelines import LOWER
from convopt.runtime.compiled_model import CompiledModel
from convopt.runtime.random_inputs import random_input

RUNS = 20
"""Whole runs of the network, one kernel timed after the other: their weights are cold."""

MACHINE_CODE = "machine code"


def can_measure(target: CpuTarget) -> bool:
    """Whether a target describes the machine that this process runs on."""
    return target.name == HOST


def measured_seconds(model: Model, target: CpuTarget, clock: PassClock) -> Sequence[float]:
    """Median seconds of every kernel, on one thread and random inputs.

    The model's compiled segments are at level 3. What compiling them takes is added to `clock`.
    Raises ConvoptError for what has no kernel.
    """
    before = _total(clock)
    began = time.perf_counter()
    builder = Builder(target, HOST, is_stepped=True, observers=(clock,), to_kernels=LOWER)
    artifact = builder.build(model, symbol_of(model.name))
    passes = _total(clock) - before
    clock.add(MACHINE_CODE, time.perf_counter() - began - passes)
    random = np.random.default_rng(0)
    inputs = [random_input(spec, random) for spec in model.inputs]
    profile = CompiledModel(artifact, target).profile(*inputs, repeat=RUNS)
    return [1e-3 * row.milliseconds for row in profile.rows]


def _total(clock: PassClock) -> float:
    return sum(seconds for _, seconds in clock.seconds)
