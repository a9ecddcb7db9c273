"""A kernel of a GPU: its stages, what a block makes of them, and what that takes."""

from dataclasses import dataclass
from functools import cached_property

from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.blocks.kinds import ModuleKind, Stages
from convopt.passes.geometry.blocks.shared import SharedRegions, StagedRegions, aligned
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.geometry.blocks.threads import ProductThreads
from convopt.passes.geometry.convolution import Convolution

IMAGE_KINDS = (ModuleKind.DW, ModuleKind.PWDW, ModuleKind.DWPW, ModuleKind.PWDWPW)
"""Kernels that hold a depthwise stage: their tiles are rectangles with a halo."""


@dataclass(frozen=True)
class BlockKernel:
    """Blocks of `sizes` for `stages`. `channel_operands`: for each stage, how many of its
    epilogue's operands have a value per channel, which are staged, too. `lanes`: channels in a
    32-bit word of the input and of what is between stages, `result_lanes`: of the result.
    `is_scaled`: the input's channels have factors.

    All word and thread counts are of one block.
    """

    stages: Stages
    sizes: BlockSizes
    channel_operands: tuple[int, ...]
    lanes: int = 1
    result_lanes: int = 1
    is_scaled: bool = False

    @property
    def kind(self) -> ModuleKind:
        return self.stages.kind

    @cached_property
    def is_flat(self) -> bool:
        """Whether pixels are counted along the whole image: no stage looks at neighbours."""
        return all(stage.is_pointwise for stage in self.stages.stages)

    @cached_property
    def window(self) -> Convolution:
        """The stage that tiles are cut for; an image without neighbours is one row."""
        window = self.stages.window
        if not self.is_flat:
            return window
        pixels = window.rows.outputs * window.columns.outputs
        row, columns = Axis(1, 1, 1), Axis(pixels, pixels, 1)
        return Convolution(row, columns, window.channels, window.outputs, 1, window.batch)

    @cached_property
    def tile(self) -> tuple[int, int]:
        """Rows and columns of output pixels."""
        return (1, self.sizes.pixels) if self.is_flat else (self.sizes.rows, self.sizes.columns)

    @cached_property
    def touched(self) -> tuple[int, int]:
        """Rows and columns of the window's input, padding included."""
        return _touched(self.window.rows, self.tile[0]), _touched(self.window.columns, self.tile[1])

    @property
    def touched_pixels(self) -> int:
        return self.touched[0] * self.touched[1]

    @property
    def tiles(self) -> tuple[int, int]:
        """Spatial tiles of an image, down and across."""
        rows, columns = self.tile
        return -(-self.window.rows.outputs // rows), -(-self.window.columns.outputs // columns)

    @cached_property
    def tiles_of_a_group(self) -> int:
        """Filter tiles that a group of channels is divided into; 1 where a tile holds groups."""
        last = self.stages.last
        if last.is_depthwise or last.group_outputs <= self.sizes.filters:
            return 1
        return -(-last.group_outputs // self.sizes.filters)

    @cached_property
    def groups_of_a_tile(self) -> int:
        """Groups of channels that the reduction of one block belongs to."""
        last = self.stages.last
        if last.is_depthwise or self.tiles_of_a_group > 1:
            return 1
        return max(1, min(self.sizes.filters // last.group_outputs, last.groups))

    @cached_property
    def filter_tiles(self) -> int:
        last = self.stages.last
        if self.tiles_of_a_group > 1:
            return last.groups * self.tiles_of_a_group
        return -(-last.outputs // self.sizes.filters)

    @property
    def grid(self) -> tuple[int, int, int]:
        """Spatial tiles, filter tiles, images."""
        return self.tiles[0] * self.tiles[1], self.filter_tiles, self.stages.last.batch

    @cached_property
    def threads(self) -> int:
        if self.kind is ModuleKind.DW:
            return self.depthwise_threads
        return self.product.threads

    @property
    def depthwise_threads(self) -> int:
        """Of a kernel of one depthwise stage: a thread makes `thread_pixels` neighbours of
        `thread_filters` channels."""
        sizes = self.sizes
        strips = self.tile[0] * -(-self.tile[1] // sizes.thread_pixels)
        words = sizes.filters // self.lanes
        return strips * -(-words // max(1, sizes.thread_filters // self.lanes))

    @cached_property
    def product(self) -> ProductThreads:
        """The threads of the last reduction over channels."""
        sizes = self.sizes
        made = self.touched_pixels if self.kind is ModuleKind.PWDW else sizes.pixels
        return ProductThreads.of_tile(
            sizes.filters,
            made,
            sizes.thread_filters,
            sizes.thread_pixels,
            sizes.slices,
            sizes.matrix,
        )

    @property
    def pitch(self) -> int:
        """Words from a channel's pixels to the next one's, where the last reduction reads them.

        Tensor cores read four channels of eight pixels at a time: no two of them shall lie in the
        same of the 32 banks.
        """
        pixels = self.product.pixels
        return pixels + 8 if self.sizes.matrix and pixels % 16 == 0 else pixels

    @cached_property
    def first_product(self) -> ProductThreads:
        """The threads of the first of two reductions."""
        if self.kind is ModuleKind.PWPW:
            filters, pixels = self.middle_channels, self.product.pixels
        else:
            filters, pixels = self.sizes.channels, self.touched_pixels
        return ProductThreads.among(self.threads, filters, pixels, self.lanes)

    @cached_property
    def streamed_channels(self) -> int:
        """Input channels, of a group, that the steps of the streamed loop divide."""
        return (
            self.stages.last.group_inputs
            if self.kind is not ModuleKind.PWDW
            else (self.stages.first.group_inputs)
        )

    @cached_property
    def steps(self) -> int:
        """Steps of the streamed loop of the last reduction."""
        return -(-self.streamed_channels // self.sizes.channels)

    @property
    def middle_channels(self) -> int:
        """Of a pointwise pair: intermediate channels, in whole steps of the second reduction."""
        return self.steps * self.sizes.channels

    @property
    def step_words(self) -> int:
        """Words of input channels in a step, of one group."""
        return self.sizes.channels // self.lanes

    @cached_property
    def shared(self) -> SharedRegions:
        """The regions that code generation refers to by name."""
        return _REGIONS[self.kind](self)


def _touched(axis: Axis, outputs: int) -> int:
    return (outputs - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1


def _depthwise(kernel: BlockKernel) -> SharedRegions:
    filters = kernel.sizes.filters
    staged = StagedRegions.of({}, 1)
    kept = {
        "x": filters // kernel.lanes * kernel.touched_pixels,
        "w": filters // kernel.lanes * kernel.window.taps,
        "e": filters * kernel.channel_operands[0],
    }
    return SharedRegions.of(staged, kept, {})


def _reduction(kernel: BlockKernel) -> SharedRegions:
    sizes, product = kernel.sizes, kernel.product
    pixels = kernel.pitch if kernel.is_flat else kernel.touched_pixels
    staged = StagedRegions.of(
        {
            "x": kernel.groups_of_a_tile * kernel.step_words * pixels,
            "w": kernel.window.taps * kernel.step_words * sizes.filters,
            "s": kernel.step_words if kernel.is_scaled else 0,
        },
        sizes.buffers,
    )
    kept = {"e": sizes.filters * kernel.channel_operands[0]}
    return SharedRegions.of(staged, kept, _sums(product))


def _reduction_depthwise(kernel: BlockKernel) -> SharedRegions:
    sizes, product = kernel.sizes, kernel.product
    staged = StagedRegions.of(
        {"x": kernel.step_words * kernel.pitch, "w": kernel.step_words * sizes.filters},
        sizes.buffers,
    )
    kept = {
        "e0": sizes.filters * kernel.channel_operands[0],
        "d": sizes.filters // kernel.lanes * kernel.window.taps,
        "e1": sizes.filters * kernel.channel_operands[1],
    }
    later = {**_sums(product), "middle": sizes.filters // kernel.lanes * kernel.pitch}
    return SharedRegions.of(staged, kept, later)


def _depthwise_reduction(kernel: BlockKernel) -> SharedRegions:
    sizes, product = kernel.sizes, kernel.product
    staged = StagedRegions.of(
        {
            "x": kernel.step_words * kernel.touched_pixels,
            "d": kernel.step_words * kernel.window.taps,
            "e0": sizes.channels * kernel.channel_operands[0],
            "w": kernel.step_words * sizes.filters,
        },
        sizes.buffers,
    )
    kept = {
        "middle": kernel.step_words * kernel.pitch,
        "e1": sizes.filters * kernel.channel_operands[1],
    }
    return SharedRegions.of(staged, kept, _sums(product))


def _two_reductions(kernel: BlockKernel) -> SharedRegions:
    sizes, product = kernel.sizes, kernel.product
    first = kernel.first_product
    early = aligned(kernel.step_words * first.pixels) + kernel.step_words * first.filters
    step = max(early, kernel.step_words * sizes.filters)
    staged = StagedRegions.of({"step": step}, sizes.buffers)
    kept = {
        "middle": kernel.middle_channels // kernel.lanes * kernel.pitch,
        "e0": first.filters * kernel.channel_operands[0],
        "e1": sizes.filters * kernel.channel_operands[1],
    }
    return SharedRegions.of(staged, kept, _sums(product))


def _inverted_residual(kernel: BlockKernel) -> SharedRegions:
    sizes, product, first = kernel.sizes, kernel.product, kernel.first_product
    inputs = -(-kernel.stages.first.channels // kernel.lanes)
    staged = StagedRegions.of(
        {
            "w0": inputs * first.filters,
            "e0": first.filters * kernel.channel_operands[0],
            "d": kernel.step_words * kernel.window.taps,
            "e1": sizes.channels * kernel.channel_operands[1],
            "w2": kernel.step_words * sizes.filters,
        },
        sizes.buffers,
    )
    kept = {
        "x": inputs * first.pixels,
        "wide": kernel.step_words * first.pixels,
        "middle": kernel.step_words * kernel.pitch,
        "e2": sizes.filters * kernel.channel_operands[2],
    }
    return SharedRegions.of(staged, kept, _sums(product))


def _sums(product: ProductThreads) -> dict[str, int]:
    """Slices add up their sums through shared memory."""
    if product.slices == 1:
        return {}
    return {"sums": product.slices * product.filters * product.pixels}


_REGIONS = {
    ModuleKind.DW: _depthwise,
    ModuleKind.PW: _reduction,
    ModuleKind.PWDW: _reduction_depthwise,
    ModuleKind.DWPW: _depthwise_reduction,
    ModuleKind.PWPW: _two_reductions,
    ModuleKind.PWDWPW: _inverted_residual,
}
