"""A block's life: what its loops bring in and compute, kind by kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from convopt.backends.targets import GpuTarget
from convopt.passes.cost.gpu.traffic import block_constants, first_steps
from convopt.passes.cost.gpu.work import (
    Work,
    add_up_work,
    depthwise_work,
    product_work,
    strip_values,
    to_global_work,
    to_shared_work,
)
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import ModuleKind
from convopt.passes.geometry.blocks.shared import WORD_BYTES
from convopt.passes.geometry.blocks.threads import WARP, strip_of

SECTOR = 8
"""Words that L2 sends at least."""

# Instructions of a copy, counted in the machine code of a few kernels; of later steps fewer, since
# places of pixels stay in registers.
_CONSTANT_COPY = 4
_FLAT_COPY = 12
_PIXEL_COPY = 24
_COPY_AGAIN = 6
_WIDEST_COPY = 4


@dataclass(frozen=True)
class Copies:
    """Of one block: warps' instructions, passes through shared memory, bytes that L2 sends."""

    instructions: float = 0
    wavefronts: float = 0
    bytes: float = 0

    def __add__(self, other: "Copies") -> "Copies":
        return Copies(
            self.instructions + other.instructions,
            self.wavefronts + other.wavefronts,
            self.bytes + other.bytes,
        )


@dataclass(frozen=True)
class Stream:
    """A loop of `steps`, of which each waits for its copies before it computes."""

    steps: int
    buffers: int
    copies: Copies
    compute: Work


@dataclass(frozen=True)
class BlockLife:
    """Loops one after the other, then the end. `first`: copies that the first step waits for."""

    streams: tuple[Stream, ...]
    end: Work
    first: Copies = Copies()


def life_of(kernel: BlockKernel, target: GpuTarget) -> BlockLife:
    return _LIVES[kernel.kind](kernel, target.shared_latency)


def _depthwise(kernel: BlockKernel, latency: int) -> BlockLife:
    sizes = kernel.sizes
    copies = _image_input(kernel, sizes.filters) + _constants(kernel, ("W0", "E0"), 1)
    compute = depthwise_work(
        kernel, sizes.filters, sizes.thread_pixels, kernel.touched_pixels, latency
    )
    values = strip_values(kernel, sizes.filters)
    return BlockLife(
        (Stream(1, 1, copies, compute),), to_global_work(kernel, values, sizes.thread_pixels)
    )


def _reduction(kernel: BlockKernel, latency: int) -> BlockLife:
    sizes, product, window = kernel.sizes, kernel.product, kernel.window
    if kernel.is_flat:
        copies, stride, pitch = _flat_input(kernel, product.pixels), 0, product.pixels
    else:
        copies = _image_input(kernel, kernel.groups_of_a_tile * sizes.channels)
        stride, pitch = window.columns.stride, kernel.touched_pixels
    compute = product_work(
        product,
        kernel.step_words * window.taps,
        sizes.filters,
        pitch,
        latency,
        lanes=kernel.lanes,
        pixel_stride=stride,
        is_scaled=kernel.is_scaled,
    )
    copies += _constants(kernel, ("W0",), kernel.steps)
    stream = Stream(kernel.steps, sizes.buffers, copies, compute)
    return BlockLife((stream,), _last(kernel, latency), _constants(kernel, ("E0",), 1))


def _reduction_depthwise(kernel: BlockKernel, latency: int) -> BlockLife:
    sizes, product = kernel.sizes, kernel.product
    copies = _image_input(kernel, sizes.channels) + _constants(kernel, ("W0",), kernel.steps)
    compute = product_work(
        product, kernel.step_words, sizes.filters, product.pixels, latency, lanes=kernel.lanes
    )
    rows, columns = kernel.tile
    strip = strip_of(columns, sizes.filters * rows, kernel.threads)
    end = add_up_work(product, latency)
    end += to_shared_work(product, product.pixels, latency, is_masked=True)
    end += depthwise_work(kernel, sizes.filters, strip, product.pixels, latency)
    end += to_global_work(kernel, strip_values(kernel, sizes.filters), strip)
    stream = Stream(kernel.steps, sizes.buffers, copies, compute)
    return BlockLife((stream,), end, _constants(kernel, ("W1", "E0", "E1"), 1))


def _depthwise_reduction(kernel: BlockKernel, latency: int) -> BlockLife:
    sizes, product = kernel.sizes, kernel.product
    copies = _image_input(kernel, sizes.channels)
    copies += _constants(kernel, ("W0", "E0", "W1"), kernel.steps)
    compute = _depthwise_to_shared(kernel, kernel.touched_pixels, latency)
    compute += product_work(
        product, kernel.step_words, sizes.filters, product.pixels, latency, lanes=kernel.lanes
    )
    stream = Stream(kernel.steps, sizes.buffers, copies, compute)
    return BlockLife((stream,), _last(kernel, latency), _constants(kernel, ("E1",), 1))


