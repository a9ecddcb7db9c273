"""Forward and backward graph of a training step: how they are divided, and what passes between."""

from collections.abc import Sequence
from typing import Any

from torch import fx
from torch._functorch.partitioners import default_partition

from convopt.frontends.torch.graph import Node, operators

_CLAMPED_BACKWARD = "aten.hardtanh_backward.default"
_DETACHED = "aten.detach.default"
_CLAMPED = "aten.hardtanh.default"
_TANGENTS = "tangents"


def partition(
    joint: fx.GraphModule, inputs: Sequence[Any], **options: Any
) -> tuple[fx.GraphModule, fx.GraphModule]:
    """The forward and the backward graph; AOT autograd calls this.

    The gradient of a clamp is told by its result as well as by its input, which then need not be
    kept. Detached tensors, which mean nothing here, would be kept beside the ones they are.
    """
    for node in list(operators(joint.graph)):
        if str(node.target) == _CLAMPED_BACKWARD:
            _take_result(node)
        if str(node.target) == _DETACHED:
            node.replace_all_uses_with(node.args[0])
            joint.graph.erase_node(node)
    joint.recompile()
    forward, backward = default_partition(joint, inputs, **options)
    return forward, backward


def _take_result(backward: Node) -> None:
    _, source, *bounds = backward.args
    for user in source.users:
        if str(user.target) == _CLAMPED and list(user.args[1:]) == bounds:
            backward.update_arg(1, user)
            return


def results(graph: fx.Graph) -> list[Any]:
    """What a graph returns."""
    (output,) = graph.find_nodes(op="output")
    (found,) = output.args
    return list(found)


def saved_tensors(forward: fx.Graph, backward: fx.Graph) -> dict[Node, Node]:
    """What the forward graph returns for the backward graph alone: node there -> placeholder here.

    The last results are the first arguments of the backward graph, before the gradients, and of the
    same names; what is not so is left out.
    """
    kept = [
        node
        for node in backward.find_nodes(op="placeholder")
        if not node.name.startswith(_TANGENTS)
    ]
    returned = results(forward)
    pairs = list(zip(returned[len(returned) - len(kept) :], kept, strict=True))
    counts = [returned.count(node) for node, _ in pairs]
    return {
        node: placeholder
        for (node, placeholder), count in zip(pairs, counts, strict=True)
        if count == 1 and isinstance(node, fx.Node) and node.name == placeholder.name
    }
