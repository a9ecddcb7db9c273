"""Plain `xdsl-opt` knows the dialect and the passes."""

import subprocess
import sys

from xdsl.transforms import get_all_passes
from xdsl.universe import Universe

from convopt.passes.registry import PASSES
from convopt.universe import CONVOPT_UNIVERSE


def test_xdsl_opt_runs_our_passes(source):
    program = "from xdsl.tools.xdsl_opt import main; main()"
    command = [sys.executable, "-c", program, str(source), "-p", "conv-specialize"]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert "conv.depthwise %x, %w {padding = [1, 1, 1, 1]}" in found.stdout


def test_names_do_not_clash_with_others():
    universe = Universe.get_multiverse()  # raises for names that two packages use
    assert set(PASSES) <= set(universe.all_passes)
    assert not set(PASSES) & set(get_all_passes())


def test_every_pass_goes_by_its_name():
    assert {name: factory().name for name, factory in PASSES.items()} == {n: n for n in PASSES}
    assert CONVOPT_UNIVERSE.all_dialects["conv"]().name == "conv"
