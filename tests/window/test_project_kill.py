"""A window that dies at any moment loses nothing that its screen had shown."""

import random
import subprocess
import sys

import pytest

from precmed_gui.archive.project import open_project
from precmed_gui.diagnosis.cases import Case, make_cohort, with_label

EDITS, CASES = 200, 300
CHILD = """
import random, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from precmed_gui.archive.project_opening import open_kept
from precmed_gui.diagnosis.cases import with_label
from precmed_gui.window.workspace import Workspace

application = QCoreApplication([])
workspace = Workspace()
workspace.use_project(open_kept(Path(sys.argv[1])).project)
shown = []
def show(cohort):
    print(len(shown), flush=True)
    shown.append(cohort)
workspace.cohort_changed.connect(show)
drawn = random.Random(int(sys.argv[2]))
for number in range(EDITS):
    keys = [f"/a/{drawn.randrange(CASES)}.png"]
    after = with_label(workspace.cohort, keys, f"{number}")
    workspace.edit(f"Label {number}", after)
sys.stdin.read()
""".replace("EDITS", str(EDITS)).replace("CASES", str(CASES))


def labelled(seed):
    """The cohorts after 0, 1, … EDITS edits of the child with this seed."""
    cases = [Case(f"/a/{number}.png", label="well") for number in range(CASES)]
    states = [make_cohort(cases, modality="imaging", name="x")]
    drawn = random.Random(seed)
    for number in range(EDITS):
        keys = [f"/a/{drawn.randrange(CASES)}.png"]
        states.append(with_label(states[-1], keys, f"{number}"))
    return states


def killed_child(home, seed):
    """Edits that a child had shown when it was killed at a random moment."""
    moment = random.Random(seed).randrange(EDITS)
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home), str(seed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    shown = 0
    for line in process.stdout:
        shown = int(line) + 1
        if shown == moment + 1:
            process.kill()
    process.stdin.close()
    process.stdout.close()
    assert process.wait() == -9
    return shown


@pytest.mark.parametrize("seed", range(4))
def test_every_edit_that_was_shown_is_there_after_a_kill_and_can_be_undone(tmp_path, seed):
    states = labelled(seed)
    project = open_project(tmp_path / "project.sqlite")
    project.record("Add", states[0])
    project.close()

    shown = killed_child(tmp_path, seed)

    project = open_project(tmp_path / "project.sqlite")
    kept = len(project.undo_texts) - 1
    assert shown <= kept <= EDITS
    assert project.cohort == states[kept]
    for number in range(kept - 1, -1, -1):
        assert project.undo() == states[number]
    assert project.redo() == states[1]
    project.close()
