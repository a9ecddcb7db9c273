"""The pass conv-outline-kernels."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import (
    ArrayAttr,
    BytesAttr,
    DenseIntOrFPElementsAttr,
    DictionaryAttr,
    IntegerAttr,
    LocationAttr,
    ModuleOp,
    StringAttr,
    TensorType,
    i8,
    i32,
    i64,
)
from xdsl.ir import Attribute, BlockArgument, Operation, SSAValue
from xdsl.passes import ModulePass

from convopt.backends.targets import CpuTarget, cpu_target
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import physical_shape
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.passes.cpu_elements import check_cpu_elements
from convopt.passes.lower.builder import KernelBuilder
from convopt.passes.lower.entry import EntryBuilder, barrier_declaration
from convopt.passes.lower.kernel_plan import KernelPlan, Operand
from convopt.passes.lower.packed_weights import PackedWeights
from convopt.passes.lower.plan_backward_data import plan_backward_data
from convopt.passes.lower.plan_convolution import plan_convolution
from convopt.passes.lower.plan_fused import plan_fused
from convopt.passes.lower.plan_tensor_ops import plan_copy, plan_tensor_op
from convopt.passes.lower.plan_weight_gradient import plan_weight_gradient
from convopt.passes.lower.storage import (
    constant_array,
    elements,
    is_constant,
    kernel_operations,
    parameter_elements,
    parameter_of,
    results_copied,
    results_written_in_place,
    root_of,
)
from convopt.passes.remarks import location_of


@dataclass(frozen=True)
class _Step:
    """A kernel call: what it computes (None for a copy into result `copy_to`), from where."""

    plan: KernelPlan
    location: LocationAttr
    result: SSAValue | None
    copy_to: int | None = None


@dataclass(frozen=True)
class OutlineKernelsPass(ModulePass):
    """Turn a planned network into one function a distinct kernel and an entry that calls them.

    Why: equal layers share code, and code apart from the network can be named, counted and timed.
    The entry takes the model's inputs and outputs, the packed weights, a workspace, and the calling
    thread's number: every thread calls it, each kernel computes a share of its parallel indices, a
    barrier stands between kernels. Intermediate tensors are `memref.alloc`s here, what a thread
    needs for itself are `memref.alloca`s: conv-plan-arena places both. Weights are packed now, in the order their kernels read them, into the
    module's attribute `conv.weights`; where parameters go there, and how, into `conv.parameter_map`.
    Preconditions: one function `main` of straight-line code with layouts and schedules, filters
    constant. Dead results make no kernels.
    Options: `target`, the name of a target or the path of a target file.

    Before:
    ```mlir
    func.func @main(%x : tensor<1x16x4x4xf32> {conv.name = "x"}) -> (tensor<1x16x4x4xf32> {conv.name = "y"}) {
      %y = conv.elementwise(%x) {
      ^bb0(%a : f32):
        %r = arith.negf %a : f32
        conv.yield %r : f32
      } : tensor<1x16x4x4xf32> -> tensor<1x16x4x4xf32>
      func.return %y : tensor<1x16x4x4xf32>
    }
    ```
    After, shortened:
    ```
    func.func private @f32_elementwise_16x4x4_plain_…(%0 : memref<256xf32>, %1 : memref<256xf32>, %2 : index, %3 : index) {
      scf.for …
    }
    func.func @main(%x : memref<1x16x4x4xf32>, %y : memref<1x16x4x4xf32>, %weights : memref<0xi8>, %workspace : memref<64xi8>, %thread : index, %threads : index) {
      func.call @f32_elementwise_16x4x4_plain_…(%4, %5, %begin, %end) : …
      func.return
    }
    ```
    """  # noqa: E501

    name = "conv-outline-kernels"

    target: str = "host"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        target = cpu_target(self.target)
        check_cpu_elements(op)
        _Outliner(op, target).run()


class _Outliner:
    def __init__(self, module: ModuleOp, target: CpuTarget):
        self.module = module
        self.target = target
        self.main = _only_function(module)
        self.body = self.main.body.block
        last = self.body.last_op
        assert last is not None
        self.returned = list(last.operands)
        self.in_place = results_written_in_place(self.returned)
        self.kernels: dict[str, tuple[KernelPlan, func.FuncOp]] = {}
        self.weights = PackedWeights()
        self.storage: dict[SSAValue, SSAValue] = {}

    def run(self) -> None:
        steps = self._steps()
        packed = [self._pack(step) for step in steps]
        entry = EntryBuilder(
            _named(self.main.arg_attrs, "input", [a.type for a in self.body.args]),
            _named(self.main.res_attrs, "output", [v.type for v in self.returned]),
            self.weights.size,
        )
        for step, offsets in zip(steps, packed, strict=True):
            self._call(entry, step, offsets)
        functions = [function for _, function in self.kernels.values()]
        new_main = entry.finish()
        new_main.location = self.main.location
        old = self.module.body.block
        for op in list(old.ops):
            old.erase_op(op, safe_erase=False)
        needs_barrier = [barrier_declaration()] if entry.calls > 1 else []
        old.add_ops([*needs_barrier, *functions, new_main])
        data = DenseIntOrFPElementsAttr(
            TensorType(i8, [self.weights.size]), BytesAttr(self.weights.tobytes())
        )
        self.module.attributes["conv.weights"] = data
        if self.weights.parameters:
            words = self.weights.parameter_map()
            self.module.attributes["conv.parameter_map"] = DenseIntOrFPElementsAttr(
                TensorType(i32, [words.size]), BytesAttr(words.astype("<i4").tobytes())
            )

    # -- from ops to kernel calls

    def _steps(self) -> list[_Step]:
        steps = [
            _Step(self._plan(op), op.location, op.results[0]) for op in kernel_operations(self.body)
        ]
        for index in results_copied(self.returned):
            copy = plan_copy(self.returned[index], self.target)
            steps.append(_Step(copy, self.main.location, None, copy_to=index))
        return steps

    def _plan(self, op: Operation) -> KernelPlan:
        try:
            if isinstance(op, ConvolutionOp):
                return plan_convolution(op, self.target)
            if isinstance(op, BackwardDataOp):
                return plan_backward_data(op, self.target)
            if isinstance(op, FusedOp):
                return plan_fused(op, self.target)
            if isinstance(op, WeightGradientOp):
                return plan_weight_gradient(op, self.target)
            return plan_tensor_op(op, self.target)
        except ConvoptError as error:
            raise ConvoptError(f"{location_of(op)}: {error}") from error

    def _pack(self, step: _Step) -> list[int | None]:
        """Byte offsets of the constant operands in the packed weights."""
        return [self._pack_operand(operand, step) for operand in step.plan.operands]

    def _pack_operand(self, operand: Operand, step: _Step) -> int | None:
        if not is_constant(operand.value):
            if operand.constant:
                raise ConvoptError(
                    f"expected a constant filter or a parameter in {step.plan.name}, "
                    "found a computed one"
                )
            return None
        parameter = parameter_of(operand.value)
        if parameter is not None:
            elements = parameter_elements(operand.value)
            return self.weights.add_parameter(parameter.number, operand.pack(elements))
        array = constant_array(operand.value)
        assert array is not None
        return self.weights.add(operand.pack(array))

    # -- from kernel calls to the entry

    def _call(self, entry: EntryBuilder, step: _Step, offsets: list[int | None]) -> None:
        entry.at(step.location)
        types = step.plan.buffer_types
        buffers = [
            entry.view(entry.weights, offset, wanted)
            if offset is not None
            else entry.view(self._buffer(entry, operand.value), 0, wanted)
            for operand, offset, wanted in zip(step.plan.operands, offsets, types, strict=False)
        ]
        buffers.append(entry.view(self._output(entry, step), 0, types[-1]))
        buffers += [entry.scratch(each) for each in step.plan.scratch_types]
        entry.call(self._kernel(step.plan), buffers, step.plan.extent)

    def _output(self, entry: EntryBuilder, step: _Step) -> SSAValue:
        if step.copy_to is not None:
            return entry.outputs[step.copy_to]
        assert step.result is not None
        return self._buffer(entry, step.result)

    def _buffer(self, entry: EntryBuilder, value: SSAValue) -> SSAValue:
        root = root_of(value)
        if isinstance(root, BlockArgument):
            return entry.inputs[root.index]
        if root in self.in_place:
            return entry.outputs[self.in_place[root]]
        if root not in self.storage:
            self.storage[root] = entry.allocate(elements(root))
        return self.storage[root]

    def _kernel(self, plan: KernelPlan) -> str:
        name = str(plan.name)
        known = self.kernels.get(name)
        if known is None:
            builder = KernelBuilder(plan.argument_types, self.target.lanes)
            plan.write(builder)
            attributes: dict[str, Attribute] = {"conv.macs": IntegerAttr(plan.macs, i64)}
            if plan.scratch_types:
                attributes["conv.scratch"] = IntegerAttr(len(plan.scratch_types), i64)
            function = builder.finish(name, attributes)
            self.kernels[name] = (plan, function)
        elif known[0].detail != plan.detail:
            raise RuntimeError(f"two different kernels are called {name}")
        return name


def _only_function(module: ModuleOp) -> func.FuncOp:
    functions = [op for op in module.body.block.ops if isinstance(op, func.FuncOp)]
    names = [f"@{function.sym_name.data}" for function in functions]
    if names != ["@main"] or functions[0].is_declaration:
        raise ConvoptError(
            f"expected one function, @main, with a body, found {', '.join(names) or 'none'}"
        )
    main = functions[0]
    if len(main.body.blocks) != 1:
        raise ConvoptError(
            f"expected straight-line code in @main, found {len(main.body.blocks)} blocks"
        )
    signature = main.function_type
    for each in (*signature.inputs, *signature.outputs):
        if not isinstance(each, TensorType):
            raise ConvoptError(f"expected tensors in and out of @main, found {each}")
    return main


def _named(
    attributes: ArrayAttr[DictionaryAttr] | None, default: str, types: Sequence[Attribute]
) -> list[tuple[str, tuple[int, ...]]]:
    """Names (`conv.name`, else numbered) and physical shapes of arguments or results."""
    entries = attributes.data if attributes is not None else (None,) * len(types)
    named = []
    for index, (entry, tensor) in enumerate(zip(entries, types, strict=True)):
        name = entry.data.get("conv.name") if isinstance(entry, DictionaryAttr) else None
        text = name.data if isinstance(name, StringAttr) else f"{default}{index}"
        assert isinstance(tensor, TensorType)
        named.append((text, physical_shape(tensor)))
    return named
