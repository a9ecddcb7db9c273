"""Other people's libraries, each behind the same small interface."""
