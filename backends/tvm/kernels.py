"""The six kinds of kernels: each from the same pieces, in its own order.

Depthwise and pointwise modules after Qararyah et al., "Fusing Depthwise and Pointwise Convolutions
for Efficient Inference on GPUs" (arXiv 2404.19331), derived anew: reductions are streamed, tiles
may have any size, intermediate values outside of the image are zero.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from convopt.backends.tvm.depthwise import DepthwiseInput, write_depthwise
from convopt.backends.tvm.factors import Factors
from convopt.backends.tvm.function import DeviceFunction
from convopt.backends.tvm.inputs import copy_input, copy_scales
from convopt.backends.tvm.operands import StageOperands
from convopt.backends.tvm.places import Places
from convopt.backends.tvm.products import write_product
from convopt.backends.tvm.script import parenthesised, scaled, total
from convopt.backends.tvm.sinks import Condition, Epilogue, Sink, ToGlobal, ToShared
from convopt.backends.tvm.words import FLOAT, Words
from convopt.backends.tvm.writer import FILTER_TILE, KernelWriter
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import ModuleKind
from convopt.passes.geometry.blocks.shared import aligned
from convopt.passes.geometry.blocks.threads import strip_of


@dataclass(frozen=True)
class _Job:
    """A kernel that is being written."""

    writer: KernelWriter
    places: Places
    operands: tuple[StageOperands, ...]
    result: Words

    @property
    def kernel(self) -> BlockKernel:
        return self.writer.kernel

    @property
    def kept(self) -> Mapping[str, int]:
        return self.kernel.shared.kept

    def run(
        self, name: str, to: str, words: int, runs: tuple[int, int], at: tuple[str, str]
    ) -> None:
        """Copy one of `runs` (filter tiles, steps) of constants, each of `words`."""
        if not words:
            return
        tiles, steps = runs
        dtype = FLOAT if name.startswith("E") else self.writer.words.buffer
        self.writer.parameter(name, tiles * steps * words, dtype)
        index = total(scaled(at[0], steps) if tiles > 1 else "0", at[1] if steps > 1 else "0")
        self.writer.copy_run(to, name, scaled(index, words), words)

    def of_tile(self, name: str, to: int, words: int) -> None:
        """Copy what belongs to the block's filter tile."""
        self.run(name, str(to), words, (self.kernel.filter_tiles, 1), (FILTER_TILE, "0"))

    def of_step(self, name: str, to: str, words: int, step: str) -> None:
        """Copy what belongs to a step, for all filter tiles."""
        self.run(name, to, words, (1, self.kernel.steps), ("0", step))

    def of_both(self, name: str, to: str, words: int, step: str) -> None:
        runs = (self.kernel.filter_tiles, self.kernel.steps)
        self.run(name, to, words, runs, (FILTER_TILE, step))

    def channel_operands(self, stage: int, to: int, filters: int) -> None:
        operands = self.operands[stage]
        self.of_tile(operands.channel_parameter, to, operands.channel_count * filters)

    def to_global(self, stage: int, region: str, made: int) -> Sink:
        """The last stage's sums leave through its epilogue."""
        kernel, start = self.kernel, str(self.kept[region])
        has_tail = kernel.stages.last.outputs % self.result.lanes
        is_real = self.places.has_filter if has_tail else _always
        epilogue = self.operands[stage].epilogue(self.writer, start, kernel.sizes.filters, is_real)
        return ToGlobal(self.writer, self.places, epilogue, made, self.result)

    def early_epilogue(self, stage: int, start: str, filters: int, step: str) -> Epilogue:
        """Of a stage that makes the channels of a step; `filters` words of operands each."""
        channels = self.kernel.sizes.channels
        made = self.kernel.stages.stages[stage].outputs
        is_real = _below(made, scaled(step, channels)) if made % channels else _always
        return self.operands[stage].epilogue(self.writer, start, filters, is_real)


