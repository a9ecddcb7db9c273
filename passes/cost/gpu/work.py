"""What the warps of a block do: instructions, passes through shared memory, and what waits."""

from dataclasses import dataclass

from convopt.passes.cost.gpu.shared_access import (
    filter_wavefronts,
    pixel_wavefronts,
    store_wavefronts,
    strip_wavefronts,
    vector_of,
)
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.matrix import DEEP, FRAGMENT_WORDS, TALL, WIDE
from convopt.passes.geometry.blocks.threads import WARP, ProductThreads

FMA_LATENCY = 4
"""Cycles until a multiply-add's sum can be added to: Jia et al., arXiv 1804.06826 (Volta) and
1903.07486 (Turing); the same on Ampere and Hopper."""
MATRIX_LATENCY = 33
"""Cycles until an mma's sums can be added to: Luo et al., arXiv 2402.13499, about, for Ampere and
Hopper."""
BARRIER = 20
"""Cycles of a barrier that everybody has reached."""

_WORD_FMAS = {1: 1, 2: 2, 4: 1}
_WORD_CONVERSIONS = {1: 0, 2: 2, 4: 0}
"""Instructions of two words' product, and before it of each word, by channels in a word: f32; f16,
summed in f32; i8, of which one instruction multiplies and adds four."""

# Instructions of an item, counted in the machine code of a few kernels.
_EPILOGUE = 3
_STORE_INDEX = 10
_PIXEL_INDEX = 12
_STRIP_INDEX = 16


@dataclass(frozen=True)
class Work:
    """Of one block, in instructions of a warp. `wavefronts`: passes through shared memory.

    `chain`: cycles that the longest row of dependent instructions takes, whatever else runs.
    `matrix`: products of tensor cores.
    """

    fmas: float = 0
    others: float = 0
    wavefronts: float = 0
    chain: float = 0
    matrix: float = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.fmas + other.fmas,
            self.others + other.others,
            self.wavefronts + other.wavefronts,
            self.chain + other.chain,
            self.matrix + other.matrix,
        )

    def __mul__(self, times: int) -> "Work":
        return Work(
            self.fmas * times,
            self.others * times,
            self.wavefronts * times,
            self.chain * times,
            self.matrix * times,
        )


def product_work(
    product: ProductThreads,
    depth: int,
    filter_pitch: int,
    pixel_pitch: int,
    shared_latency: int,
    *,
    lanes: int,
    pixel_stride: int = 0,
    is_scaled: bool = False,
) -> Work:
    """Sums of `depth` products of words of `lanes` channels. `pixel_stride`: words between a
    thread's pixels where they are read one at a time, 0 where they are neighbours and aligned."""
    if product.is_matrix:
        return _matrix_work(product, depth, shared_latency)
    tall, wide = product.thread_filters, product.thread_pixels
    filter_words = vector_of(tall, filter_pitch)
    pixel_words = 1 if pixel_stride else vector_of(wide, pixel_pitch)
    own = -(-depth // product.slices)
    rounds = _warps(product.threads) * own
    loads = tall // filter_words + wide // pixel_words
    passes = tall // filter_words * filter_wavefronts(product, filter_words)
    passes += wide // pixel_words * pixel_wavefronts(product, pixel_words, max(1, pixel_stride))
    scaling = 1 + min(tall, wide) if is_scaled else 0
    conversions = _WORD_CONVERSIONS[lanes] * (tall + wide)
    return Work(
        rounds * product.sums * _WORD_FMAS[lanes],
        rounds * (loads + scaling + conversions),
        rounds * (passes + (1 if is_scaled else 0)),
        own * FMA_LATENCY + shared_latency,
    )


def _matrix_work(product: ProductThreads, depth: int, shared_latency: int) -> Work:
    """A warp reads a fragment of filters as one vector of four words, one of pixels as two words.
    Neither makes lanes wait for each other's banks."""
    tall, wide = product.thread_filters // TALL, product.thread_pixels // WIDE
    own = -(-depth // (DEEP * product.slices))
    rounds = _warps(product.threads) * own
    return Work(
        others=rounds * (tall + 2 * wide + tall * wide),
        wavefronts=rounds * (FRAGMENT_WORDS * tall + 2 * wide),
        chain=own * MATRIX_LATENCY + shared_latency,
        matrix=rounds * tall * wide,
    )


def add_up_work(product: ProductThreads, shared_latency: int) -> Work:
    """Slices put their sums into shared memory and read them back."""
    if product.slices == 1:
        return Work()
    stores = _warps(product.threads) * product.sums
    passes = stores * store_wavefronts(product, product.pixels)
    return Work(0, 3 * stores, passes + stores, shared_latency + BARRIER)


def to_shared_work(
    product: ProductThreads, pitch: int, shared_latency: int, *, is_masked: bool
) -> Work:
    """The epilogue of sums that stay in the block. `is_masked`: zero outside of the image."""
    values = _warps(product.threads) * product.sums
    index = _PIXEL_INDEX if is_masked else 0
    passes = values * store_wavefronts(product, pitch)
    return Work(0, values * (_EPILOGUE + 1 + index), passes, shared_latency + BARRIER)


def to_global_work(kernel: BlockKernel, values: int, neighbours: int) -> Work:
    """The last epilogue of so many values of a warp; a thread makes `neighbours` side by side."""
    wide = vector_of(neighbours, kernel.tile[1], kernel.window.columns.outputs)
    return Work(0, values * (_EPILOGUE + (1 + _STORE_INDEX) / wide))


def depthwise_work(
    kernel: BlockKernel, channels: int, strip: int, pitch: int, shared_latency: int
) -> Work:
    """A depthwise convolution of the block's tile, without what becomes of its sums."""
    rows, columns = kernel.tile
    down, across = kernel.window.rows, kernel.window.columns
    strips = columns // strip
    items = channels // kernel.lanes * rows * strips
    warps, rounds = _warps(items), -(-items // kernel.threads)
    reads = min(
        strip * across.kernel,
        (strip - 1) * across.stride + (across.kernel - 1) * across.dilation + 1,
    )
    passes = strip_wavefronts(
        strips, rows, strip * across.stride, down.stride * kernel.touched[1], pitch
    )
    taps = down.kernel * across.kernel
    unpacking = (kernel.lanes - 1) * (down.kernel * reads + taps)
    return Work(
        warps * taps * strip * kernel.lanes,
        warps * (down.kernel * reads + taps + unpacking + _STRIP_INDEX),
        warps * (down.kernel * reads * passes + taps),
        rounds * (taps * FMA_LATENCY + 2 * shared_latency),
    )


def strip_values(kernel: BlockKernel, channels: int) -> int:
    """Values of a warp that the depthwise stage makes."""
    return -(-channels * kernel.tile[0] * kernel.tile[1] // WARP)


def _warps(threads: int) -> int:
    return -(-threads // WARP)
