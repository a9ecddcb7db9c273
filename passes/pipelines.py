"""The compiler as lists of passes.

Each pipeline takes the module of one level to the next; `default` is all of them. `raise` makes
the first level of what other tools print, and does nothing where there is nothing to raise. A
pipeline prints as the string that the option `-p` takes.
"""

RAISE = ("conv-raise-linalg",)
SIMPLIFY = (
    "conv-merge-padding",
    "conv-lower-gradients",
    "conv-recognize-batch-norm",
    "conv-fold-batch-norm",
    "conv-fold-constants",
    "conv-recognize-shuffles",
    "conv-fuse-epilogues",
    "conv-recompute-elementwise",
    "conv-specialize",
    "conv-fuse-input-scales",
)
PLAN = ("conv-assign-layouts", "conv-fuse-modules", "conv-choose-tiles")
PLAN_GPU = ("conv-assign-layouts", "conv-fuse-modules", "conv-choose-blocks")
LOWER = ("conv-outline-kernels", "conv-plan-arena")
CODEGEN = ("conv-expand-math", "conv-loops-to-llvm")

NEEDS_TARGET = frozenset({*PLAN, *PLAN_GPU, "conv-outline-kernels"})
"""Passes that take the option `target`."""

PIPELINES: dict[str, tuple[str, ...]] = {
    "raise": RAISE,
    "simplify": RAISE + SIMPLIFY,
    "plan": PLAN,
    "plan-gpu": PLAN_GPU,
    "lower": LOWER,
    "codegen": CODEGEN,
    "default": RAISE + SIMPLIFY + PLAN + LOWER + CODEGEN,
}


def pipeline_text(name: str, target: str) -> str:
    """A named pipeline as a `-p` string; `target` goes to the passes that need one.

    >>> pipeline_text("plan", "cortex-a76")
    'conv-assign-layouts{target="cortex-a76"},conv-choose-tiles{target="cortex-a76"}'
    """
    return ",".join(
        f'{step}{{target="{target}"}}' if step in NEEDS_TARGET else step for step in PIPELINES[name]
    )
