"""Elements that fused modules move between global and shared memory of a GPU.

The intermediate never leaves the block. Kinds after FusePlanner (Qararyah et al., "Fusing Depthwise
and Pointwise Convolutions for Efficient Inference on GPUs", arXiv 2404.19331), re-derived with
exact halos; DWPW streams its channels in chunks, so that it is not bound to few of them.

A block makes some filters of a spatial tile of the last stage's output. nS: spatial tiles of all
images; nF: filter tiles; RH, RW: inputs of the depthwise convolution that the tiles touch, summed
over rows and over columns.

| kind | input | weights | held in shared memory |
|---|---|---|---|
| PW-DW | nF C RH RW | nS (all of both) | filters x touched pixels |
| DW-PW | nF C RH RW | nS (PW + nF DW) | 32 channels x pixels |
| PW-PW | nF C H W | nS (second + nF first) | all intermediate channels x pixels |
| PW-DW-PW | nF C RH RW | nS (last + nF (first + DW)) | C x touched pixels, 32 x touched and own |
"""

from convopt.passes.cost.memory_access.gpu_limits import STREAMED_CHANNELS, GpuLimits
from convopt.passes.cost.memory_access.halo import ImageCut
from convopt.passes.cost.memory_access.traffic import Traffic
from convopt.passes.geometry.blocks.kinds import ModuleKind, Stages


def module_traffic(module: Stages, cut: ImageCut, filters: int) -> Traffic:
    """Elements between global and shared memory; `cut` of the window's image."""
    first, last = module.stages[0], module.stages[-1]
    again = -(-last.outputs // filters)
    early = sum(stage.weight_elements for stage in module.stages[:-1])
    # behind a depthwise stage a filter tile needs its own channels alone, else all of them
    early_again = 1 if module.kind is ModuleKind.PWDW else again
    return Traffic(
        input=again * first.batch * first.channels * cut.inputs,
        weights=cut.tiles * (early_again * early + last.weight_elements),
        output=last.output_elements,
    )


def module_redundancy(module: Stages, cut: ImageCut, filters: int) -> float:
    """How much of the first stage is done again, as a share of all of it."""
    first, last = module.stages[0], module.stages[-1]
    again = -(-last.outputs // filters)
    if module.kind in (ModuleKind.DWPW, ModuleKind.PWPW):
        return again - 1
    made = cut.inputs / (first.rows.outputs * first.columns.outputs)
    return made - 1 if module.kind is ModuleKind.PWDW else again * made - 1


def module_fits(module: Stages, cut: ImageCut, filters: int, limits: GpuLimits) -> bool:
    """Whether a block has room for the tile, and every multiprocessor gets a block."""
    first, last = module.stages[0], module.stages[-1]
    if cut.tiles * -(-last.outputs // filters) < limits.sms:
        return False
    touched, outputs, chunk = cut.largest_inputs, cut.largest_outputs, STREAMED_CHANNELS
    if module.kind is ModuleKind.PWDW:
        shared = filters * (touched + chunk + last.taps)
        return limits.hold(shared=shared, sums=filters * touched)
    if module.kind is ModuleKind.DWPW:
        return limits.hold(shared=chunk * (outputs + filters), sums=filters * outputs)
    if module.kind is ModuleKind.PWPW:
        widest = max(filters, first.outputs)
        shared = first.outputs * outputs + chunk * widest
        return limits.hold(shared=shared, sums=widest * outputs)
    weights = chunk * (chunk + module.window.taps + filters)
    shared = first.channels * touched + chunk * (touched + outputs) + weights
    return limits.hold(shared=shared, sums=filters * outputs + chunk * touched)
