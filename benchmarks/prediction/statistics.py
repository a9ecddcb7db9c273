"""How well predictions agree with measurements."""

from collections.abc import Sequence
from math import sqrt
from statistics import mean


def rank_correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Spearman's: the correlation of ranks, equal values sharing the mean of theirs.

    None where it is not defined: fewer than two pairs, or all values of one side equal.
    """
    if len(xs) < 2:
        return None
    return _correlation(ranks(xs), ranks(ys))


def ranks(values: Sequence[float]) -> list[float]:
    """From 1 for the least.

    >>> ranks([30.0, 10.0, 20.0, 20.0])
    [4.0, 1.0, 2.5, 2.5]
    """
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted(values), 1):
        places.setdefault(value, []).append(place)
    return [float(mean(places[value])) for value in values]


def _correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    middle_x, middle_y = mean(xs), mean(ys)
    pairs = [(x - middle_x, y - middle_y) for x, y in zip(xs, ys, strict=True)]
    scale = sqrt(sum(x * x for x, _ in pairs) * sum(y * y for _, y in pairs))
    return sum(x * y for x, y in pairs) / scale if scale else None
