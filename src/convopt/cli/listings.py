"""`--list-passes`, `--list-pipelines`, `--list-targets` and `--help-pass`."""

import inspect

from convopt.backends.targets import CpuTarget, load_target, target_names
from convopt.backends.targets.cuda import CUDA
from convopt.cli.options import Options
from convopt.errors import ConvoptError
from convopt.pass_pipeline import find_pass
from convopt.passes.pipelines import PIPELINES
from convopt.passes.registry import PASSES


def listing(options: Options) -> str | None:
    """The text that the user asked for instead of a compilation, if any."""
    if options.help_pass is not None:
        return pass_help(options.help_pass)
    if options.list_passes:
        width = max(map(len, PASSES)) + 1
        return "".join(f"{name:{width}}{_summary(name)}\n" for name in PASSES)
    if options.list_pipelines:
        return "".join(f"{name:10}{','.join(passes)}\n" for name, passes in PIPELINES.items())
    if options.list_targets:
        return "".join(f"{name:16}{_describe(name)}\n" for name in [*target_names(), CUDA])
    return None


def pass_help(name: str) -> str:
    """The name, options and docstring of a pass."""
    from xdsl.passes import get_pass_option_infos

    found = find_pass(name)
    options = [
        f"  {option.name.replace('_', '-')}: {option.expected_type}"
        + ("" if option.default_value is None else f" = {option.default_value}")
        for option in get_pass_option_infos(found)
        if option.name != "name"
    ]
    lines = [name, "", inspect.getdoc(found) or "(no description)"]
    if options:
        lines += ["", "Options:", *options]
    return "\n".join(lines) + "\n"


def _summary(name: str) -> str:
    """The first sentence of the pass's description."""
    return (inspect.getdoc(find_pass(name)) or "").split("\n\n")[0].replace("\n", " ")


def _describe(name: str) -> str:
    try:
        target = load_target(name)
    except ConvoptError as error:  # a machine without a GPU
        return str(error)
    if isinstance(target, CpuTarget):
        return f"{target.arch}, {target.lanes} lanes, {target.peak_gflops:.0f} GFLOP/s a core"
    return f"GPU, {target.sms} multiprocessors, {target.peak_gflops / 1e3:.1f} TFLOP/s"
