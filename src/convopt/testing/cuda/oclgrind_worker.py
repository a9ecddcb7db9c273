"""The process that runs one OpenCL kernel under Oclgrind: FOLDER, with its launch and arrays."""

import json
import sys
from pathlib import Path

import numpy as np
import pyopencl

PLATFORM = "Oclgrind"


def run(folder: Path) -> None:
    """`launch.json` and `arrays.npz` (arr_0, arr_1, ... by parameter) to `results.npz`."""
    launch = json.loads((folder / "launch.json").read_text())
    with np.load(folder / "arrays.npz") as loaded:
        arrays = [loaded[f"arr_{i}"] for i in range(len(loaded.files))]
    # By name: an installed Oclgrind is the first of the platforms, but others may be there.
    platform = next(each for each in pyopencl.get_platforms() if each.name == PLATFORM)
    context = pyopencl.Context(platform.get_devices())
    queue = pyopencl.CommandQueue(context)
    program = pyopencl.Program(context, launch["text"]).build(["-cl-std=CL1.2"])
    flags = pyopencl.mem_flags.READ_WRITE | pyopencl.mem_flags.COPY_HOST_PTR
    buffers = [pyopencl.Buffer(context, flags, hostbuf=array) for array in arrays]
    kernel = getattr(program, launch["name"])
    kernel(queue, launch["threads"], launch["block"], *buffers)
    for array, buffer in zip(arrays, buffers, strict=True):
        pyopencl.enqueue_copy(queue, array, buffer)
    queue.finish()
    np.savez(folder / "results.npz", *arrays)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
