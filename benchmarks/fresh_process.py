"""A measurement in a process and a home folder of its own, so that nothing kept from before helps.

Used by the benchmarks that train: decoded images, features and converted weights are made anew.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_SHOWN_OF_FAILURE = 3000


@contextmanager
def fresh_environment() -> Iterator[dict[str, str]]:
    """Variables of a child process whose home folder is empty, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="precmed-home-") as home:
        yield os.environ | {
            "PRECMED_HOME": home,
            "PYTHONPATH": str(ROOT),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "LANGUAGE": "en",
        }


def answer_of(arguments: Sequence[str | Path]) -> tuple[dict[str, Any], float]:
    """The JSON document that `python ARGUMENTS` prints, and the seconds of the whole process."""
    with fresh_environment() as environment:
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stderr[-_SHOWN_OF_FAILURE:] or f"exit code {done.returncode}")
    document: dict[str, Any] = json.loads(done.stdout)
    return document, seconds
