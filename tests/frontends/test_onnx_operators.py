"""Each operator that convopt imports, against onnxruntime, in the opsets that changed it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from onnx import helper

from convopt.testing.onnx_models import Array, assert_as_onnxruntime, make_model

RANDOM = np.random.default_rng(1)


def floats(*shape: int) -> Array:
    return RANDOM.standard_normal(shape).astype(np.float32)


def ints(*values: int) -> Array:
    return np.array(values, np.int64)


def scalar(value: float) -> Array:
    return np.array(value, np.float32)


@dataclass(frozen=True)
class Case:
    """One node; `inputs` are shapes of graph inputs, arrays of constants, None where left out."""

    op_type: str
    inputs: tuple[Any, ...]
    attributes: dict[str, Any] = field(default_factory=dict)
    opsets: tuple[int, ...] = (17,)

    @property
    def label(self) -> str:
        details = "-".join(f"{key}={value}" for key, value in self.attributes.items())
        shapes = "-".join(
            "none"
            if each is None
            else "x".join(map(str, np.shape(each))) or "scalar"
            if isinstance(each, np.ndarray)
            else "x".join(map(str, each))
            for each in self.inputs
        )
        return f"{self.op_type}-{shapes}-{details}".replace(" ", "")


IMAGE = (1, 4, 6, 7)

CASES = [
    *(
        Case(op, (IMAGE,), opsets=(11, 17, 21))
        for op in ("Relu", "Sigmoid", "Tanh", "Neg", "Abs", "Exp", "Elu", "Selu",
                   "LeakyRelu", "HardSigmoid", "Softsign", "Reciprocal", "Identity")
    ),
    Case("Celu", (IMAGE,), {"alpha": 1.7}, (12, 17)),
    Case("HardSwish", (IMAGE,), opsets=(14, 22)),
    Case("Mish", (IMAGE,), opsets=(18, 22)),
    Case("Gelu", (IMAGE,), {"approximate": "tanh"}, (20,)),
    Case("Gelu", (IMAGE,), {}, (20,)),
    Case("Erf", (IMAGE,), {}, (9, 13)),
    Case("Erf", ((1, 1, 30, 30),), {}, (13,)),
    Case("HardSigmoid", (IMAGE,), {"alpha": 1 / 6, "beta": 0.5}, (11, 22)),
    Case("LeakyRelu", (IMAGE,), {"alpha": 0.3}, (11, 16)),
    Case("Elu", (IMAGE,), {"alpha": 0.4}, (11,)),
    Case("Selu", (IMAGE,), {"alpha": 1.5, "gamma": 2.0}, (11,)),
    Case("PRelu", (IMAGE, floats(4, 1, 1)), opsets=(11, 16)),
    Case("PRelu", (IMAGE, floats(1)), opsets=(11, 16)),
    Case("PRelu", (IMAGE, floats(1, 4, 6, 7)), opsets=(11,)),
    Case("Clip", (IMAGE,), {"min": -0.5, "max": 0.25}, (6, 10)),
    Case("Clip", (IMAGE,), {"min": -0.5}, (10,)),
    Case("Clip", (IMAGE, scalar(-0.5), scalar(0.25)), {}, (11, 12, 13, 21)),
    Case("Clip", (IMAGE, None, scalar(0.25)), {}, (11, 13)),
    Case("Clip", (IMAGE, scalar(-0.5)), {}, (11, 13)),
    Case("Clip", (IMAGE,), {}, (11, 13)),
    Case("Sqrt", (IMAGE,), opsets=(6, 13)),
    *(
        Case(op, operands, opsets=(7, 14))
        for op in ("Add", "Sub", "Mul", "Div")
        for operands in (
            (IMAGE, IMAGE),
            (IMAGE, (1, 4, 1, 1)),
            (IMAGE, floats(4, 1, 1)),
            (IMAGE, scalar(3.0)),
            (scalar(3.0), IMAGE),
            (floats(1, 1, 1, 1), IMAGE),
            ((3,), np.full((1, 1, 1), 2.0, np.float32)),
            ((2, 1, 3), (4, 1)),
        )
    ),
    Case("Max", (IMAGE, IMAGE, scalar(0.1)), opsets=(8, 13)),
    Case("Min", (IMAGE, scalar(0.1), IMAGE), opsets=(8, 13)),
    Case("Max", (IMAGE,), opsets=(13,)),
    Case("Sum", (IMAGE, IMAGE, IMAGE), opsets=(8, 13)),
    Case("Sum", (IMAGE, (7,)), opsets=(8, 13)),
    Case("Mean", (IMAGE, IMAGE, IMAGE), opsets=(13,)),
    Case("Pow", (IMAGE, scalar(2.0)), opsets=(7, 15)),
    Case("Pow", (IMAGE, np.array(3, np.int64)), opsets=(15,)),
    Case("Pow", (IMAGE, scalar(1.0)), opsets=(15,)),
    Case("Pow", (IMAGE, scalar(0.5)), opsets=(7, 15)),
    Case("Swish", (IMAGE,), {"alpha": 1.5}, (24,)),
    Case("Dropout", (IMAGE,), opsets=(7, 10, 13)),
    Case("Dropout", (IMAGE, scalar(0.3), np.array(False)), opsets=(13,)),
    Case("Cast", (IMAGE,), {"to": 1}, (9, 13)),
    # Convolution
    Case("Conv", (IMAGE, floats(8, 4, 3, 3)), {"pads": [1, 1, 1, 1]}, (11, 22)),
    Case("Conv", (IMAGE, floats(8, 4, 3, 3), floats(8)), {}, (11, 22)),
    Case("Conv", (IMAGE, floats(8, 1, 3, 2), floats(8)), {"group": 4, "strides": [1, 2]}),
    Case("Conv", (IMAGE, floats(6, 2, 1, 1), floats(6)), {"group": 2}),
    Case("Conv", (IMAGE, floats(2, 4, 3, 3)), {"dilations": [2, 1], "pads": [2, 0, 1, 3]}),
    Case("Conv", ((2, 4, 6, 7), floats(2, 4, 5, 1)), {"kernel_shape": [5, 1]}),
    Case("Conv", (IMAGE, floats(2, 4, 3, 3)), {"auto_pad": "VALID", "strides": [2, 2]}),
    Case("Conv", (IMAGE, floats(2, 4, 3, 3)), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    Case("Conv", (IMAGE, floats(2, 4, 3, 4)), {"auto_pad": "SAME_LOWER", "strides": [2, 1]}),
    Case("Conv", (IMAGE, floats(2, 4, 2, 2)), {"auto_pad": "SAME_UPPER", "strides": [3, 3]}),
    Case("BatchNormalization", (IMAGE, floats(4), floats(4), floats(4), abs(floats(4))),
         {"epsilon": 0.01}, (9, 14, 15)),
    # Pooling
    Case("MaxPool", (IMAGE,), {"kernel_shape": [3, 3], "strides": [2, 2]}, (8, 12)),
    Case("MaxPool", (IMAGE,), {"kernel_shape": [3, 2], "pads": [1, 0, 1, 1]}, (8, 12)),
    Case("MaxPool", (IMAGE,), {"kernel_shape": [2, 2], "dilations": [2, 3]}, (10, 12)),
    Case("MaxPool", (IMAGE,), {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}, (10,)),
    Case("MaxPool", (IMAGE,), {"kernel_shape": [2, 2], "strides": [3, 3], "ceil_mode": 1,
                               "pads": [0, 0, 1, 1]}, (10, 12, 22)),
    Case("MaxPool", (IMAGE,), {"kernel_shape": [3, 3], "auto_pad": "SAME_UPPER",
                               "strides": [2, 2]}),
    Case("AveragePool", (IMAGE,), {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}, (7, 11, 19)),
    Case("AveragePool", (IMAGE,), {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1],
                                   "count_include_pad": 1}, (7, 11, 19)),
    Case("AveragePool", (IMAGE,), {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1},
         (10, 19)),
    Case("AveragePool", (IMAGE,), {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1,
                                   "count_include_pad": 1}, (19,)),
    Case("AveragePool", (IMAGE,), {"kernel_shape": [2, 2], "dilations": [2, 2]}, (19,)),
    Case("AveragePool", (IMAGE,), {"kernel_shape": [3, 3], "auto_pad": "SAME_LOWER",
                                   "strides": [2, 2]}),
    Case("GlobalAveragePool", (IMAGE,), opsets=(7, 22)),
    Case("GlobalMaxPool", (IMAGE,), opsets=(7, 22)),
    Case("ReduceMean", (IMAGE,), {"axes": [2, 3]}, (11, 13)),
    Case("ReduceMean", (IMAGE,), {"axes": [-1, -2], "keepdims": 0}, (11, 13)),
    Case("ReduceMean", (IMAGE, ints(2, 3)), {"keepdims": 0}, (18,)),
    Case("ReduceMax", (IMAGE,), {"axes": [3, 2]}, (13,)),
    Case("ReduceMax", (IMAGE, ints(2, 3)), {}, (18, 20)),
    # Structure
    Case("Flatten", (IMAGE,), opsets=(9, 13)),
    Case("Flatten", (IMAGE,), {"axis": 0}, (9, 13)),
    Case("Flatten", (IMAGE,), {"axis": -2}, (11, 13)),
    Case("Flatten", (IMAGE,), {"axis": 4}, (11,)),
    Case("Reshape", (IMAGE, ints(0, -1)), opsets=(11, 14)),
    Case("Reshape", (IMAGE, ints(0, 2, 2, 6, 7)), opsets=(11, 14)),
    Case("Reshape", (IMAGE, ints(-1)), {"allowzero": 1}, (14,)),
    Case("Squeeze", ((1, 4, 1, 1),), {"axes": [2, 3]}, (11,)),
    Case("Squeeze", ((1, 4, 1, 1), ints(-1)), {}, (13,)),
    Case("Squeeze", ((1, 4, 1, 1),), {}, (11, 13)),
    Case("Unsqueeze", ((1, 4),), {"axes": [2, 3]}, (11,)),
    Case("Unsqueeze", ((4, 5), ints(0, -1)), {}, (13,)),
    Case("Transpose", (IMAGE,), {"perm": [0, 2, 3, 1]}, (11, 13)),
    Case("Transpose", (IMAGE,), {}, (13,)),
    Case("Concat", (IMAGE, (1, 2, 6, 7), floats(1, 1, 6, 7)), {"axis": 1}, (11, 13)),
    Case("Concat", (IMAGE, IMAGE), {"axis": -1}, (11,)),
    Case("Concat", (IMAGE,), {"axis": 2}, (13,)),
    Case("Pad", (IMAGE,), {"pads": [0, 0, 1, 2, 0, 0, 0, 3]}, (7, 10)),
    Case("Pad", (IMAGE,), {"pads": [0, 0, 1, 2, 0, 0, 0, 3], "value": 0.5}, (10,)),
    Case("Pad", (IMAGE, ints(0, 0, 1, 2, 0, 0, 0, 3), scalar(-1.5)), {}, (11, 13)),
    Case("Pad", (IMAGE, ints(1, 2, 0, 3), None, ints(2, -1)), {}, (18, 21)),
    Case("Softmax", ((3, 5),), {}, (11, 13)),
    Case("Softmax", (IMAGE,), {"axis": 1}, (11, 13)),
    Case("Softmax", (IMAGE,), {"axis": -1}, (11, 13)),
    Case("Softmax", (IMAGE,), {"axis": -2}, (11, 13)),
    Case("Softmax", ((2, 5, 1, 1),), {"axis": 1}, (11, 13)),
    # Fully connected
    Case("Gemm", ((2, 5), floats(5, 3), floats(3)), {}, (7, 11, 13)),
    Case("Gemm", ((2, 5), floats(3, 5), floats(1, 3)), {"transB": 1, "alpha": 0.5, "beta": 2.0}),
    Case("Gemm", ((2, 5), floats(5, 3), floats(1)), {"beta": 0.5}),
    Case("Gemm", ((2, 5), floats(5, 3)), {}, (11, 13)),
    Case("MatMul", ((2, 5), floats(5, 3)), {}, (9, 13)),
    Case("MatMul", ((2, 3, 5), floats(5, 4)), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "opset"),
    [pytest.param(case, o, id=f"{case.label}-{o}") for case in CASES for o in case.opsets],
)
def test_operator(case: Case, opset: int) -> None:
    names = ["" if each is None else f"t{i}" for i, each in enumerate(case.inputs)]
    node = helper.make_node(case.op_type, names, ["y"], name="the_node", **case.attributes)
    given = dict(zip(names, case.inputs, strict=True))
    model = assert_as_onnxruntime(
        make_model(
            [node],
            {name: each for name, each in given.items() if isinstance(each, tuple)},
            ["y"],
            {name: each for name, each in given.items() if isinstance(each, np.ndarray)},
            opset,
        )
    )
    assert model.partition.complete, model.partition
