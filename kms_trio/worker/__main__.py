"""`python -m kms_trio.worker DESCRIPTOR PARENT`: for the control process to start."""

from __future__ import annotations

import sys

from kms_trio.worker.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
