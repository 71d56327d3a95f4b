"""`python -m precmed_gui` and `precmed-gui`: opens the window.

Imports nothing at the top: engine processes import this module again, and need no Qt.
"""

import sys


def main() -> int:
    """Open the window; answers the exit code."""
    from precmed_gui.app import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    from multiprocessing import freeze_support

    freeze_support()
    sys.exit(main())
