"""Where convopt's time goes."""

from dataclasses import replace

from convopt.benchmarks.peers.peer import ModelData
from convopt.compiler import compile
from convopt.runtime.profile import Profile


def kernel_profile(model: ModelData, target: str) -> Profile:
    """Every kernel of a model, the slowest first."""
    run = compile(model.onnx, target)
    profile = run.profile(*(model.feeds[spec.name] for spec in run.inputs))
    return replace(profile, rows=tuple(sorted(profile.rows, key=lambda row: -row.milliseconds)))
