"""What the TVM peers share: the target, threads, arrays."""

import os
from typing import Any

from convopt.backends.targets import cpu_target
from convopt.benchmarks.layer import Array
from convopt.benchmarks.peers.memory import huge_copy
from convopt.benchmarks.peers.packages import require

_OF_BIG_CORES = 1


def import_tvm() -> Any:
    """The package; raises MissingError.

    Its runtime reads the environment when it first starts threads: it is not to pin any (the
    calling one included), which is the benchmark's to do, nor to leave out half of the cores.
    """
    os.environ.setdefault("TVM_BIND_THREADS", "0")
    os.environ.setdefault("TVM_NUM_THREADS", str(os.cpu_count()))
    return require("tvm", "apache-tvm")


def host_target(tvm: Any) -> Any:
    """The host as convopt sees it, with all its vector extensions."""
    host = cpu_target("host")
    features = [feature for feature in host.features.split(",") if feature.startswith("+")]
    return tvm.target.Target(
        {"kind": "llvm", "mtriple": host.triple, "mcpu": host.cpu, "mattr": features}
    )


def set_threads(tvm: Any, threads: int) -> None:
    """How many threads the parallel loops of compiled functions use from now on."""
    tvm.get_global_func("runtime.config_threadpool")(_OF_BIG_CORES, threads)


def tvm_tensor(tvm: Any, array: Array) -> Any:
    """A tensor of TVM's that is a copy of `array` on huge pages."""
    return tvm.runtime.from_dlpack(huge_copy(array))
