"""Exact instruction and byte counts on AArch64, from an emulator."""

import argparse

from convopt.errors import ConvoptError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments yet."""


def run(arguments: argparse.Namespace) -> int:
    """Not there yet."""
    raise ConvoptError("this subcommand is not written yet")
