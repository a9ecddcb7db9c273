"""The one exception that users of convopt meet."""


class ConvoptError(Exception):
    """A user's mistake or a limit of convopt: says what was expected and what was found."""
