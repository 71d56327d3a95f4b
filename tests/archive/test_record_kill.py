"""A process that dies at any moment while it records loses nothing that it had shown."""

import random
import subprocess
import sys

import pytest
from made_record import verified

from precmed_gui.archive.record import open_record

DECISIONS = 1000
CHILD = """
import sys
from pathlib import Path
from made_record import shown
from precmed_gui.archive.record import open_record
from precmed_gui.diagnosis.record import Decision

record = open_record(Path(sys.argv[1]))
for number in range(DECISIONS):
    (kept,) = record.keep_shown([shown(number)])
    print("shown", kept.number, kept.case_name, flush=True)
    made = record.decide(Decision(kept.number, "agree", "ill", "Dr. A", f"comment {number}"))
    print("decided", kept.number, made.comment, flush=True)
sys.stdin.read()
""".replace("DECISIONS", str(DECISIONS))


def killed_child(path, seed):
    """What a child had shown when it was killed at a random moment."""
    moment = random.Random(seed).randrange(2 * DECISIONS)
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n").split(" ", 2))
        if len(lines) == moment + 1:
            process.kill()
    process.stdin.close()
    process.stdout.close()
    assert process.wait() == -9
    return lines


def test_two_processes_at_once_write_one_chain(tmp_path):
    path = tmp_path / "record.sqlite"
    child = CHILD.replace(str(DECISIONS), "100").replace("sys.stdin.read()", "record.close()")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", child, str(path)],
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        for _ in range(2)
    ]
    printed = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert [len(text.splitlines()) for text in printed] == [200, 200]
    record = open_record(path)
    assert len(list(record.every())) == 200
    assert sum(record.counts().values()) == 100
    assert verified(record).valid
    record.close()


OPENER = """
import sys
from pathlib import Path
from precmed_gui.archive.record import open_record

print("ready", flush=True)
for line in sys.stdin:
    open_record(Path(line.strip())).close()
    print("opened", flush=True)
"""


def test_two_processes_may_begin_one_record_at_the_same_moment(tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        for _ in range(2)
    ]
    said = [process.stdout.readline() for process in processes]
    for place in range(60):
        for process in processes:
            process.stdin.write(f"{tmp_path / f'{place}.sqlite'}\n")
            process.stdin.flush()
        said += [process.stdout.readline() for process in processes]
    for process in processes:
        process.communicate(timeout=30)
    assert said == ["ready\n"] * 2 + ["opened\n"] * 120


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_was_shown_is_missing_after_a_kill(tmp_path, seed):
    path = tmp_path / "record.sqlite"
    lines = killed_child(path, seed)
    record = open_record(path)
    found = {one.number: (one, decisions) for one, decisions in record.every()}
    for what, number, text in lines:
        one, decisions = found[int(number)]
        if what == "shown":
            assert one.case_name == text
        else:
            assert [made.comment for made in decisions] == [text]
    assert len(found) >= len(lines) // 2
    assert verified(record).valid
    record.close()
