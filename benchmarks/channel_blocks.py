"""Arrays as compiled code takes them: channel blocks, and back."""

from collections.abc import Sequence

from convopt.benchmarks.layer import Array


def physical(array: Array, shape: Sequence[int]) -> Array:
    """The array itself; or, where `shape` has five sizes, as [N, C/b rounded up, H, W, b]."""
    if len(shape) == array.ndim:
        return array
    from convopt.passes.lower.packing import pack_blocked

    return pack_blocked(array, shape[-1])


def logical(array: Array, shape: Sequence[int]) -> Array:
    """The inverse of `physical`: a copy of the `shape` [N, C, H, W], without the blocks' tail."""
    if len(shape) == array.ndim:
        return array.copy()
    batch, blocks, height, width, lanes = array.shape
    unblocked = array.transpose(0, 1, 4, 2, 3).reshape(batch, blocks * lanes, height, width)
    return unblocked[:, : shape[1]].copy()
