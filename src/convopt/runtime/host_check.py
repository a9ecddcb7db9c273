"""Whether this machine can run code for a target: an unknown instruction would end the process."""

from convopt.backends.targets import CpuTarget
from convopt.errors import ConvoptError

_X86_64_V3 = ("avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")
_ARMV8_2 = ("neon", "crc", "lse", "rdm", "fullfp16", "dotprod", "rcpc")
_NEEDED = {
    "generic": (),
    "x86-64-v3": _X86_64_V3,
    "x86-64-v4": (*_X86_64_V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"),
    "cortex-a53": ("neon", "crc"),
    "cortex-a72": ("neon", "crc"),
    "cortex-a55": _ARMV8_2,
    "cortex-a76": _ARMV8_2,
    "neoverse-n1": _ARMV8_2,
}
"""CPU features by LLVM's names that code for a CPU may use."""


def check_runs_here(target: CpuTarget) -> None:
    """Raise ConvoptError, with what is missing, unless code for `target` runs on this machine."""
    from llvmlite import binding

    from convopt.backends.targets.host import host_target

    host = host_target()
    if target == host:
        return
    if target.arch != host.arch:
        raise ConvoptError(
            f"expected a target that runs on this machine ({host.arch}), found {target.name} "
            f"({target.arch}); use emit for code that runs elsewhere"
        )
    if target.cpu not in _NEEDED:
        raise ConvoptError(
            f"expected the target host or one for the CPU {', '.join(_NEEDED)} to run code here, "
            f"found {target.name} for the CPU {target.cpu}"
        )
    available = {name for name, is_there in binding.get_host_cpu_features().items() if is_there}
    wanted = [word[1:] for word in target.features.split(",") if word.startswith("+")]
    missing = sorted({*_NEEDED[target.cpu], *wanted} - available)
    if missing:
        raise ConvoptError(
            f"expected a target that this CPU can run, found {target.name}, which needs "
            f"{', '.join(missing)}"
        )
