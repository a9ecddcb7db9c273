"""The public home of convopt's exception."""

from convopt.convdialect.errors import ConvoptError

__all__ = ["ConvoptError"]
