"""The exceptions that users of convopt meet."""

from convopt.convdialect.errors import ConvoptError

__all__ = ["ConvoptError", "UsageError"]


class UsageError(ConvoptError):
    """A name or option that does not exist; the command lines exit with 2 instead of 1."""
