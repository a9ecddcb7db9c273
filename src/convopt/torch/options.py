"""The options of the backend: `torch.compile(model, backend="convopt", options={...})`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from convopt.errors import ConvoptError
from convopt.suggestions import did_you_mean

REST = ("inductor", "eager")


@dataclass(frozen=True)
class Options:
    """`threads` are as many as PyTorch uses unless given; `rest` says who runs what convopt does
    not take, `inductor` or `eager`; with `cache`, compiled code is kept in the user's cache."""

    threads: int | None = None
    rest: str = "inductor"
    cache: bool = True

    def __post_init__(self) -> None:
        if self.threads is not None and not _is_count(self.threads):
            raise ConvoptError(
                f"threads: expected a number of at least 1 or None, found {self.threads!r}"
            )
        if self.rest not in REST:
            raise ConvoptError(f"rest: expected one of {', '.join(REST)}, found {self.rest!r}")
        if not isinstance(self.cache, bool):
            raise ConvoptError(f"cache: expected True or False, found {self.cache!r}")


def options_of(given: Mapping[str, object] | None) -> Options:
    """The options by name. Raises ConvoptError for unknown names and values."""
    names = [field.name for field in fields(Options)]
    for name in given or {}:
        if name not in names:
            raise ConvoptError(
                f"expected options out of {', '.join(names)}, found '{name}'"
                f"{did_you_mean(name, names)}"
            )
    return Options(**(given or {}))  # type: ignore[arg-type]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
