"""Bringing input channels of a block's pixels to shared memory."""

from convopt.backends.tvm.places import Places
from convopt.backends.tvm.script import parenthesised, scaled, total
from convopt.backends.tvm.writer import FILTER_TILE, IMAGE, KernelWriter
from convopt.passes.geometry.convolution import Convolution

_WIDE = 4


def copy_input(
    writer: KernelWriter, places: Places, to: str, pitch: int, first: str, count: int
) -> None:
    """Copy `count` words of channels, from word `first` of each group on, of the pixels that the
    block touches. In shared memory a word of channels takes `pitch` words.

    What lies outside of the image or behind the last channel becomes zero.
    """
    kernel = writer.kernel
    reader = kernel.stages.first
    if kernel.is_flat:
        _copy_flat(writer, places, to, pitch, first, count)
        return
    script, pixels = writer.script, kernel.touched_pixels
    groups = kernel.groups_of_a_tile
    with writer.items(groups * count * pixels) as item:
        channel = script.let("c", f"{item} // {pixels}")
        pixel = script.let("q", f"{item} % {pixels}")
        row, column = (script.let("h", each) for each in places.touched(pixel))
        where, is_channel = _channel(writer, reader, channel, first, count)
        valid = " and ".join(filter(None, (is_channel, places.is_inside(row, column))))
        valid = script.let("ok", valid)
        element = total(
            scaled(where, reader.rows.inputs * reader.columns.inputs),
            scaled(row, reader.columns.inputs),
            column,
        )
        source = f"X[T.if_then_else({valid}, {element}, 0)]"
        writer.copy(total(to, scaled(channel, pitch), pixel), source, valid)


def _copy_flat(
    writer: KernelWriter, places: Places, to: str, pitch: int, first: str, count: int
) -> None:
    """Pixels of an image as one row: four at a time where they lie so."""
    kernel, script = writer.kernel, writer.script
    reader, pixels = kernel.stages.first, kernel.sizes.pixels
    plane = reader.rows.inputs * reader.columns.inputs
    wide = _WIDE if plane % _WIDE == pixels % _WIDE == pitch % _WIDE == 0 else 1
    with writer.items(count * pixels // wide) as item:
        channel = script.let("c", f"{item} // {pixels // wide}")
        pixel = script.let("q", scaled(f"({item} % {pixels // wide})", wide))
        where, is_channel = _channel(writer, reader, channel, first, count)
        column = script.let("h", total(places.first_column, pixel))
        in_image = f"{column} < {plane}" if plane % pixels else ""
        valid = " and ".join(filter(None, (is_channel, in_image)))
        element = total(scaled(where, plane), column)
        if valid:
            valid = script.let("ok", valid)
            element = f"T.if_then_else({valid}, {element}, 0)"
        writer.copy(total(to, scaled(channel, pitch), pixel), f"X[{element}]", valid, wide)


def copy_scales(writer: KernelWriter, to: str, first: str, count: int) -> None:
    """Copy the factors of `count` words of channels, from word `first` on, of the block's image."""
    reader = writer.kernel.stages.first
    channels = -(-reader.channels // writer.words.lanes)
    writer.parameter("S", reader.batch * channels, writer.words.buffer)
    with writer.items(count) as item:
        where, valid = _channel(writer, reader, item, first, count)
        element = f"T.if_then_else({valid}, {where}, 0)" if valid else where
        writer.copy(total(to, item), f"S[{element}]", valid)


def _channel(
    writer: KernelWriter, reader: Convolution, channel: str, first: str, count: int
) -> tuple[str, str]:
    """The input's word of channels, images counted on, of the block's `channel`, and when there is
    one."""
    kernel, script, lanes = writer.kernel, writer.script, writer.words.lanes
    channels = -(-reader.channels // lanes)
    of_image = scaled(IMAGE, channels) if reader.batch > 1 else "0"
    if reader.is_depthwise or reader.groups == 1:
        found = script.let("k", total(first, channel))
        is_there = f"{found} < {channels}" if channels % count else ""
        return total(of_image, found), is_there
    group = _first_group(writer, reader)
    if kernel.groups_of_a_tile > 1:
        group = total(group, f"{channel} // {count}")
    inner = script.let("k", total(first, f"{parenthesised(channel)} % {count}"))
    conditions = []
    of_group = reader.group_inputs // lanes
    if of_group % count:
        conditions.append(f"{inner} < {of_group}")
    if reader.groups % kernel.groups_of_a_tile:
        group = script.let("g", group)
        conditions.append(f"{group} < {reader.groups}")
    return total(of_image, scaled(group, of_group), inner), " and ".join(conditions)


def _first_group(writer: KernelWriter, reader: Convolution) -> str:
    kernel = writer.kernel
    if kernel.tiles_of_a_group > 1:
        return f"{FILTER_TILE} // {kernel.tiles_of_a_group}"
    if reader.groups <= kernel.groups_of_a_tile:
        return "0"
    return scaled(FILTER_TILE, kernel.groups_of_a_tile)
