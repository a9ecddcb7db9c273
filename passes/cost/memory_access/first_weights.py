"""When a kernel touches its weights for the first time."""

from convopt.passes.cost.memory_access.accesses import Access, Operand
from convopt.passes.cost.memory_access.cpu_kernel import CpuKernel, LastTouch


def first_weights(
    kernel: CpuKernel, since: LastTouch, elements: int, blocks: int, tiles: int
) -> list[Access]:
    """The first touches of the `elements` weights of all `blocks` of outputs.

    The first of a block's `tiles` wants them all, the others find them near. A kernel that asks for
    the next block's weights takes a whole block's time, except for the first block.
    """
    window = 1 / tiles
    if not kernel.asks_for_weights:
        return [Access(Operand.WEIGHTS, elements, since.weights, window=window)]
    first = elements // blocks
    return [
        Access(Operand.WEIGHTS, first, since.weights, window=window / blocks),
        Access(Operand.WEIGHTS, elements - first, since.weights),
    ]
