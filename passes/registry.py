"""All passes by name; a pass is imported when it is asked for."""

from collections.abc import Callable
from importlib import import_module

from xdsl.passes import ModulePass

_MODULES = {
    "conv-raise-linalg": ("raising.raise_linalg", "RaiseLinalgPass"),
    "conv-merge-padding": ("simplify.merge_padding", "MergePaddingPass"),
    "conv-lower-gradients": ("simplify.lower_gradients", "LowerGradientsPass"),
    "conv-recognize-batch-norm": ("simplify.recognize_batch_norm", "RecognizeBatchNormPass"),
    "conv-fold-batch-norm": ("simplify.fold_batch_norm", "FoldBatchNormPass"),
    "conv-fold-constants": ("simplify.fold_constants", "FoldConstantsPass"),
    "conv-recognize-shuffles": ("simplify.recognize_shuffles", "RecognizeShufflesPass"),
    "conv-fuse-epilogues": ("simplify.fuse_epilogues", "FuseEpiloguesPass"),
    "conv-recompute-elementwise": ("simplify.recompute_elementwise", "RecomputeElementwisePass"),
    "conv-specialize": ("simplify.specialize", "SpecializePass"),
    "conv-fuse-input-scales": ("simplify.fuse_input_scales", "FuseInputScalesPass"),
    "conv-lower-precision": ("simplify.lower_precision", "LowerPrecisionPass"),
    "conv-assign-layouts": ("plan.assign_layouts", "AssignLayoutsPass"),
    "conv-fuse-modules": ("plan.fuse_modules", "FuseModulesPass"),
    "conv-choose-tiles": ("plan.choose_tiles", "ChooseTilesPass"),
    "conv-choose-blocks": ("plan.choose_blocks", "ChooseBlocksPass"),
    "conv-outline-kernels": ("lower.outline_kernels", "OutlineKernelsPass"),
    "conv-plan-arena": ("lower.plan_arena", "PlanArenaPass"),
    "conv-expand-math": ("lower.expand_math", "ExpandMathPass"),
    "conv-loops-to-llvm": ("lower.loops_to_llvm", "LoopsToLLVMPass"),
}

ON_REQUEST = frozenset({"conv-lower-precision"})
"""Passes that no pipeline holds: they change what a model computes."""


def _factory(module: str, name: str) -> Callable[[], type[ModulePass]]:
    def load() -> type[ModulePass]:
        loaded: type[ModulePass] = getattr(import_module(f"convopt.passes.{module}"), name)
        return loaded

    return load


PASSES: dict[str, Callable[[], type[ModulePass]]] = {
    name: _factory(*place) for name, place in _MODULES.items()
}
