"""A planned model, and what was measured of it, as a report."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

from convopt.backends.targets import CpuTarget
from convopt.backends.targets.loading import HOST
from convopt.backends.targets.processor import processor_name
from convopt.model import Model
from convopt.passes.remarks import Remark
from convopt.report.kernels import kernel_table
from convopt.report.records import Kernel, PhaseSeconds, Report, Roofs, Tensor
from convopt.report.remark_rows import remark_rows

_PACKAGES = ("convopt", "xdsl", "llvmlite", "numpy", "onnxruntime")


def collect_report(
    model: Model,
    target: CpuTarget,
    remarks: Sequence[Remark],
    phases: Sequence[PhaseSeconds],
    measured: Sequence[float] | None = None,
) -> Report:
    """The numbers of a model whose compiled segments are at level 3.

    `measured`: seconds of every kernel. Raises ConvoptError for a segment that is not planned.
    """
    table = kernel_table(model, target, remarks)
    kernels = table.kernels if measured is None else _with_times(table.kernels, measured)
    return Report(
        model=model.name,
        target_name=target.name,
        target=target_figures(target),
        versions=_versions(),
        inputs=tuple(
            Tensor(spec.name, spec.shape_text, table.makers[spec.name]) for spec in model.inputs
        ),
        outputs=tuple(
            Tensor(spec.name, spec.shape_text, table.makers[spec.name]) for spec in model.outputs
        ),
        partition=str(model.partition),
        notes=model.notes,
        roofs=roofs_of(target),
        kernels=kernels,
        phases=tuple(phases),
        remarks=remark_rows(remarks),
    )


def roofs_of(target: CpuTarget) -> Roofs:
    """What lies beyond L2: L3, where there is one, and memory."""
    levels = (("L3", target.l3_gbs), ("DRAM", target.dram_gbs))
    return Roofs(target.peak_gflops, tuple((name, gbs) for name, gbs in levels if gbs))


def target_figures(target: CpuTarget) -> tuple[tuple[str, str], ...]:
    """What the predictions are made from, for people."""
    figures = [
        ("code for", f"{target.cpu} ({target.triple})"),
        ("vectors", f"{target.vector_registers} of {target.lanes} floats"),
        ("multiply-adds", f"{target.fma_ports} vectors a cycle, latency {target.fma_latency}"),
        ("clock", f"{target.frequency_ghz:g} GHz"),
        ("peak", f"{target.peak_gflops:.1f} GFLOP/s, one core"),
        ("L1", _level(target.l1_bytes, target.l1_gbs)),
        ("L2", _level(target.l2_bytes, target.l2_gbs)),
    ]
    if target.l3_bytes:
        figures.append(("L3", _level(target.l3_bytes, target.l3_gbs)))
    figures.append(("DRAM", f"{target.dram_gbs:.1f} GB/s"))
    if target.name == HOST:
        figures.insert(0, ("processor", processor_name()))
    return tuple(figures)


def _level(size: int, gbs: float) -> str:
    text = f"{size / 2**20:g} MiB" if size >= 2**20 else f"{size / 2**10:g} KiB"
    return f"{text}, {gbs:.1f} GB/s"


def _versions() -> tuple[tuple[str, str], ...]:
    """Of what is installed."""
    found = [("Python", python_version())]
    for package in _PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def _with_times(kernels: Sequence[Kernel], measured: Sequence[float]) -> tuple[Kernel, ...]:
    return tuple(
        replace(kernel, measured_seconds=seconds)
        for kernel, seconds in zip(kernels, measured, strict=True)
    )
