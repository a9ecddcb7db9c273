"""Grouped spatial pack convolution as a TVM schedule.

The method of "Optimizing Grouped Convolutions on Edge Devices" (ASAP 2020) as it came to TVM (pull
request 6137): data, weights and result get a group axis outside, so that each group is a small
direct convolution over packed channels; vectors run over `oc_bn` output channels of one group,
registers hold `reg_n` output columns of them.

    data    [G][N][CPG/ic_bn][H + pads][ic_bn][W + pads]
    weights [G][KPG/oc_bn][CPG/ic_bn][KH][KW][ic_bn][oc_bn]
    buffer  [G][N][KPG/oc_bn][OH][OW][oc_bn]

where CPG and KPG are the input and output channels of a group. As published, data are packed,
computed into a buffer, copied to a second one by a serial loop, and unpacked. Three differences:
the weights are packed beforehand, the bias is added while unpacking, and blocks divide the channels
of a group (the published tuning space splits all channels, so that blocks may be wider than that).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from convopt.benchmarks.layer import Array, Layer

MOST_COLUMNS = 31


@dataclass(frozen=True)
class Blocks:
    """Input channels, output channels and output columns a block."""

    ic_bn: int
    oc_bn: int
    reg_n: int


def fallback_blocks(layer: Layer, lanes: int) -> Blocks:
    """The published sizes for what was not tuned; `lanes`: floats in a vector, 4 on Arm."""
    oc_bn = _largest_divisor(layer.cout // layer.groups, lanes)
    ic_bn = _largest_divisor(layer.cin // layer.groups, oc_bn)
    return Blocks(ic_bn, oc_bn, _largest_divisor(layer.output_shape[3], MOST_COLUMNS))


def pack_weights(weights: Array, groups: int, blocks: Blocks) -> Array:
    """OIHW to the layout above."""
    outputs, inputs, kh, kw = weights.shape
    chunks = weights.reshape(
        *(groups, outputs // groups // blocks.oc_bn, blocks.oc_bn),
        *(inputs // blocks.ic_bn, blocks.ic_bn, kh, kw),
    )
    return np.ascontiguousarray(chunks.transpose(0, 1, 3, 5, 6, 4, 2))


def scheduled_layer(layer: Layer, blocks: Blocks, parallel: bool) -> Any:
    """A TVM module whose `main` takes x NCHW, packed weights, bias, and writes y NCHW."""
    from tvm.s_tir import Schedule

    schedule = Schedule(_definition(layer, blocks))
    _schedule_pack(schedule, parallel)
    _schedule_convolution(schedule, blocks, parallel)
    *_, lanes = schedule.get_loops(schedule.get_sblock("copy"))
    schedule.vectorize(lanes)
    _schedule_unpack(schedule, blocks, parallel)
    return schedule.mod


def _definition(layer: Layer, blocks: Blocks) -> Any:
    """The stages without an order."""
    from tvm import te, tirx

    groups, ic_bn, oc_bn = layer.groups, blocks.ic_bn, blocks.oc_bn
    cpg, kpg = layer.cin // groups, layer.cout // groups
    batch, _, rows, columns = layer.output_shape
    top, left, bottom, right = layer.padding
    d, stride_h, stride_w = layer.dilation, layer.stride_h, layer.stride_w

    x = te.placeholder(layer.input_shape, name="x")
    weights = te.placeholder(
        (groups, kpg // oc_bn, cpg // ic_bn, layer.kh, layer.kw, ic_bn, oc_bn), name="weights"
    )
    bias = te.placeholder((layer.cout,), name="bias")

    def packed(g: Any, n: Any, chunk: Any, h: Any, q: Any, w: Any) -> Any:
        inside = tirx.all(h >= top, h < top + layer.hin, w >= left, w < left + layer.win)
        element = x[n, g * cpg + chunk * ic_bn + q, h - top, w - left]
        return tirx.if_then_else(inside, element, tirx.const(0.0, "float32"))

    data = te.compute(
        (
            *(groups, batch, cpg // ic_bn),
            *(layer.hin + top + bottom, ic_bn, layer.win + left + right),
        ),
        packed,
        name="pack",
    )
    chunk, q = te.reduce_axis((0, cpg // ic_bn), "chunk"), te.reduce_axis((0, ic_bn), "q")
    kh, kw = te.reduce_axis((0, layer.kh), "kh"), te.reduce_axis((0, layer.kw), "kw")
    buffer_shape = (groups, batch, kpg // oc_bn, rows, columns, oc_bn)
    computed = te.compute(
        buffer_shape,
        lambda g, n, block, row, column, o: te.sum(
            data[g, n, chunk, row * stride_h + kh * d, q, column * stride_w + kw * d]
            * weights[g, block, chunk, kh, kw, q, o],
            axis=[chunk, kh, kw, q],
        ),
        name="convolution",
    )
    copied = te.compute(buffer_shape, lambda *index: computed(*index), name="copy")
    y = te.compute(
        layer.output_shape,
        lambda n, c, row, column: (
            copied[c // kpg, n, c // oc_bn % (kpg // oc_bn), row, column, c % oc_bn] + bias[c]
        ),
        name="unpack",
    )
    return te.create_prim_func([x, weights, bias, y])


def _schedule_pack(schedule: Any, parallel: bool) -> None:
    _, n, chunk, row, *_ = schedule.get_loops(schedule.get_sblock("pack"))
    _parallel(schedule, parallel, n, chunk, row)


def _schedule_convolution(schedule: Any, blocks: Blocks, parallel: bool) -> None:
    stage = schedule.get_sblock("convolution")
    g, n, block, row, column, o, chunk, kh, kw, q = schedule.get_loops(stage)
    outer, inner = schedule.split(column, [None, blocks.reg_n])
    schedule.reorder(g, n, block, row, outer, chunk, kh, kw, q, inner, o)
    schedule.unroll(inner)
    schedule.vectorize(o)
    _parallel(schedule, parallel, g, n, block, row)
    *_, columns, lanes = schedule.get_loops(schedule.decompose_reduction(stage, chunk))
    schedule.unroll(columns)
    schedule.vectorize(lanes)


def _schedule_unpack(schedule: Any, blocks: Blocks, parallel: bool) -> None:
    n, channel, row, column = schedule.get_loops(schedule.get_sblock("unpack"))
    block, lanes = schedule.split(channel, [None, blocks.oc_bn])
    outer, inner = schedule.split(column, [None, blocks.reg_n])
    schedule.reorder(n, block, row, outer, inner, lanes)
    schedule.vectorize(lanes)
    _parallel(schedule, parallel, n, block, row)


def _parallel(schedule: Any, parallel: bool, *loops: Any) -> None:
    fused = schedule.fuse(*loops)
    if parallel:
        schedule.parallel(fused)


def _largest_divisor(number: int, limit: int) -> int:
    return next(size for size in range(min(number, limit), 0, -1) if number % size == 0)
