"""Remarks for people and for programs."""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from convopt.cli.options import Options
from convopt.cli.outputs import write_files
from convopt.passes.remarks import Remark


def write_remarks(remarks: Iterable[Remark], options: Options) -> None:
    """Write the remarks that the options choose, to their file or to standard error."""
    chosen = select(remarks, options)
    lines = "".join(f"{_format(remark, options.remark_format)}\n" for remark in chosen)
    if options.remarks_output_file is None:
        sys.stderr.write(lines)
    else:
        write_files({Path(options.remarks_output_file): lines})


def select(remarks: Iterable[Remark], options: Options) -> list[Remark]:
    """The remarks of the kind and of the passes that the user wants, equal ones once."""
    wanted = options.remarks or "all"
    pattern = re.compile(options.remarks_filter or "")
    return [
        remark
        for remark in dict.fromkeys(remarks)
        if wanted in ("all", str(remark.kind)) and pattern.search(remark.pass_name)
    ]


def _format(remark: Remark, style: str) -> str:
    if style == "text":
        return str(remark)
    return json.dumps(
        {
            "kind": str(remark.kind),
            "pass": remark.pass_name,
            "location": remark.location,
            "message": remark.message,
        }
    )