def write_kernel(
    kernel: BlockKernel, operands: Sequence[StageOperands], words: Words, result: Words
) -> DeviceFunction:
    """The kernel of a module whose input, filters and intermediate values are in `words`."""
    writer = KernelWriter(kernel, words)
    places = Places.write(writer.script, kernel)
    _WRITERS[kernel.kind](_Job(writer, places, tuple(operands), result))
    first, last = kernel.stages.first, kernel.stages.last
    pixels = first.batch * first.rows.inputs * first.columns.inputs
    writer.parameter("X", -(-first.channels // words.lanes) * pixels, words.buffer)
    pixels = last.batch * last.rows.outputs * last.columns.outputs
    writer.parameter("Y", -(-last.outputs // result.lanes) * pixels, result.buffer)
    return writer.function()


def _depthwise(job: _Job) -> None:
    kernel, writer, kept = job.kernel, job.writer, job.kept
    filters, lanes = kernel.sizes.filters, kernel.lanes
    first, pitch = job.places.first_filter, kernel.touched_pixels
    first = f"({first}) // {lanes}" if lanes > 1 and first != "0" else first
    copy_input(writer, job.places, str(kept["x"]), pitch, first, filters // lanes)
    job.of_tile("W0", kept["w"], filters // lanes * kernel.window.taps)
    job.channel_operands(0, kept["e"], filters)
    writer.commit()
    writer.arrive()
    source = DepthwiseInput(str(kept["x"]), pitch, str(kept["w"]), filters // lanes)
    sink = job.to_global(0, "e", kernel.tile[0] * kernel.tile[1])
    write_depthwise(writer, source, kernel.sizes.thread_pixels, sink)


def _reduction(job: _Job) -> None:
    kernel, writer = job.kernel, job.writer
    sizes, conv, product = kernel.sizes, kernel.stages.first, kernel.product
    staged = kernel.shared.staged.offsets
    pitch = kernel.pitch if kernel.is_flat else kernel.touched_pixels
    job.channel_operands(0, job.kept["e"], sizes.filters)
    made = write_product(writer, product, "sums")
    made.clear()

    def stage(step: str, buffer: str) -> None:
        first = scaled(step, kernel.step_words)
        to = total(buffer, str(staged["x"]))
        copy_input(writer, job.places, to, pitch, first, kernel.step_words)
        words = conv.taps * kernel.step_words * sizes.filters
        job.of_both("W0", total(buffer, str(staged["w"])), words, step)
        if kernel.is_scaled:
            copy_scales(writer, total(buffer, str(staged["s"])), first, kernel.step_words)

    def compute(_: str, buffer: str) -> None:
        rows, columns = conv.rows, conv.columns
        wide = kernel.touched[1]
        made.accumulate(
            Factors(
                total(buffer, str(staged["w"])),
                sizes.filters,
                total(buffer, str(staged["x"])),
                pitch,
                kernel.step_words,
                (rows.kernel, columns.kernel),
                (rows.dilation * wide, columns.dilation),
                _pixel_offset(kernel),
                _group_of(kernel),
                total(buffer, str(staged["s"])) if kernel.is_scaled else "",
            )
        )

    writer.stream(kernel.steps, stage, compute)
    made.finish(job.to_global(0, "e", product.pixels))


def _reduction_depthwise(job: _Job) -> None:
    kernel, writer, kept = job.kernel, job.writer, job.kept
    sizes, product = kernel.sizes, kernel.product
    staged, middle = kernel.shared.staged.offsets, kernel.shared.later["middle"]
    job.of_tile("W1", kept["d"], sizes.filters // kernel.lanes * kernel.window.taps)
    job.channel_operands(0, kept["e0"], sizes.filters)
    job.channel_operands(1, kept["e1"], sizes.filters)
    made = write_product(writer, product, "sums")
    made.clear()

    def stage(step: str, buffer: str) -> None:
        first = scaled(step, kernel.step_words)
        to = total(buffer, str(staged["x"]))
        copy_input(writer, job.places, to, kernel.pitch, first, kernel.step_words)
        words = kernel.step_words * sizes.filters
        job.of_both("W0", total(buffer, str(staged["w"])), words, step)

    def compute(_: str, buffer: str) -> None:
        filters, pixels = total(buffer, str(staged["w"])), total(buffer, str(staged["x"]))
        made.accumulate(Factors(filters, sizes.filters, pixels, kernel.pitch, kernel.step_words))

    writer.stream(kernel.steps, stage, compute)
    epilogue = job.operands[0].epilogue(writer, str(kept["e0"]), sizes.filters, _always)
    made.finish(ToShared(writer, epilogue, str(middle), kernel.pitch, places=job.places))
    writer.script.barrier()
    channels = sizes.filters // kernel.lanes
    source = DepthwiseInput(str(middle), kernel.pitch, str(kept["d"]), channels)
    rows, columns = kernel.tile
    strip = strip_of(columns, channels * rows, kernel.threads)
    write_depthwise(writer, source, strip, job.to_global(1, "e1", rows * columns))


def _depthwise_reduction(job: _Job) -> None:
    kernel, writer, kept = job.kernel, job.writer, job.kept
    sizes, product = kernel.sizes, kernel.product
    staged = kernel.shared.staged.offsets
    rows, columns = kernel.tile
    strip = strip_of(columns, kernel.step_words * rows, kernel.threads)
    job.channel_operands(1, kept["e1"], sizes.filters)
    made = write_product(writer, product, "sums")
    made.clear()

    def stage(step: str, buffer: str) -> None:
        at = {name: total(buffer, str(offset)) for name, offset in staged.items()}
        first = scaled(step, kernel.step_words)
        copy_input(writer, job.places, at["x"], kernel.touched_pixels, first, kernel.step_words)
        job.of_step("W0", at["d"], kernel.step_words * kernel.window.taps, step)
        early = job.operands[0]
        job.of_step(early.channel_parameter, at["e0"], early.channel_count * sizes.channels, step)
        job.of_both("W1", at["w"], kernel.step_words * sizes.filters, step)

    def compute(step: str, buffer: str) -> None:
        at = {name: total(buffer, str(offset)) for name, offset in staged.items()}
        epilogue = job.early_epilogue(0, at["e0"], sizes.channels, step)
        source = DepthwiseInput(at["x"], kernel.touched_pixels, at["d"], kernel.step_words)
        middle = str(kept["middle"])
        write_depthwise(writer, source, strip, ToShared(writer, epilogue, middle, kernel.pitch))
        writer.script.barrier()
        made.accumulate(Factors(at["w"], sizes.filters, middle, kernel.pitch, kernel.step_words))

    writer.stream(kernel.steps, stage, compute)
    made.finish(job.to_global(1, "e1", product.pixels))


def _two_reductions(job: _Job) -> None:
    kernel, writer, kept = job.kernel, job.writer, job.kept
    sizes, product, first = kernel.sizes, kernel.product, kernel.first_product
    middle = str(kept["middle"])
    steps = -(-kernel.stages.first.channels // sizes.channels)
    weights_at = aligned(kernel.step_words * first.pixels)
    operands = job.operands[0]
    words = operands.channel_count * first.filters
    job.run(operands.channel_parameter, str(kept["e0"]), words, (1, 1), ("0", "0"))
    job.channel_operands(1, kept["e1"], sizes.filters)
    early = write_product(writer, first, "early")
    early.clear()

    def stage_early(step: str, buffer: str) -> None:
        channel = scaled(step, kernel.step_words)
        copy_input(writer, job.places, buffer, first.pixels, channel, kernel.step_words)
        to = total(buffer, str(weights_at))
        job.run("W0", to, kernel.step_words * first.filters, (1, steps), ("0", step))

    def compute_early(_: str, buffer: str) -> None:
        filters = total(buffer, str(weights_at))
        early.accumulate(Factors(filters, first.filters, buffer, first.pixels, kernel.step_words))

    writer.stream(steps, stage_early, compute_early)
    made_channels = kernel.stages.first.outputs
    is_real = _below(made_channels) if kernel.middle_channels > made_channels else _always
    epilogue = operands.epilogue(writer, str(kept["e0"]), first.filters, is_real)
    limit = product.pixels if first.pixels > product.pixels else None
    wanted = kernel.middle_channels
    filters = wanted if first.filters > wanted else None
    early.finish(ToShared(writer, epilogue, middle, kernel.pitch, limit, filters))
    made = write_product(writer, product, "sums")
    made.clear()

    def stage(step: str, buffer: str) -> None:
        job.of_both("W1", buffer, kernel.step_words * sizes.filters, step)

    def compute(step: str, buffer: str) -> None:
        pixels = total(middle, scaled(step, kernel.step_words * kernel.pitch))
        made.accumulate(Factors(buffer, sizes.filters, pixels, kernel.pitch, kernel.step_words))

    writer.stream(kernel.steps, stage, compute)
    made.finish(job.to_global(1, "e1", product.pixels))


def _inverted_residual(job: _Job) -> None:
    kernel, writer, kept = job.kernel, job.writer, job.kept
    sizes, product, first = kernel.sizes, kernel.product, kernel.first_product
    staged = kernel.shared.staged.offsets
    inputs = -(-kernel.stages.first.channels // kernel.lanes)
    rows, columns = kernel.tile
    wide, middle = str(kept["wide"]), str(kept["middle"])
    strip = strip_of(columns, kernel.step_words * rows, kernel.threads)
    job.channel_operands(2, kept["e2"], sizes.filters)
    copy_input(writer, job.places, str(kept["x"]), first.pixels, "0", inputs)
    early = write_product(writer, first, "early")
    made = write_product(writer, product, "sums")
    made.clear()

    def stage(step: str, buffer: str) -> None:
        at = {name: total(buffer, str(offset)) for name, offset in staged.items()}
        job.of_step("W0", at["w0"], inputs * first.filters, step)
        for number, filters in ((0, first.filters), (1, sizes.channels)):
            operands = job.operands[number]
            words = operands.channel_count * filters
            job.of_step(operands.channel_parameter, at[f"e{number}"], words, step)
        job.of_step("W1", at["d"], kernel.step_words * kernel.window.taps, step)
        job.of_both("W2", at["w2"], kernel.step_words * sizes.filters, step)

    def compute(step: str, buffer: str) -> None:
        at = {name: total(buffer, str(offset)) for name, offset in staged.items()}
        early.clear()
        x = str(kept["x"])
        early.accumulate(Factors(at["w0"], first.filters, x, first.pixels, inputs))
        epilogue = job.early_epilogue(0, at["e0"], first.filters, step)
        limit = kernel.step_words if first.filters > sizes.channels else None
        early.finish(ToShared(writer, epilogue, wide, first.pixels, words=limit, places=job.places))
        writer.script.barrier()
        epilogue = job.early_epilogue(1, at["e1"], sizes.channels, step)
        source = DepthwiseInput(wide, first.pixels, at["d"], kernel.step_words)
        write_depthwise(writer, source, strip, ToShared(writer, epilogue, middle, kernel.pitch))
        writer.script.barrier()
        made.accumulate(Factors(at["w2"], sizes.filters, middle, kernel.pitch, kernel.step_words))

    writer.stream(kernel.steps, stage, compute)
    made.finish(job.to_global(2, "e2", product.pixels))


def _pixel_offset(kernel: BlockKernel) -> Callable[[str], str]:
    """Where a pixel's first tap lies in a channel of the touched rectangle; those behind the tile's
    end read what the last one reads."""
    if kernel.is_flat:
        return lambda pixel: pixel
    (rows, columns), window, wide = kernel.tile, kernel.window, kernel.touched[1]
    down, across = window.rows.stride * wide, window.columns.stride
    spare = kernel.product.pixels > rows * columns

    def offset(pixel: str) -> str:
        if spare:
            pixel = f"T.min({pixel}, {rows * columns - 1})"
        if rows == 1:
            return scaled(pixel, across)
        row, column = f"{parenthesised(pixel)} // {columns}", f"{parenthesised(pixel)} % {columns}"
        return total(scaled(row, down), scaled(column, across))

    return offset


def _always(_: str) -> str:
    """All filters are there."""
    return ""


def _below(count: int, first: str = "0") -> Condition:
    """The filter, from `first` on, is one of `count`."""
    return lambda filter: f"{total(first, filter)} < {count}"


def _group_of(kernel: BlockKernel) -> Callable[[str], str]:
    """Of the groups in the block's tile, the one that a filter belongs to."""
    if kernel.groups_of_a_tile == 1:
        return lambda _: "0"
    per_group = kernel.stages.first.group_outputs
    return lambda filter: f"{parenthesised(filter)} // {per_group}"


_WRITERS: Mapping[ModuleKind, Callable[[_Job], None]] = {
    ModuleKind.DW: _depthwise,
    ModuleKind.PW: _reduction,
    ModuleKind.PWDW: _reduction_depthwise,
    ModuleKind.DWPW: _depthwise_reduction,
    ModuleKind.PWPW: _two_reductions,
    ModuleKind.PWDWPW: _inverted_residual,
}
