"""Index values kept as sums: they become code only where an address or a bound needs them."""

from dataclasses import dataclass, field

from xdsl.ir import SSAValue


@dataclass(frozen=True, slots=True)
class Affine:
    """`constant + sum(coefficient * term)`; terms are 64-bit values, coefficients are not zero."""

    constant: int = 0
    terms: dict[SSAValue, int] = field(default_factory=dict)

    def __add__(self, other: "Affine") -> "Affine":
        if not other.terms:
            return Affine(self.constant + other.constant, self.terms)
        if not self.terms:
            return Affine(self.constant + other.constant, other.terms)
        return Affine(self.constant + other.constant, merged(self.terms, other.terms, 1))

    def __sub__(self, other: "Affine") -> "Affine":
        return self + other.scaled(-1)

    def scaled(self, factor: int) -> "Affine":
        if factor == 0:
            return Affine()
        terms = {term: factor * coefficient for term, coefficient in self.terms.items()}
        return Affine(factor * self.constant, terms)

    @property
    def is_constant(self) -> bool:
        return not self.terms


def merged(
    left: dict[SSAValue, int], right: dict[SSAValue, int], factor: int
) -> dict[SSAValue, int]:
    """`left + factor * right`, without terms that cancel."""
    total = dict(left)
    for term, coefficient in right.items():
        value = total.get(term, 0) + factor * coefficient
        if value:
            total[term] = value
        else:
            total.pop(term, None)
    return total
