"""A report as JSON: sizes in bytes, times in seconds."""

import json
from dataclasses import asdict
from typing import Any

from convopt.report.records import Costs, Kernel, Layer, Report, TrafficBytes

Fields = dict[str, Any]


def json_text(report: Report) -> str:
    """One object. Keys say the unit; what was not measured is null."""
    totals = report.totals
    fields = {
        "model": report.model,
        "inputs": [asdict(tensor) for tensor in report.inputs],
        "outputs": [asdict(tensor) for tensor in report.outputs],
        "partition": report.partition,
        "notes": report.notes,
        "target": {"name": report.target_name, **dict(report.target)},
        "versions": dict(report.versions),
        "totals": {
            "kernels": totals.kernels,
            "modules": totals.modules,
            "macs": totals.macs,
            **_costs(totals.planned),
            "measured_seconds": totals.measured_seconds,
            "unfused": _costs(totals.unfused),
            "saved_share": totals.saved_share,
        },
        "roofs": {
            "peak_gflops": report.roofs.peak_gflops,
            "bandwidths_gbs": dict(report.roofs.bandwidths),
        },
        "kernels": [_kernel(kernel) for kernel in report.kernels],
        "compile_seconds": [asdict(phase) for phase in report.phases],
        "remarks": [asdict(remark) for remark in report.remarks],
    }
    return json.dumps(fields, indent=1) + "\n"


def _kernel(kernel: Kernel) -> Fields:
    return {
        "number": kernel.number,
        "module": kernel.module or None,
        "in_onnxruntime": kernel.in_onnxruntime,
        **_layer(kernel.layer),
        "measured_seconds": kernel.measured_seconds,
        "least_seconds": kernel.least_seconds,
        "roofline_share": kernel.roofline_share,
        "unfused": None if kernel.unfused is None else _costs(kernel.unfused),
        "stages": [_layer(stage) for stage in kernel.stages],
        "remarks": kernel.remarks,
    }


def _layer(layer: Layer) -> Fields:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "input_shape": layer.shapes[0],
        "output_shape": layer.shapes[1],
        "macs": layer.macs,
        "bytes": layer.bytes,
        "tile": layer.tile,
        "schedule": layer.schedule,
        "reads": layer.reads,
        **_costs(layer.costs),
    }


def _costs(costs: Costs) -> Fields:
    return {
        "predicted_seconds": costs.seconds,
        "beyond_l1_bytes": _traffic(costs.beyond_l1),
        "beyond_l2_bytes": _traffic(costs.beyond_l2),
    }


def _traffic(traffic: TrafficBytes) -> Fields:
    return {**asdict(traffic), "total": traffic.total}
