"""From a planned module (level 3, GPU schedules) to CUDA text, launches and packed weights."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xdsl.dialects import func
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp, StringAttr
from xdsl.ir import Attribute, Operation, SSAValue

from convopt.backends.targets import GpuTarget
from convopt.backends.tvm.checks import check_border
from convopt.backends.tvm.constants import PackedConstants
from convopt.backends.tvm.function import DeviceFunction
from convopt.backends.tvm.lowering import LoweredKernel, lower
from convopt.backends.tvm.prelude import cuda_prelude
from convopt.backends.tvm.program import Argument, DeviceProgram, DeviceTensor, Kernel, Launch
from convopt.backends.tvm.tasks import Task, task_of
from convopt.backends.tvm.tensor_ops.moving import copy
from convopt.convdialect.constants import constant_elements
from convopt.convdialect.element_types import element_of, numpy_dtype
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.passes.lower.arena import Lifetime, place
from convopt.passes.lower.kernel_names import digest_of
from convopt.passes.remarks import location_of


@dataclass(frozen=True)
class Network:
    """`program` says what is launched; `scripts`: TVMScript by kernel; `cuda`: all kernels in one
    text; `weights`: packed constants."""

    program: DeviceProgram
    scripts: dict[str, str]
    cuda: str
    weights: bytes


def build_network(module: ModuleOp, target: GpuTarget, symbol: str) -> Network:
    """Write, lower and collect the kernels of a module's function.

    Raises ConvoptError for operations without a kernel, schedules that make no sense or that the
    target has no room for, filters that are not constant, and where TVM is missing.
    """
    return _Builder(_main(module), target, symbol).build()


def _main(module: ModuleOp) -> func.FuncOp:
    functions = [op for op in module.body.block.ops if isinstance(op, func.FuncOp)]
    if len(functions) != 1:
        raise ConvoptError(f"expected a module of one function, found {len(functions)}")
    check_border(functions[0])
    return functions[0]


@dataclass
class _Builder:
    function: func.FuncOp
    target: GpuTarget
    symbol: str
    kernels: dict[str, tuple[str, LoweredKernel, DeviceFunction]] = field(default_factory=dict)
    constants: PackedConstants = field(default_factory=PackedConstants)
    aliases: dict[SSAValue, SSAValue] = field(default_factory=dict)

    def build(self) -> Network:
        tasks = self._tasks()
        tasks += self._copies(tasks)
        places, workspace_bytes = self._place(tasks)
        launches = tuple(self._launch(task, places) for task in tasks)
        block = self.function.body.block
        program = DeviceProgram(
            self.symbol,
            self.target.name,
            self.target.compute_capability,
            _tensors(self.function.arg_attrs, block.args, "input"),
            _tensors(self.function.res_attrs, self._returned(), "output"),
            tuple(self._kernel(lowered, f) for _, lowered, f in self.kernels.values()),
            launches,
            workspace_bytes,
            self.constants.size,
        )
        scripts = {lowered.name: script for script, lowered, _ in self.kernels.values()}
        text = "\n".join([cuda_prelude(), *(low.text for _, low, _ in self.kernels.values())])
        return Network(program, scripts, text, self.constants.to_bytes())

    def _tasks(self) -> list[Task]:
        tasks = []
        for op in self.function.body.block.ops:
            if isinstance(op, ReshapeOp):
                self.aliases[op.result] = self._stored(op.input)
            elif not isinstance(op, ConstantOp | func.ReturnOp) and self._is_used(op):
                tasks.append(task_of(op, self.target))
        return tasks

    def _is_used(self, op: Operation) -> bool:
        return any(result.first_use is not None for result in op.results)

    def _stored(self, value: SSAValue) -> SSAValue:
        """The value whose buffer holds this one."""
        return self.aliases.get(value, value)

    def _returned(self) -> list[SSAValue]:
        last = self.function.body.block.last_op
        assert last is not None
        return list(last.operands)

    def _copies(self, tasks: list[Task]) -> list[Task]:
        """For results that no kernel can write in place: inputs, constants, and repeated ones."""
        made = {task.result for task in tasks}
        copies = []
        for index, value in enumerate(self._returned()):
            stored = self._stored(value)
            if stored in made:
                made.discard(stored)
                continue
            function = copy(tensor_of(value))
            name = f"copy_{digest_of(function.text('kernel'))}"
            copies.append(Task(name, function, {"X0": stored}, {}, value, "copy", 0, index))
        return copies

    def _place(self, tasks: list[Task]) -> tuple[dict[SSAValue, Argument], int]:
        """Where every value lies; bytes of the workspace."""
        block = self.function.body.block
        places: dict[SSAValue, Argument] = {
            value: Argument("input", index) for index, value in enumerate(block.args)
        }
        tasks = [task for task in tasks if task.output is None]
        made = {task.result for task in tasks}
        for index, value in enumerate(self._returned()):
            stored = self._stored(value)
            if stored in made and stored not in places:
                places[stored] = Argument("output", index)
        temporary = [task.result for task in tasks if task.result not in places]
        lifetimes = [self._lifetime(value, tasks) for value in temporary]
        offsets, total = place(lifetimes)
        for value, offset in zip(temporary, offsets, strict=True):
            places[value] = Argument("workspace", offset)
        return places, total

    def _lifetime(self, value: SSAValue, tasks: list[Task]) -> Lifetime:
        first = next(n for n, task in enumerate(tasks) if task.result is value)
        users = [
            number
            for number, task in enumerate(tasks)
            if any(self._stored(each) is value for each in task.operands.values())
        ]
        size = tasks[first].function.parameters["Y"].size
        return Lifetime(size, first, max(users, default=first))

    def _launch(self, task: Task, places: dict[SSAValue, Argument]) -> Launch:
        lowered = self._lowered(task)

        def argument(name: str) -> Argument:
            if name == "Y":
                return _output(task, places)
            if name in task.constants:
                return self._constant(task.constants[name].tobytes())
            stored = self._stored(task.operands[name])
            if stored in places:
                return places[stored]
            value = constant_elements(stored)
            if value is None:
                raise ConvoptError(f"{task.kind}: expected a stored operand {name}, found none")
            return self._constant(value.tobytes())

        arguments = tuple(argument(name) for name in lowered.parameters)
        moved = sum(each.size for each in task.function.parameters.values())
        owner = task.result.owner
        location = location_of(owner) if isinstance(owner, Operation) else ""
        return Launch(lowered.name, arguments, task.kind, location, task.macs, moved)

    def _constant(self, data: bytes) -> Argument:
        return Argument("weights", self.constants.add(data))

    def _lowered(self, task: Task) -> LoweredKernel:
        if task.name not in self.kernels:
            script = task.function.text(task.name)
            lowered = lower(script, "cuda", self.target.compute_capability)
            self.kernels[task.name] = (script, lowered, task.function)
        return self.kernels[task.name][1]

    def _kernel(self, lowered: LoweredKernel, function: DeviceFunction) -> Kernel:
        shared_bytes = function.shared.size if function.shared else 0
        threads = (function.threads, 1, 1)
        return Kernel(lowered.name, lowered.parameters, function.grid, threads, shared_bytes)


def _output(task: Task, places: dict[SSAValue, Argument]) -> Argument:
    return places[task.result] if task.output is None else Argument("output", task.output)


def _tensors(
    attributes: ArrayAttr[DictionaryAttr] | None, values: Sequence[SSAValue], role: str
) -> tuple[DeviceTensor, ...]:
    tensors = []
    for index, value in enumerate(values):
        named: Attribute | None = None
        if attributes is not None and index < len(attributes.data):
            named = attributes.data[index].data.get("conv.name")
        name = named.data if isinstance(named, StringAttr) else f"{role}{index}"
        tensor = tensor_of(value)
        dtype = numpy_dtype(element_of(tensor)).name
        tensors.append(DeviceTensor(name, tuple(tensor.get_shape()), dtype))
    return tuple(tensors)
