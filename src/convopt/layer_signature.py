"""What tells the code of one convolution from that of another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerSignature:
    """What the code of a layer depends on, apart from the values of its weights."""

    input_shape: tuple[int, ...]
    filter_shape: tuple[int, ...]
    has_bias: bool
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    dilation: tuple[int, int]
    groups: int
    activation: str | tuple[float, float] | None
    target: str
    threads: int
