"""A record of 1,000,000 answers: how long it takes to open the worklist, to search, to add one.

    python benchmarks/record_scale.py [--answers N] [--passphrase WORDS] [--folder FOLDER]

FOLDER keeps the record for another time. Each answer is of a case of its own, five a patient. Exits
with 1 where a target is missed.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from machine import machine, print_table

from precmed_gui.archive.record import Record, open_record
from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.diagnosis.work import NeverCancelled, ignore

ANSWERS, BATCH, CASES_A_PATIENT, ADDED = 1_000_000, 10_000, 5, 200
OPEN_SECONDS, SEARCH_SECONDS, INSERT_SECONDS = 1.0, 0.3, 0.005
QUERIES = ("case-0000777", "patient-000012", "pneumonia case-0", "nothing like this", "no such")


def answer(number: int) -> Shown:
    probability = 0.05 + (number * 7919 % 900_000) / 1e6
    return Shown(
        case_key=f"/data/hospital/2026/case-{number:07}.png",
        case_name=f"case-{number:07}.png",
        patient=f"patient-{number // CASES_A_PATIENT:06}",
        fingerprint=f"{number * 2654435761 % 2**128:032x}",
        model_name="chest",
        model_digest="d" * 64,
        labels=("normal", "pneumonia", "effusion"),
        probabilities=(probability, (1 - probability) / 2, (1 - probability) / 2),
        label_set=("pneumonia",),
        intended_use="Second reading of chest radiographs of adults.",
        test_sentence="812 of 900 images that nobody trained on were right: 90 % (88–92 %).",
    )


def fill(path: Path, passphrase: str, answers: int) -> None:
    record = open_record(path, passphrase)
    for start in range(0, answers, BATCH):
        kept = record.keep_shown([answer(n) for n in range(start, min(answers, start + BATCH))])
        record.decide(Decision(kept[0].number, "refer", "pneumonia", "Dr. A"))
    record.close()


def seconds(work: Callable[[], object], times: int = 1) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def measured(path: Path, passphrase: str, answers: int) -> list[tuple[str, float, float | None]]:
    opened: list[Record] = []

    def open_worklist() -> None:
        opened.append(open_record(path, passphrase))
        opened[0].worklist()
        opened[0].counts()

    rows: list[tuple[str, float, float | None]] = []
    rows.append(("worklist opens", seconds(open_worklist), OPEN_SECONDS))
    record = opened[0]
    rows.append(("first search", seconds(lambda: record.worklist(QUERIES[0])), None))
    for query in QUERIES:
        taken = seconds(lambda query=query: record.worklist(query), 5)
        rows.append((f"search “{query}”", taken, SEARCH_SECONDS))
    rows.append(("waiting cases", seconds(lambda: record.worklist(state="waiting"), 5), None))
    deep = answers // 2
    rows.append(("page in the middle", seconds(lambda: record.worklist(offset=deep), 5), None))
    numbers = iter(range(ADDED))
    add = seconds(
        lambda: record.keep_shown(
            [replace(answer(next(numbers)), case_key=f"new {time.time_ns()}")]
        ),
        ADDED,
    )
    rows.append(("insert of an answer", add, INSERT_SECONDS))
    number = record.worklist(limit=1)[0].shown.number
    decide = Decision(number, "agree", "pneumonia", "Dr. A")
    rows.append(("a decision", seconds(lambda: record.decide(decide), ADDED), INSERT_SECONDS))
    audit: list[bool] = []
    verify = seconds(lambda: audit.append(record.verify(ignore, NeverCancelled()).valid))
    rows.append(("verify", verify, None))
    assert audit == [True]
    rows.append(("close and seal", seconds(record.close), None))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=ANSWERS)
    parser.add_argument("--passphrase", default="")
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="precmed-record-") as temporary:
        kind = "encrypted" if chosen.passphrase else "plain"
        path = (chosen.folder or Path(temporary)) / f"{kind}-{chosen.answers}.sqlite"
        if not path.exists():
            took = seconds(lambda: fill(path, chosen.passphrase, chosen.answers))
            print(f"{chosen.answers:,} answers were written in {took:.0f} s", file=sys.stderr)
        rows = measured(path, chosen.passphrase, chosen.answers)
        size = path.stat().st_size / 1024**2
    print(json.dumps(machine()))
    print_table(
        ["what", "ms", "at most"],
        [
            [what, f"{took * 1000:.1f}", f"{most * 1000:.0f}" if most else ""]
            for what, took, most in rows
        ],
    )
    print(f"{size:.0f} MiB on the disk")
    return int(any(most is not None and took > most for _, took, most in rows))


if __name__ == "__main__":
    sys.exit(main())
