"""A blinded reader cannot tell one answer from another: two sessions that differ in the model's
answer alone are the same, in every word, sign, tip and pixel, until the reader commits."""

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from reading_room import answer, make_room

from precmed_gui.diagnosis.prediction import Neighbour
from precmed_gui.diagnosis.record import Decision
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.places import record_file
from precmed_gui.window import worklist_model
from precmed_gui.window.record_works import RecordPlace, count_readers, decided_readings

ILL = answer(1, 0.9, "P1", label_set=("ill",), nearest=(Neighbour("/t/1.png", "ill", 0.2),))
OTHERS = {
    "another class": answer(1, 0.1, "P1", label_set=("well",)),
    "not as sure": answer(1, 0.6, "P1", label_set=("ill", "well")),
    "referred": answer(1, 0.9, "P1", verdict="refer", reason="Not sure enough."),
    "refused": answer(1, 0.9, "P1", verdict="refused", reason="Unlike all training images."),
}
TEXTS = (
    "text", "toolTip", "statusTip", "whatsThis", "accessibleName", "accessibleDescription",
    "placeholderText", "title", "currentText",
)  # fmt: skip
ROLES = (
    Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.DecorationRole,
    Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole,
    Qt.ItemDataRole.StatusTipRole, Qt.ItemDataRole.WhatsThisRole, Qt.ItemDataRole.EditRole,
    Qt.ItemDataRole.BackgroundRole, Qt.ItemDataRole.ForegroundRole,
)  # fmt: skip


@pytest.fixture(autouse=True)
def same_clock(monkeypatch):
    monkeypatch.setattr(worklist_model, "when_text", lambda _at: "now")


@pytest.fixture
def session(qtbot):
    """A session in which this answer came while the reader was blinded."""
    rooms = []

    def begin(*predictions):
        if rooms:
            rooms[-1].keeper.close()
            for file in record_file().parent.glob(record_file().name + "*"):
                file.unlink()
        room = make_room(qtbot)
        rooms.append(room)
        room.decisions.use_reader("Dr Ada")
        room.worklist.blinding.setChecked(True)
        room.read(*predictions)
        return room

    yield begin
    rooms[-1].keeper.close()


def everything(room):
    """All that any part of the window says, also what is hidden and only told to other programs."""
    said = []
    for part in (room.window, *room.window.findChildren(QWidget)):
        for name in TEXTS:
            if callable(getattr(part, name, None)):
                said.append((type(part).__name__, name, getattr(part, name)()))
        said.append((type(part).__name__, part.isVisible(), part.isEnabled()))
        if isinstance(part, QAbstractItemView) and part.model() is not None:
            said += cells(part.model())
    return said


def cells(model: QAbstractItemModel):
    for row in range(model.rowCount(QModelIndex())):
        for column in range(model.columnCount(QModelIndex())):
            for role in ROLES:
                found = model.data(model.index(row, column), role)
                yield pixels(found) if isinstance(found, QIcon | QPixmap) else found


def pixels(sign):
    pixmap = sign.pixmap(16, 16) if isinstance(sign, QIcon) else sign
    return bytes(pixmap.toImage().constBits())


def look(room):
    room.panel.focus_picture()
    room.flow.open(room.worklist.rows.row(0))
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    image = room.window.grab().toImage()
    return everything(room), bytes(image.constBits())


@pytest.mark.parametrize("other", OTHERS)
def test_nothing_tells_one_answer_from_another(session, other):
    said, picture = look(session(ILL))
    others_said, others_picture = look(session(OTHERS[other]))
    assert others_said == said
    assert others_picture == picture


def test_the_look_would_tell_them_apart_if_they_were_not_hidden(session):
    """Or the test above proves nothing."""
    seen = []
    for prediction in (ILL, OTHERS["another class"]):
        room = session(prediction)
        room.worklist.blinding.setChecked(False)
        seen.append(look(room))
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] != seen[1][1]


@pytest.mark.parametrize("word", ["ill", "well", "refused", "90"])
def test_a_search_does_not_find_a_case_by_its_answer(session, word):
    room = session(ILL)
    room.worklist.search.setText(word)
    room.worklist._on_search()
    assert room.worklist.rows.rowCount() == 0
    assert "names and patients only" in room.worklist._empty.text()


@pytest.mark.parametrize("word", ["1.png", "p1", "1.P P1"])
def test_a_search_finds_names_and_patients(session, word):
    room = session(ILL)
    room.worklist.search.setText(word)
    room.worklist._on_search()
    assert room.worklist.rows.rowCount() == 1


def test_ending_the_blinded_reading_searches_classes_again(session):
    room = session(ILL)
    room.worklist.search.setText("ill")
    room.worklist._on_search()
    room.worklist.blinding.setChecked(False)
    assert room.worklist.rows.rowCount() == 1
    room.worklist.blinding.setChecked(True)
    assert room.worklist.rows.rowCount() == 0


def test_a_colleagues_decision_is_hidden_and_the_case_still_waits(session):
    room = session(ILL)
    shown = room.keeper.shown_of("/new/1.png")
    before = everything(room)
    room.keeper.decide(Decision(shown.number, "agree", "ill", "Dr Bo", "As the model says."))
    room.worklist.show_counts({"waiting": 1, "read": 0, "referred": 0})
    assert everything(room) == before
    assert room.worklist.rows.next_waiting(-1) == 0
    room.worklist.show_counts({"waiting": 0, "read": 1, "referred": 0})
    assert room.worklist.next.isEnabled()


def test_statistics_and_tables_leave_out_what_the_reader_has_not_read(session):
    room = session(ILL, answer(2))
    first, second = (room.keeper.shown_of(f"/new/{n}.png") for n in (1, 2))
    for shown in (first, second):
        room.keeper.decide(Decision(shown.number, "agree", "ill", "Dr Bo"))
    for is_blind in (True, False):
        decision = Decision(second.number, "agree", "ill", "Dr Ada", is_blind=is_blind)
        room.keeper.decide(decision)
    place = RecordPlace(record_file(), "", "Dr Ada")
    found = decided_readings(place, ignore, NeverCancelled())
    assert [shown.number for shown, _decisions in found] == [second.number]
    truth = {"/new/1.png": "ill", "/new/2.png": "ill"}
    (_name, counted), *_others = count_readers(place, truth, ignore, NeverCancelled())
    assert counted.model.n == 1


def test_what_the_list_has_shown_cannot_be_blinded(session):
    room = session()
    room.worklist.blinding.setChecked(False)
    room.read(ILL, answer(2))
    room.worklist.blinding.setChecked(True)
    room.flow.open(room.worklist.rows.row(0))
    assert room.panel.decisions.state.stage == "open"


def test_another_person_on_the_same_screen_is_blinded(session):
    room = session()
    room.worklist.blinding.setChecked(False)
    room.read(ILL)
    room.worklist.blinding.setChecked(True)
    assert room.panel.decisions.state.stage == "open"
    room.decisions.use_reader("Dr Bo")
    assert room.panel.decisions.state.stage == "blind"


def test_whoever_gives_a_name_after_looking_has_looked(qtbot, session):
    room = session()
    room.worklist.blinding.setChecked(False)
    room.decisions._reader = ""
    room.read(ILL)
    room.decisions.use_reader("Dr Bo")
    room.worklist.blinding.setChecked(True)
    assert room.panel.decisions.state.stage == "open"
