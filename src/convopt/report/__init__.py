"""What the compiler decided for a model and what that costs: as a page, as JSON, on the terminal.

All numbers are computed once (`collect.py`); the three forms show the same ones.
"""
