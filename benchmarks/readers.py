"""Every file of some folders through the readers: a picture or a reason, how long, how much memory.

    python benchmarks/readers.py PATH...

Exits with 1 if a file takes 5 s or more, or the process ever holds 1 GB.
"""

import os
import platform
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from precmed_gui.diagnosis.errors import UnreadableFile
from precmed_gui.modalities.imaging.files import check_file, read_case

SLOWEST_SECONDS = 5.0
MOST_MEGABYTES = 1000


@dataclass(frozen=True)
class Outcome:
    path: Path
    images: int
    reason: str
    seconds: float


def peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def outcome_of(path: Path) -> Outcome:
    begin = time.perf_counter()
    images, reason = 0, ""
    try:
        for case in check_file(path.absolute()):
            read_case(case)
            images += 1
    except UnreadableFile as error:
        reason = error.message
    return Outcome(path, images, reason, time.perf_counter() - begin)


def machine() -> str:
    return f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def print_table(folder: Path, outcomes: list[Outcome]) -> None:
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    pictures = sum(not outcome.reason for outcome in outcomes)
    print(f"\n{folder}: {len(outcomes)} files")
    print(f"  {'picture':<90}{pictures:>5}")
    reasons = Counter(outcome.reason for outcome in outcomes if outcome.reason)
    for reason, count in reasons.most_common():
        print(f"  {reason:<90}{count:>5}")
    print(f"  slowest {slowest.seconds:.2f} s: {slowest.path.name}")
    print(f"  all {sum(outcome.seconds for outcome in outcomes):.2f} s")


def main(folders: list[str]) -> int:
    if not folders:
        print(__doc__)
        return 2
    print(machine())
    is_fit = True
    for folder in map(Path, folders):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        outcomes = [outcome_of(path) for path in files]
        if outcomes:
            print_table(folder, outcomes)
        is_fit &= all(outcome.seconds < SLOWEST_SECONDS for outcome in outcomes)
    peak = peak_megabytes()
    print(f"\npeak memory of the whole process: {peak:.0f} MB")
    return 0 if is_fit and peak < MOST_MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