def _two_reductions(kernel: BlockKernel, latency: int) -> BlockLife:
    sizes, product, first = kernel.sizes, kernel.product, kernel.first_product
    early_steps, words = first_steps(kernel), kernel.step_words
    early = Stream(
        early_steps,
        sizes.buffers,
        _flat_input(kernel, first.pixels) + _constants(kernel, ("W0",), early_steps),
        product_work(first, words, first.filters, first.pixels, latency, lanes=kernel.lanes),
    )
    between = to_shared_work(first, product.pixels, latency, is_masked=False)
    late = Stream(
        kernel.steps,
        sizes.buffers,
        _constants(kernel, ("W1",), kernel.steps),
        product_work(product, words, sizes.filters, product.pixels, latency, lanes=kernel.lanes),
    )
    end = between + _last(kernel, latency)
    return BlockLife((early, late), end, _constants(kernel, ("E0", "E1"), 1))


def _inverted_residual(kernel: BlockKernel, latency: int) -> BlockLife:
    sizes, product, first = kernel.sizes, kernel.product, kernel.first_product
    inputs = kernel.stages.first.channels
    words = -(-inputs // kernel.lanes)
    compute = product_work(first, words, first.filters, first.pixels, latency, lanes=kernel.lanes)
    compute += to_shared_work(first, first.pixels, latency, is_masked=True)
    compute += _depthwise_to_shared(kernel, first.pixels, latency)
    compute += product_work(
        product, kernel.step_words, sizes.filters, product.pixels, latency, lanes=kernel.lanes
    )
    copies = _constants(kernel, ("W0", "E0", "W1", "E1", "W2"), kernel.steps)
    stream = Stream(kernel.steps, sizes.buffers, copies, compute)
    before = _image_input(kernel, inputs) + _constants(kernel, ("E2",), 1)
    return BlockLife((stream,), _last(kernel, latency), before)


def _depthwise_to_shared(kernel: BlockKernel, pitch: int, latency: int) -> Work:
    """The depthwise stage of a step; its results lie one behind the other."""
    channels, (rows, columns) = kernel.sizes.channels, kernel.tile
    strip = strip_of(columns, channels * rows, kernel.threads)
    values = strip_values(kernel, channels)
    made = depthwise_work(kernel, channels, strip, pitch, latency)
    return made + Work(0, 5 * values, strip * values, latency)


def _last(kernel: BlockKernel, latency: int) -> Work:
    product = kernel.product
    values = -(-product.filters * product.pixels // WARP)
    neighbours = product.thread_pixels if product.slices == 1 else product.pixels
    return add_up_work(product, latency) + to_global_work(kernel, values, neighbours)


def _constants(kernel: BlockKernel, names: tuple[str, ...], steps: int) -> Copies:
    """Parameters that lie as they are read, a step's share."""
    made = Copies()
    words_of = block_constants(kernel)
    for name in names:
        words = words_of.get(name, 0) // steps
        copies = words // _WIDEST_COPY if words % _WIDEST_COPY == 0 else words
        rounds = -(-copies // kernel.threads) * -(-kernel.threads // WARP) if copies else 0
        made += Copies(_CONSTANT_COPY * rounds, words / WARP, WORD_BYTES * words)
    return made


def _flat_input(kernel: BlockKernel, pitch: int) -> Copies:
    """A step's pixels of pointwise stages."""
    pixels, plane = kernel.sizes.pixels, kernel.window.columns.inputs
    words = kernel.step_words * pixels
    wide = _WIDEST_COPY if plane % 4 == pixels % 4 == pitch % 4 == 0 else 1
    rounds = -(-words // (wide * WARP))
    inside = min(1.0, plane / (kernel.tiles[1] * pixels))
    spare = 0 if pixels % SECTOR == plane % SECTOR == 0 else kernel.step_words * (SECTOR - 1)
    return Copies(
        _instructions(kernel, _FLAT_COPY) * rounds,
        words / WARP,
        WORD_BYTES * (words * inside + spare),
    )


def _image_input(kernel: BlockKernel, channels: int) -> Copies:
    """The touched rectangle of so many channels. A row lies anywhere among L2's sectors."""
    words = -(-channels // kernel.lanes)
    rows, columns = kernel.touched
    down = min(rows, kernel.window.rows.inputs)
    across = min(columns, kernel.window.columns.inputs)
    sent = words * down * (across + SECTOR - 1)
    copied = words * rows * columns
    instructions = _instructions(kernel, _PIXEL_COPY) * -(-copied // WARP)
    return Copies(instructions, copied / WARP, WORD_BYTES * sent)


def _instructions(kernel: BlockKernel, first: int) -> float:
    """Of a copy, a step's share of all steps."""
    if kernel.kind is ModuleKind.PWDWPW:
        return first
    return _COPY_AGAIN + (first - _COPY_AGAIN) / kernel.steps


_LIVES: Mapping[ModuleKind, Callable[[BlockKernel, int], BlockLife]] = {
    ModuleKind.DW: _depthwise,
    ModuleKind.PW: _reduction,
    ModuleKind.PWDW: _reduction_depthwise,
    ModuleKind.DWPW: _depthwise_reduction,
    ModuleKind.PWPW: _two_reductions,
    ModuleKind.PWDWPW: _inverted_residual,
}
