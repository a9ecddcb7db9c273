"""Pixels of the input and of the gradient, as the lanes of a weight gradient take them."""

from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder


@dataclass(frozen=True)
class LaneOperands:
    """Two feature maps [image, block, row, column, lane].

    `multiplier` neighbouring channels of the gradient belong to one of the input. `rows_apart`:
    each row is addressed on its own, so that its vectors are loaded in pairs.
    """

    b: KernelBuilder
    input_map: SSAValue
    grad_map: SSAValue
    multiplier: int
    rows_apart: bool

    def row(self, row: Index) -> Index:
        """A row to load pixels from."""
        return self.b.opaque(row) if self.rows_apart else row

    def input(self, image: Index, block: Index, row: Index, column: Index) -> SSAValue:
        """A pixel's input channels, in the lanes of a block of the gradient's channels."""
        place = self._input_place(image, block, row, column)
        return self.b.load_repeated(self.input_map, self.multiplier, *place)

    def grad(self, image: Index, block: Index, row: Index, column: Index, mask: int) -> SSAValue:
        """A pixel's vector of the gradient, in lane l what belongs to lane l xor `mask`."""
        loaded = self.b.load(self.grad_map, image, block, row, column, 0)
        if mask == 0:
            return loaded
        return self.b.shuffle(loaded, [lane ^ mask for lane in range(self.b.lanes)])

    def ask_input(self, image: Index, block: Index, row: Index, column: Index) -> None:
        """Prefetch a pixel's input channels."""
        self.b.prefetch(self.input_map, *self._input_place(image, block, row, column), write=False)

    def ask_grad(self, image: Index, block: Index, row: Index, column: Index) -> None:
        """Prefetch a pixel's vector of the gradient."""
        self.b.prefetch(self.grad_map, image, block, row, column, 0, write=False)

    def _input_place(
        self, image: Index, block: Index, row: Index, column: Index
    ) -> tuple[Index, Index, Index, Index, Index]:
        if self.multiplier == 1:
            return image, block, row, column, 0
        input_block, part = self.b.divmod(block, self.multiplier)
        lane = self.b.mul(part, self.b.lanes // self.multiplier)
        return image, input_block, row, column, lane
