"""Elements moved, by what they are."""

from typing import NamedTuple


class Traffic(NamedTuple):
    """Elements moved in either direction. `intermediate`: results that a next stage reads."""

    input: int = 0
    weights: int = 0
    intermediate: int = 0
    output: int = 0

    @property
    def total(self) -> int:
        return self.input + self.weights + self.intermediate + self.output


def in_sequence(stages: list[Traffic]) -> Traffic:
    """Layers run one after the other: what one stores and the next one loads is intermediate."""
    return Traffic(
        input=stages[0].input,
        weights=sum(stage.weights for stage in stages),
        intermediate=sum(stage.intermediate for stage in stages)
        + sum(stage.output for stage in stages[:-1])
        + sum(stage.input for stage in stages[1:]),
        output=stages[-1].output,
    )
