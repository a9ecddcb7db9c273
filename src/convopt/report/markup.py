"""HTML and SVG as text: everything that comes from a model is escaped here."""

from html import escape

Markup = str
"""Text that is markup already."""

_VOID = ("br", "link", "meta")


def text(content: object) -> Markup:
    """Plain text as markup."""
    return escape(str(content))


def tag(name: str, /, *children: Markup, **attributes: object) -> Markup:
    """An element. `class_` and `data_v` name the attributes class and data-v; those that are None
    are left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return f"<{name}{written}>"
    return f"<{name}{written}>{''.join(children)}</{name}>"


def _value(value: object) -> str:
    """Coordinates need no more than a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def svg(width: float, height: float, label: str, *children: Markup) -> Markup:
    """A drawing that shrinks with the page; `label` says what it shows."""
    box = f"0 0 {_value(float(width))} {_value(float(height))}"
    return tag(
        "svg", *children, viewBox=box, width=width, height=height, role="img", aria_label=label
    )


def label(
    x: float, y: float, content: object, class_: str | None = None, tip: str | None = None
) -> Markup:
    """A line of text in a drawing; its baseline is at `y`. `tip` shows under the pointer."""
    title = "" if tip is None else tag("title", text(tip))
    return tag("text", text(content), title, x=float(x), y=float(y), class_=class_)


def shortened(content: str, length: int) -> str:
    """At most `length` characters; what is left out lies behind the middle, for names differ at
    their ends, and in the numbers of their folders."""
    if len(content) <= length:
        return content
    tail = (length - 1) // 3
    return f"{content[: length - 1 - tail]}…{content[-tail:]}"
