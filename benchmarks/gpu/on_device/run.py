"""The script that lies in a bundle's folder, beside the package."""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from convopt.benchmarks.gpu.on_device.main import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(FOLDER, sys.argv[1:]))
