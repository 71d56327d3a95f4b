"""A change is on the disk before it is shown, can be undone for ever, and is refused in words."""

import pytest
from PySide6.QtGui import QUndoStack

from precmed_gui.archive.project import open_project
from precmed_gui.diagnosis.cases import (
    Case,
    Cohort,
    Unreadable,
    make_cohort,
    with_label,
    with_unreadable,
)
from precmed_gui.window.workspace import Workspace

KEYS = [f"/a/{number}.png" for number in range(12)]
COHORT = make_cohort([Case(key, label="well") for key in KEYS], modality="imaging", name="x")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "project.sqlite"


@pytest.fixture
def reopened(qapp, path):
    """A function: a fresh workspace on the same project, as after a restart."""
    workspaces = []

    def reopen():
        if workspaces:
            workspaces[-1].close()
        workspaces.append(Workspace())
        workspaces[-1].use_project(open_project(path))
        return workspaces[-1]

    yield reopen
    workspaces[-1].close()


def labelled(workspace, count):
    workspace.edit("Add", COHORT)
    for number in range(count):
        after = with_label(workspace.cohort, [KEYS[number]], f"class {number}")
        workspace.edit(f"Label {number}", after)
    return workspace


def texts(stack: QUndoStack):
    return [stack.text(place) for place in range(stack.count())]


def test_the_change_is_kept_before_it_is_shown(reopened):
    workspace = reopened()
    kept = []
    workspace.cohort_changed.connect(
        lambda cohort: kept.append(workspace._project.cohort == cohort)
    )
    labelled(workspace, 3)
    workspace.undo_stack.undo()
    workspace.undo_stack.redo()
    assert kept == [True] * 6


def test_a_workspace_reopens_with_its_cohort_and_everything_that_can_be_undone(reopened, qtbot):
    after = labelled(reopened(), 6).cohort
    workspace = reopened()
    assert workspace.cohort == after
    assert texts(workspace.undo_stack) == ["Add", *(f"Label {n}" for n in range(6))]
    for _step in range(2):
        workspace.undo_stack.undo()
    assert workspace.cohort.label_counts() == {"well": 8} | {f"class {n}": 1 for n in range(4)}
    workspace = reopened()
    assert workspace.undo_stack.undoText() == "Label 3"
    assert workspace.undo_stack.redoText() == "Label 4"
    workspace.undo_stack.redo()
    workspace.undo_stack.redo()
    assert workspace.cohort == after
    assert not workspace.undo_stack.canRedo()
    while workspace.undo_stack.canUndo():
        workspace.undo_stack.undo()
    assert workspace.cohort == Cohort()


def test_the_menu_hears_what_can_be_undone_when_a_project_is_reopened(reopened, path, qtbot):
    labelled(reopened(), 1).close()
    workspace = Workspace()
    heard = {}
    workspace.undo_stack.canUndoChanged.connect(lambda can: heard.update(can_undo=can))
    workspace.undo_stack.undoTextChanged.connect(lambda text: heard.update(text=text))
    workspace.use_project(open_project(path))
    assert heard == {"can_undo": True, "text": "Label 0"}
    workspace.close()


def test_a_change_that_the_disk_refuses_is_not_shown_and_is_told(reopened, qtbot):
    workspace = labelled(reopened(), 2)
    before, shown = workspace.cohort, []
    workspace.cohort_changed.connect(shown.append)
    workspace._project._connection.execute("PRAGMA query_only = ON")
    for attempt in (
        lambda: workspace.edit("Clear", Cohort()),
        lambda: workspace.show_cohort(Cohort()),
        workspace.undo_stack.undo,
    ):
        with qtbot.waitSignal(workspace.not_kept) as told:
            attempt()
        assert all(told.args)
    assert shown == []
    assert workspace.cohort == before
    assert workspace.undo_stack.index() == 3
    workspace._project._connection.execute("PRAGMA query_only = OFF")
    workspace.undo_stack.undo()
    assert workspace.undo_stack.undoText() == "Label 0"


def test_what_is_shown_without_an_entry_is_kept_and_goes_with_the_change_before(reopened):
    workspace = labelled(reopened(), 2)
    workspace.undo_stack.undo()
    listed = with_unreadable(workspace.cohort, [Unreadable("/a/x", "It is empty.")])
    workspace.show_cohort(listed)
    assert texts(workspace.undo_stack) == ["Add", "Label 0"]
    workspace = reopened()
    assert workspace.cohort == listed
    workspace.undo_stack.undo()
    assert workspace.cohort == COHORT


def test_an_edit_that_changes_nothing_leaves_no_trace(reopened):
    workspace = labelled(reopened(), 1)
    workspace.edit("Nothing", workspace.cohort)
    assert workspace.undo_stack.undoText() == "Label 0"


def test_where_the_user_was_comes_back_after_the_cohort(reopened, path, qtbot):
    workspace = labelled(reopened(), 1)
    workspace.keep_view("order", "size")
    workspace.keep_view("case", KEYS[4])
    workspace.close()
    workspace = Workspace()
    told = []
    workspace.cohort_changed.connect(lambda cohort: told.append(len(cohort.cases)))
    workspace.cohort_changed.connect(lambda _cohort: workspace.keep_view("order", "at first"))
    workspace.view_found.connect(told.append)
    workspace.use_project(open_project(path))
    assert told == [12, {"order": "size", "case": KEYS[4]}]
    workspace.close()
