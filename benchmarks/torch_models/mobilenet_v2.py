"""MobileNetV2 (Sandler et al., 2018) as people write it in PyTorch."""

from typing import Any

from torch import nn

BLOCKS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Expansion, output channels, repetitions, stride of the first: the paper's table 2."""

STEM, LAST = 32, 1280


def convolution(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """A convolution, batch norm, ReLU6."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU6(inplace=True),
    )


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; the input is added where shapes allow."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.is_residual = stride == 1 and inputs == outputs
        self.body = nn.Sequential(
            *([convolution(inputs, hidden)] if expansion > 1 else []),
            convolution(hidden, hidden, 3, stride, groups=hidden),
            nn.Conv2d(hidden, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )

    def forward(self, x: Any) -> Any:
        return x + self.body(x) if self.is_residual else self.body(x)


class MobileNetV2(nn.Module):
    """From [N, 3, H, W] to `classes` scores an image; `dropout` is the part of features that
    training leaves out."""

    def __init__(self, classes: int = 1000, dropout: float = 0.2) -> None:
        super().__init__()
        layers: list[nn.Module] = [convolution(3, STEM, 3, 2)]
        inputs = STEM
        for expansion, outputs, repetitions, stride in BLOCKS:
            for index in range(repetitions):
                first = stride if index == 0 else 1
                layers.append(InvertedResidual(inputs, outputs, first, expansion))
                inputs = outputs
        self.features = nn.Sequential(*layers, convolution(inputs, LAST))
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(LAST, classes))

    def forward(self, x: Any) -> Any:
        return self.classifier(self.features(x).mean((2, 3)))
