"""Whether parameters still are what code was compiled for.

PyTorch counts most changes of a tensor, but not those by batch norm in training, by fused
optimizers, through `.data` and through NumPy. So samples of the values are looked at, too: a change
that PyTorch does not count is seen where it touches one of `SAMPLES` elements of each tensor,
which is what an optimizer's step or a new state dict does.
"""

import ctypes
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from convopt.backends.llvm.sampling import sampling_code
from convopt.backends.targets.host import host_target
from convopt.runtime.buffers import address

SAMPLES = 16
"""Elements of a tensor that are looked at, evenly spaced."""

_WORD_BYTES = 4


class Watch:
    """What some tensors are now: memory, number of changes, samples of their values.

    `places` are where they stand among the arguments of a graph.
    """

    def __init__(self, arguments: Mapping[int, torch.Tensor], places: Sequence[int]) -> None:
        tensors = [arguments[place] for place in places]
        self._places = tuple(places)
        self.addresses = tuple(tensor.data_ptr() for tensor in tensors)
        self._versions = [tensor._version for tensor in tensors]
        self._regions = np.array([_region(tensor) for tensor in tensors], np.uint64)
        self._regions = self._regions.reshape(len(tensors), 3)
        self._pointer, self._count = address(self._regions), len(tensors)
        code = sampling_code(host_target())
        function = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_size_t)
        self._code, self._sample = code, function(code.address("convopt_sample"))
        self._digest = self._sample(self._pointer, self._count)

    def holds(self, arguments: Sequence[torch.Tensor]) -> bool:
        """Whether these arguments are the tensors, unchanged.

        Memory is looked at only where one of the arguments lies.
        """
        tensors = [arguments[place] for place in self._places]
        return (
            tuple([tensor.data_ptr() for tensor in tensors]) == self.addresses
            and [tensor._version for tensor in tensors] == self._versions
            and self._sample(self._pointer, self._count) == self._digest
        )


def _region(tensor: torch.Tensor) -> tuple[int, int, int]:
    """Address of the first sample, how many there are, and the bytes between two."""
    words = _dense_bytes(tensor) // _WORD_BYTES
    step = max(1, -(-words // SAMPLES))
    return tensor.data_ptr(), -(-words // step), step * _WORD_BYTES


def _dense_bytes(tensor: torch.Tensor) -> int:
    """How many bytes from its address on belong to a tensor of any strides."""
    if tensor.numel() == 0:
        return 0
    pairs = zip(tensor.shape, tensor.stride(), strict=True)
    last = sum((size - 1) * stride for size, stride in pairs)
    return int((last + 1) * tensor.element_size())
