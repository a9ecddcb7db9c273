"""The published schedule for grouped convolutions: block sizes, and results for odd layers."""

from dataclasses import replace

import pytest

from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.peers.grouped_spatial_pack import Blocks, fallback_blocks
from convopt.benchmarks.peers.peer import Layout, MissingError, UnsupportedError
from convopt.benchmarks.peers.registry import PEERS
from convopt.comparison import relative_error

LAYER = Layer("test", "grp", 24, 12, 12, 48, 3, 3, 1, 1, 1, 1, 1, 1, 1, 4, 1)
VARIANTS = {
    "dilated": replace(LAYER, dilation=2),
    "asymmetric": replace(LAYER, pad_top=0, pad_left=2, pad_bottom=1, pad_right=0),
    "prime width": replace(LAYER, win=37),
    "strides": replace(LAYER, stride_h=2, stride_w=3, kh=5, kw=1),
    "fewer outputs": replace(LAYER, cin=48, cout=24, groups=8),
    "pointwise": replace(LAYER, kh=1, kw=1, pad_top=0, pad_left=0, pad_bottom=0, pad_right=0),
}


@pytest.mark.parametrize(
    ("lanes", "expected"), [(16, Blocks(6, 12, 12)), (8, Blocks(6, 6, 12)), (4, Blocks(3, 4, 12))]
)
def test_blocks_divide_the_channels_of_a_group(lanes: int, expected: Blocks) -> None:
    assert fallback_blocks(LAYER, lanes) == expected


def test_columns_are_a_divisor_below_the_number_of_registers() -> None:
    assert fallback_blocks(replace(LAYER, win=56), 4).reg_n == 28
    assert fallback_blocks(replace(LAYER, win=37), 4).reg_n == 1


@pytest.mark.parametrize("variant", VARIANTS)
def test_odd_layers_are_right(variant: str) -> None:
    try:
        peer = PEERS["tvm-gspc"]()
    except MissingError as error:
        pytest.skip(str(error))
    data = LayerData.random(VARIANTS[variant])
    prepared = peer.prepare_layer(data, Layout.NCHW, threads=2)
    prepared.run(1)
    (found,) = prepared.outputs()
    assert relative_error(found, data.reference) <= 1e-5


def test_one_group_is_left_to_others() -> None:
    try:
        peer = PEERS["tvm-gspc"]()
    except MissingError as error:
        pytest.skip(str(error))
    dense = replace(LAYER, kind="dense", groups=1)
    with pytest.raises(UnsupportedError, match="more than one group"):
        peer.prepare_layer(LayerData.random(dense), Layout.NCHW, 1)
