"""Writes `inverted_residuals.mlir` and `inverted_residuals.npz`; README.md says with what."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch_mlir import fx

FOLDER = Path(__file__).parent


class ConvNorm(nn.Sequential):
    """A convolution without a bias, batch norm, and an activation."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        activation: nn.Module | None = None,
    ) -> None:
        convolution = nn.Conv2d(
            inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False
        )
        super().__init__(convolution, nn.BatchNorm2d(outputs), activation or nn.Identity())


class InvertedResidual(nn.Module):
    """MobileNetV2's, with the squeeze and excitation of MobileNetV3 where it is asked for."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 1,
        kernel: int = 3,
        activation: type[nn.Module] = nn.ReLU6,
        squeezes: bool = False,
    ) -> None:
        super().__init__()
        hidden = 3 * inputs
        self.expand = ConvNorm(inputs, hidden, 1, activation=activation())
        self.depthwise = ConvNorm(hidden, hidden, kernel, stride, hidden, activation())
        self.squeeze = SqueezeExcitation(hidden) if squeezes else nn.Identity()
        self.project = ConvNorm(hidden, outputs, 1)
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.squeeze(self.depthwise(self.expand(x))))
        return x + y if self.is_residual else y


class SqueezeExcitation(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, 4, 1),
            nn.ReLU(),
            nn.Conv2d(4, channels, 1),
            nn.Hardsigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale(x)


class Network(nn.Module):
    """A small network of what this compiler is for, and of what stands beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            ConvNorm(3, 8, 3, 2, activation=nn.ReLU6()),
            InvertedResidual(8, 8),
            InvertedResidual(8, 12, stride=2),
            InvertedResidual(12, 12, kernel=5, activation=nn.Hardswish, squeezes=True),
            nn.Conv2d(12, 24, 3, padding=1, groups=12),  # channel multiplier 2
            nn.LeakyReLU(0.1),
            nn.Conv2d(24, 16, 3, padding=(2, 1), dilation=(2, 1), groups=4),
            nn.SiLU(),
            nn.ChannelShuffle(4),
            nn.MaxPool2d(3, 2, 1),
            ConvNorm(16, 24, 1, activation=nn.ReLU()),
            nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        )
        self.classify = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(24, 10)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = self.features(x)
        return self.classify(features), features


def main() -> None:
    torch.manual_seed(0)
    network = Network().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.3)
            nn.init.normal_(module.running_mean, std=0.3)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    image = torch.randn(1, 3, 32, 32)
    text = str(fx.export_and_import(network, image, output_type="linalg-on-tensors"))
    (FOLDER / "inverted_residuals.mlir").write_text(text)
    with torch.no_grad():
        scores, features = network.double()(image.double())
    np.savez_compressed(
        FOLDER / "inverted_residuals.npz", image=image, scores=scores, features=features
    )


if __name__ == "__main__":
    main()
