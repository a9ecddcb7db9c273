"""What shows that a variant of the convolution kernels is the one that ran."""

from collections.abc import Callable

from xdsl.dialects import arith, vector

from convopt.testing.kernel_view import INPUT, WEIGHTS, KernelView, trips

Evidence = Callable[[KernelView], bool]


def holds_weights(kernel: KernelView) -> bool:
    """Each weight is loaded at one place, before the loops over tiles."""
    return len(kernel.loads(WEIGHTS)) == kernel.shape(WEIGHTS)[1] and not kernel.carrying


def reloads_weights(kernel: KernelView) -> bool:
    return len(kernel.loads(WEIGHTS)) > 2 * kernel.shape(WEIGHTS)[1] and not kernel.carrying


def loops_over_kernel_rows(kernel: KernelView) -> bool:
    innermost = [loop for loop in kernel.carrying if any(map(loop.is_ancestor, kernel.fmas))]
    return any(trips(loop) is None for loop in innermost)


def rotates_unrolled(kernel: KernelView) -> bool:
    return bool(kernel.all(vector.ShuffleOp)) and not kernel.carrying


def rotates_in_a_loop(channels: int) -> Evidence:
    def ran(kernel: KernelView) -> bool:
        lanes = kernel.lanes
        wanted = [lane - lane % channels + (lane + 1) % channels for lane in range(lanes)]
        shuffles = kernel.all(vector.ShuffleOp)
        masks = [list(shuffle.mask.get_values()) for shuffle in shuffles]
        passes = [loop for loop in kernel.carrying if trips(loop) == channels]
        inside = [any(loop.is_ancestor(each) for loop in passes) for each in shuffles]
        return bool(masks) and all(mask == wanted for mask in masks) and all(inside)

    return ran


def walks_in_a_loop(carried_rows: int, columns: int) -> Evidence:
    """Rows that are begun are carried to the next iteration."""

    def ran(kernel: KernelView) -> bool:
        carried = {len(loop.iter_args) for loop in kernel.carrying}
        in_loops = [any(x.is_ancestor(fma) for x in kernel.carrying) for fma in kernel.fmas]
        return carried_rows * columns in carried and not all(in_loops)

    return ran


def reads_every_pixel_once(kernel: KernelView) -> bool:
    """A strip as wide as the image, written out."""
    _, _, rows, columns, _ = kernel.shape(INPUT)
    return len(kernel.loads(INPUT)) == rows * columns and not kernel.carrying


def stores_rows_without_taps(kernel: KernelView) -> bool:
    """And walks in a loop; the case has no epilogue."""
    stored = [store.vector.owner for store in kernel.all(vector.StoreOp)]
    return bool(kernel.carrying) and any(isinstance(each, arith.ConstantOp) for each in stored)


def reads_plain(kernel: KernelView) -> bool:
    return len(kernel.shape(INPUT)) == 4 and bool(kernel.scalars(INPUT))


def divides_channels(kernel: KernelView) -> bool:
    """Block and lane of an input channel are computed where it is used."""
    divisions = kernel.all(arith.RemUIOp)
    return any(loop.is_ancestor(each) for each in divisions for loop in kernel.carrying)


def has_channel_tail(whole: int) -> Evidence:
    def ran(kernel: KernelView) -> bool:
        over_vectors = [loop for loop in kernel.carrying if trips(loop) == whole]
        inside = [any(loop.is_ancestor(fma) for loop in over_vectors) for fma in kernel.fmas]
        return any(inside) and not all(inside)

    return ran


def indexes_pixels(kernel: KernelView) -> bool:
    return bool(kernel.all(vector.ExtractOp)) and not _weights_come_first(kernel)


def indexes_weights_first(kernel: KernelView) -> bool:
    return bool(kernel.all(vector.ExtractOp)) and _weights_come_first(kernel)


def _weights_come_first(kernel: KernelView) -> bool:
    block = kernel.fmas[0].parent
    assert block is not None
    buffers = [op.base for op in block.ops if isinstance(op, vector.LoadOp)]
    arguments = kernel.function.args
    return buffers.index(arguments[WEIGHTS]) < buffers.index(arguments[INPUT])


def reads_range(channels: Callable[[int], int]) -> Evidence:
    """A block of outputs reads only the channels of its groups.

    `channels`: how many, given the lanes of a vector.
    """

    def ran(kernel: KernelView) -> bool:
        return kernel.shape(WEIGHTS)[2] == channels(kernel.lanes) < _input_channels(kernel)

    return ran


def reads_all_groups(kernel: KernelView) -> bool:
    """One block of outputs holds every group; weights between groups are zero."""
    return kernel.shape(WEIGHTS)[2] == _input_channels(kernel)


def _input_channels(kernel: KernelView) -> int:
    """Of an input in blocks, rounded up."""
    _, blocks, _, _, lanes = kernel.shape(INPUT)
    return blocks * lanes


def broadcasts_pixels(kernel: KernelView) -> bool:
    return bool(kernel.scalars(INPUT)) and not kernel.all(vector.ExtractOp)


def has_no_loop_inside_tiles(kernel: KernelView) -> bool:
    return bool(kernel.fmas) and not kernel.carrying


def scales_weights(kernel: KernelView) -> bool:
    return all(isinstance(fma.rhs.owner, arith.MulfOp) for fma in kernel.fmas)


def is_collapsed(kernel: KernelView) -> bool:
    return kernel.shape(INPUT)[2] == 1


def keeps_rows(kernel: KernelView) -> bool:
    return kernel.shape(INPUT)[2] > 1


def prefetches(argument: int, write: bool) -> Evidence:
    """`argument`: its index among the buffers; negative ones count from the output, -1."""

    def ran(kernel: KernelView) -> bool:
        buffers = len(kernel.function.args) - 2
        return kernel.prefetches == {(argument % buffers, write)}

    return ran


def prefetches_nothing(kernel: KernelView) -> bool:
    return kernel.prefetches == set()


def shares_blocks(kernel: KernelView) -> bool:
    return kernel.shares_outermost_loop


def shares_pixels(kernel: KernelView) -> bool:
    return not kernel.shares_outermost_loop
