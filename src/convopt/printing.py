"""IR as text for people: constants that would fill pages are elided."""

from io import StringIO

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr
from xdsl.ir import Attribute, Operation
from xdsl.printer import Printer


class ElidingPrinter(Printer):
    """Prints dense constants of more than `elide_above` elements as `dense_resource<__elided__>`,
    as MLIR's tools do with `--mlir-elide-elementsattrs-if-larger`."""

    elide_above: int = 16

    def print_attribute(self, attribute: Attribute) -> None:
        if (
            not isinstance(attribute, DenseIntOrFPElementsAttr)
            or len(attribute) <= self.elide_above
        ):
            super().print_attribute(attribute)
            return
        self.print_string("dense_resource<__elided__> : ")
        self.print_attribute(attribute.get_type())


def ir_text(op: Operation, elide_above: int | None = None, locations: bool = False) -> str:
    """The IR of `op`, without a final newline.

    `elide_above`: constants of more elements are elided; None prints everything.
    """
    stream = StringIO()
    if elide_above is None:
        Printer(stream, print_debuginfo=locations).print_op(op)
        return stream.getvalue()
    printer = ElidingPrinter(stream, print_debuginfo=locations)
    printer.elide_above = elide_above
    printer.print_op(op)
    return stream.getvalue()
