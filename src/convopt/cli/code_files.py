"""Code that is several files: all are written or none."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from convopt.cli.options import COMPANIONS
from convopt.cli.outputs import write_files

if TYPE_CHECKING:
    from convopt.gpu.bundle import Bundle


def write_bundle_files(output: Path, bundle: "Bundle") -> None:
    """Write the launches, and sources, weights and code beside them: all or none. Say so."""
    files = bundle.files(output)
    write_files(files)
    print(f"convopt: wrote {', '.join(map(str, files))}", file=sys.stderr)


def write_object_files(output: Path, files: dict[str, str | bytes]) -> None:
    """Write the object, and header and weights beside it: all or none. Say so."""
    paths = {output: files["object"]}
    paths |= {output.with_suffix(suffix): files[kind] for kind, suffix in COMPANIONS.items()}
    write_files(paths)
    print(f"convopt: wrote {', '.join(map(str, paths))}", file=sys.stderr)
