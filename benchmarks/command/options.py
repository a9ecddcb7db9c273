"""The options that subcommands of `convopt-bench` share: each is defined here once."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from convopt.cli.options import count_argument


def word_list(text: str) -> list[str]:
    """`onednn, ncnn` -> the two words; an argparse type."""
    return [word.strip() for word in text.split(",") if word.strip()]


def add_layers(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--layers",
        default=default,
        metavar="TABLE",
        help=f"a layer table or the path of a CSV file (default {default})",
    )


def add_only(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only layers whose name, network, kind or class matches, such as 'dw3*'; repeatable",
    )


def add_peers(parser: argparse.ArgumentParser, default: Sequence[str]) -> None:
    parser.add_argument(
        "--peers",
        type=word_list,
        default=list(default),
        metavar="NAME,...",
        help=f"libraries to compare with, all or none (default {','.join(default)})",
    )


def add_target(parser: argparse.ArgumentParser) -> None:
    """For what is run: the host, or another target whose code it runs."""
    parser.add_argument(
        "--target",
        default="host",
        metavar="NAME",
        help="what convopt compiles for, such as x86-64-v3 (default host)",
    )


def add_rounds(parser: argparse.ArgumentParser, default: int) -> None:
    parser.add_argument(
        "--rounds",
        type=count_argument,
        default=default,
        metavar="N",
        help=f"bursts of each (default {default})",
    )


def add_processes(parser: argparse.ArgumentParser, default: int) -> None:
    in_this_one = ": in this one" if default == 1 else ""
    parser.add_argument(
        "--processes",
        type=count_argument,
        default=default,
        metavar="N",
        help=f"measure in N fresh processes and take medians (default {default}{in_this_one})",
    )


def add_core(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--core", type=int, metavar="N", help="default: the last")


def add_files(
    parser: argparse.ArgumentParser,
    json_holds: str = "all results and the machine",
    csv_holds: str = "a line a result, as they come",
) -> None:
    """--json and --csv."""
    add_json(parser, json_holds)
    parser.add_argument("--csv", type=Path, metavar="FILE", help=csv_holds)


def add_json(parser: argparse.ArgumentParser, holds: str) -> None:
    parser.add_argument("--json", type=Path, metavar="FILE", help=holds)
