"""IREE's compiler and runtime on the CPU."""

from typing import Any

from convopt.backends.targets import cpu_target
from convopt.benchmarks.layer import Array, Layer, LayerData
from convopt.benchmarks.peers.iree_layer import IreeLayer, iree_layer
from convopt.benchmarks.peers.packages import require
from convopt.benchmarks.peers.peer import Layout, Peer, Prepared, UnsupportedError


class IreePeer(Peer):
    """Single layers at its highest level of optimisation, weights as constants.

    OWN is NHWC, for grouped layers NGCHW; NCHW is linalg's convolution of that order, as importers
    of models write it. One thread computes within the call (local-sync), several
    are IREE's tasks. Models are not run: IREE reads them through another package's importer.
    """

    name = "iree"
    layouts = (Layout.OWN, Layout.NCHW)

    def __init__(self) -> None:
        self._compiler = require("iree.compiler.tools", "iree-base-compiler")
        self._runtime = require("iree.runtime", "iree-base-runtime")

    def version(self) -> str:
        return str(require("iree.runtime.version", "iree-base-runtime").VERSION)

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        made = iree_layer(data, channels_last=layout is Layout.OWN)
        return _Function(self._runtime, self._compile(data.layer, made.text), data, made, threads)

    def _compile(self, layer: Layer, text: str) -> Any:
        host = cpu_target("host")
        features = ",".join(one for one in host.features.split(",") if one.startswith("+"))
        options = [
            "--iree-opt-level=O3",
            f"--iree-llvmcpu-target-triple={host.triple}",
            f"--iree-llvmcpu-target-cpu={host.cpu}",
            f"--iree-llvmcpu-target-cpu-features={features}",
        ]
        try:
            return self._compiler.compile_str(
                text, target_backends=["llvm-cpu"], extra_args=options
            )
        except self._compiler.CompilerToolError as error:
            lines = str(error).splitlines()
            reason = next((line for line in lines if "error:" in line), lines[0])
            raise UnsupportedError(f"IREE refuses {layer.name}: {reason.strip()}") from error


class _Function(Prepared):
    def __init__(
        self, runtime: Any, content: Any, data: LayerData, made: IreeLayer, threads: int
    ) -> None:
        device, instance = _device(runtime, threads), runtime.VmInstance()
        code = runtime.VmModule.copy_buffer(instance, content)
        modules = [runtime.create_hal_module(instance, device), code]
        # Python lets attributes go in the order in which they came; the runtime crashes where
        # buffers go after the context, or the context after the device.
        self._results: Any = None
        self._arguments = runtime.VmVariantList(1)
        self._x = runtime.asdevicearray(device, made.pack(data.x))
        self._arguments.push_ref(self._x._buffer_view)
        self._main = code.lookup_function("main")
        self._context = runtime.VmContext(instance, modules=modules)
        self._device = device
        self._runtime, self._layer, self._made = runtime, data.layer, made

    def run(self, calls: int) -> None:
        invoke, main, arguments = self._context.invoke, self._main, self._arguments
        make_list = self._runtime.VmVariantList
        for _ in range(calls):
            results = make_list(1)
            invoke(main, arguments, results)
        self._results = results

    def outputs(self) -> list[Array]:
        view = self._results.get_as_object(0, self._runtime.HalBufferView)
        found = self._runtime.DeviceArray(self._device, view).to_host()
        return [self._made.unpack(found).reshape(self._layer.output_shape)]


def _device(runtime: Any, threads: int) -> Any:
    """A new one: the driver that the runtime keeps has the number of threads that came first."""
    runtime.flags.parse_flags(f"--task_topology_group_count={threads}")
    driver = runtime._binding.create_hal_driver("local-sync" if threads == 1 else "local-task")
    return driver.create_default_device()
