from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.ops.structure import ChannelShuffleOp, ReshapeOp, TransposeOp
from convopt.passes.remarks import location_of
from convopt.passes.rewriting import ops_of_type
from convopt.passes.simplify.recognize_shuffles import RecognizeShufflesPass
from convopt.testing.passes import largest_difference, op_names, run_passes
from convopt.testing.tensor_function import TensorFunction, float_shape


def shuffled(
    f: TensorFunction, split: Sequence[int], permutation: Sequence[int], merged: Sequence[int]
) -> SSAValue:
    x = f.add(ReshapeOp(f.arguments[0], split))
    return f.add(ReshapeOp(f.add(TransposeOp(x, permutation)), merged))


@settings(max_examples=20, deadline=None)
@given(
    batch=st.integers(1, 2),
    groups=st.integers(1, 4),
    channels=st.integers(1, 4),
    height=st.integers(1, 3),
    width=st.integers(1, 3),
    flat=st.booleans(),
)
def test_recognizes_every_size(
    batch: int, groups: int, channels: int, height: int, width: int, flat: bool
) -> None:
    shape = (batch, groups * channels, height, width)
    f = TensorFunction(shape)
    pixels = (height * width,) if flat else (height, width)
    permutation = (0, 2, 1, *range(3, 3 + len(pixels)))
    before = f.module(shuffled(f, (batch, groups, channels, *pixels), permutation, shape))
    after, _ = run_passes(before, RecognizeShufflesPass())
    assert op_names(after) == ["conv.channel_shuffle"]
    (shuffle,) = ops_of_type(after, ChannelShuffleOp)
    assert shuffle.groups == groups
    assert location_of(shuffle) == "node 0 + node 1 + node 2"
    assert largest_difference(before, after) == 0


SHAPE = (2, 6, 4, 4)

OTHERS = {
    "other permutation": ((2, 2, 3, 4, 4), (0, 2, 1, 4, 3), SHAPE),
    "batch split": ((1, 4, 3, 4, 4), (0, 2, 1, 3, 4), SHAPE),
    "channels not split": ((2, 6, 2, 2, 4), (0, 2, 1, 3, 4), SHAPE),
    "pixels mixed": ((2, 2, 3, 2, 8), (0, 2, 1, 3, 4), SHAPE),
    "merged to another shape": ((2, 2, 3, 4, 4), (0, 2, 1, 3, 4), (2, 3, 8, 4)),
}


@pytest.mark.parametrize("case", OTHERS.values(), ids=OTHERS)
def test_others_stay(case: tuple[Sequence[int], Sequence[int], Sequence[int]]) -> None:
    f = TensorFunction(SHAPE)
    before = f.module(shuffled(f, *case))
    after, remarks = run_passes(before, RecognizeShufflesPass())
    assert after.is_structurally_equivalent(before)
    assert all(remark.kind == "missed" for remark in remarks)


def test_other_permutation_is_remarked() -> None:
    f = TensorFunction(SHAPE)
    before = f.module(shuffled(f, *OTHERS["other permutation"]))
    _, (remark,) = run_passes(before, RecognizeShufflesPass())
    assert remark.message == "permutation [0, 2, 1, 4, 3] is not a channel shuffle"


def test_input_of_another_rank_stays() -> None:
    f = TensorFunction((6, 4, 4))
    before = f.module(shuffled(f, (6, 2, 2, 4), (0, 2, 1, 3), (6, 4, 4)))
    assert run_passes(before, RecognizeShufflesPass())[0].is_structurally_equivalent(before)


def test_incomplete_patterns_stay() -> None:
    f = TensorFunction(SHAPE)
    split = f.add(ReshapeOp(f.arguments[0], (2, 2, 3, 4, 4)))
    twice = f.add(ReshapeOp(split, SHAPE))
    before = f.module(f.add(TransposeOp(split, (0, 2, 1, 3, 4))), twice)
    assert run_passes(before, RecognizeShufflesPass())[0].is_structurally_equivalent(before)


def test_values_in_between_stay_for_their_readers() -> None:
    f = TensorFunction(SHAPE)
    split = f.add(ReshapeOp(f.arguments[0], (2, 2, 3, 4, 4)))
    transposed = f.add(TransposeOp(split, (0, 2, 1, 3, 4)))
    merged = f.add(ReshapeOp(transposed, SHAPE))
    assert float_shape(merged) == SHAPE
    before = f.module(merged, f.map(activations.relu, transposed))
    after, _ = run_passes(before, RecognizeShufflesPass())
    assert op_names(after) == [
        "conv.reshape",
        "conv.transpose",
        "conv.channel_shuffle",
        "conv.elementwise",
    ]
    assert largest_difference(before, after) == 0
