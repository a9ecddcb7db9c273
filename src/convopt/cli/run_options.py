"""The options of `convopt-run`: parsed before anything heavy is imported."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from convopt.cli.options import (
    OneLineParser,
    add_precision,
    add_version,
    count_argument,
    shape_argument,
)
from convopt.precision import F16, F32, TF32

_DESCRIPTION = """\
Compile a model, run it, compare it with onnxruntime, and show what each kernel takes.

  convopt-run model.onnx
  convopt-run model.onnx --input photo.jpg --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
"""

_EPILOG = """\
Times are medians; convopt and onnxruntime run in turn, with the same number of threads.
Exit codes: 0 results agree, 1 they do not, or an error in the input, 2 an error on the command
line, 70 an error in convopt.
"""


_TOLERANCES = {F32: 1e-4, TF32: 1e-2, F16: 1e-2}
"""tf32 and f16 round every factor to 11 bits."""


@dataclass(frozen=True)
class RunOptions:
    """What the user asked of `convopt-run`; one field an option.

    `inputs` are pairs of an input's name (empty for the model's first) and what to feed.
    """

    model: str
    inputs: tuple[tuple[str, str], ...]
    shapes: tuple[tuple[str, tuple[int, ...]], ...]
    target: str
    precision: str
    threads: int
    repeat: int
    seed: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    given_tolerance: float | None
    cache: bool
    json: bool

    @property
    def tolerance(self) -> float:
        """The relative error to onnxruntime's results that passes."""
        if self.given_tolerance is not None:
            return self.given_tolerance
        return _TOLERANCES[self.precision]


def parse_run_options(arguments: Sequence[str]) -> RunOptions:
    """The options on the command line; exits with 2 for a mistake and 0 for --help."""
    fields = vars(_parser().parse_known(arguments))
    for name in ("inputs", "shapes"):
        fields[name] = tuple(fields[name])
    return RunOptions(**fields)


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="convopt-run",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_version(parser)
    parser.add_argument("model", metavar="MODEL", help="a .onnx or .mlir file")
    parser.add_argument(
        "--input",
        dest="inputs",
        action="append",
        default=[],
        type=_input,
        metavar="[NAME=]FILE|random",
        help="an image, an array (.npy), or random numbers (the default); repeatable",
    )
    parser.add_argument(
        "--shape",
        dest="shapes",
        action="append",
        default=[],
        type=shape_argument,
        metavar="NAME=1x3x224x224",
        help="the shape of an input, for models that leave it open; repeatable",
    )
    parser.add_argument(
        "--target", default="host", metavar="NAME", help="a target or a target file (default host)"
    )
    add_precision(parser)
    parser.add_argument("--threads", type=count_argument, default=1, metavar="N", help="default 1")
    parser.add_argument(
        "--repeat", type=count_argument, default=30, metavar="N", help="measured runs (default 30)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of random inputs")
    parser.add_argument(
        "--mean",
        type=_numbers,
        default=(0.0,),
        metavar="R,G,B",
        help="taken off an image's channels, which are 0 to 1",
    )
    parser.add_argument(
        "--std", type=_numbers, default=(1.0,), metavar="R,G,B", help="divides them then"
    )
    parser.add_argument(
        "--tolerance",
        dest="given_tolerance",
        type=float,
        metavar="E",
        help="largest relative error, as a norm, that passes (default 1e-4; 1e-2 for tf32 and f16)",
    )
    parser.add_argument(
        "--no-cache", dest="cache", action="store_false", help="neither read nor write the cache"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    return parser


def _input(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    return (name, value) if separator else ("", text)


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected numbers such as 0.5 or 0.485,0.456,0.406; found '{text}'"
        ) from None
