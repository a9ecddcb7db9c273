"""Which output a block's filter and pixel are, and whether they are inside of the image."""

from dataclasses import dataclass

from convopt.backends.tvm.script import Script, parenthesised, scaled, total
from convopt.backends.tvm.writer import FILTER_TILE, IMAGE, TILE
from convopt.passes.geometry.blocks.kernel import BlockKernel


@dataclass(frozen=True)
class Places:
    """Index expressions of a block: where its tile begins, as names that stand in the script."""

    kernel: BlockKernel
    first_row: str
    first_column: str

    @staticmethod
    def write(script: Script, kernel: BlockKernel) -> "Places":
        """Name the tile's first row and column."""
        rows, columns = kernel.tile
        across = kernel.tiles[1]
        row = f"{TILE} // {across}" if kernel.tiles[0] > 1 else "0"
        column = f"{TILE} % {across}" if across > 1 else "0"
        row = script.let("row", scaled(row, rows))
        column = script.let("column", scaled(column, columns))
        return Places(kernel, row, column)

    @property
    def first_filter(self) -> str:
        """The first output channel of the block's tile."""
        kernel = self.kernel
        if kernel.filter_tiles == 1:
            return "0"
        filters = kernel.sizes.filters
        if kernel.tiles_of_a_group == 1:
            return scaled(FILTER_TILE, filters)
        tiles, per_group = kernel.tiles_of_a_group, kernel.stages.last.group_outputs
        in_group = total(scaled(f"({FILTER_TILE} % {tiles})", filters))
        return total(scaled(f"({FILTER_TILE} // {tiles})", per_group), in_group)

    def has_filter(self, filter: str) -> str:
        """The condition that a tile's filter is one of the convolution's; empty if all are."""
        kernel = self.kernel
        filters, last = kernel.sizes.filters, kernel.stages.last
        if kernel.tiles_of_a_group > 1:
            tiles, per_group = kernel.tiles_of_a_group, last.group_outputs
            if per_group % filters == 0:
                return ""
            return f"({FILTER_TILE} % {tiles}) * {filters} + {filter} < {per_group}"
        if kernel.filter_tiles * filters == last.outputs:
            return ""
        return f"{total(self.first_filter, filter)} < {last.outputs}"

    def row(self, pixel: str) -> str:
        return total(self.first_row, f"{parenthesised(pixel)} // {self.kernel.tile[1]}")

    def column(self, pixel: str) -> str:
        if self.kernel.tile[0] == 1:
            return total(self.first_column, pixel)
        return total(self.first_column, f"{parenthesised(pixel)} % {self.kernel.tile[1]}")

    def has_pixel(self, pixel: str, made: int) -> list[str]:
        """Conditions that a tile's pixel is one of the image's. `made`: pixels that are computed,
        of which some may lie behind the tile's end."""
        kernel = self.kernel
        (rows, columns), image = kernel.tile, kernel.window
        conditions = []
        if made > rows * columns:
            conditions.append(f"{pixel} < {rows * columns}")
        if image.rows.outputs % rows:
            conditions.append(f"{self.row(pixel)} < {image.rows.outputs}")
        if image.columns.outputs % columns:
            conditions.append(f"{self.column(pixel)} < {image.columns.outputs}")
        return conditions

    def output(self, channel: str, pixel: str) -> str:
        """The index, in the result, of a pixel's word of channels; `channel` counts such words."""
        image = self.kernel.window
        columns, plane = image.columns.outputs, image.rows.outputs * image.columns.outputs
        words = -(-self.kernel.stages.last.outputs // self.kernel.result_lanes)
        of_image = scaled(IMAGE, words) if image.batch > 1 else "0"
        row = "0" if self.kernel.is_flat else scaled(self.row(pixel), columns)
        return total(scaled(total(of_image, channel), plane), row, self.column(pixel))

    def touched(self, pixel: str) -> tuple[str, str]:
        """Row and column, in the window's input, of a pixel of the block's touched rectangle."""
        wide = self.kernel.touched[1]
        start_row, start_column = self.first_touched
        return (
            f"{start_row} + {parenthesised(pixel)} // {wide}",
            f"{start_column} + {parenthesised(pixel)} % {wide}",
        )

    @property
    def first_touched(self) -> tuple[str, str]:
        rows, columns = self.kernel.window.rows, self.kernel.window.columns
        row = scaled(self.first_row, rows.stride)
        column = scaled(self.first_column, columns.stride)
        return _shifted(row, rows.pad), _shifted(column, columns.pad)

    def is_inside(self, row: str, column: str) -> str:
        """The condition that a pixel of the window's input is no padding."""
        rows, columns = self.kernel.window.rows, self.kernel.window.columns
        return (
            f"0 <= {row} and {row} < {rows.inputs} "
            f"and 0 <= {column} and {column} < {columns.inputs}"
        )


def _shifted(start: str, pad: int) -> str:
    return f"{start} - {pad}" if pad else start
