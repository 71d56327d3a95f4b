from PySide6.QtCore import Qt

from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.window.readings_model import IMAGE, LABEL, SURE, VERDICT, ReadingsModel
from precmed_gui.window.verdict_box import WORDS


def prediction(name, probability=0.9, **more):
    return Prediction(Case(f"/x/{name}"), ("ill", "well"), (probability, 1 - probability), **more)


def texts(model, row):
    return [model.data(model.index(row, column)) for column in (IMAGE, LABEL, SURE, VERDICT)]


def test_the_model_keeps_the_rules_of_qt(qtmodeltester, qapp):
    model = ReadingsModel()
    model.add([prediction("a.png"), prediction("b.png", 0.2)], [Unreadable("/x/c.png", "Empty.")])
    qtmodeltester.check(model)


def test_a_row_says_image_class_and_how_sure(qapp):
    model = ReadingsModel()
    model.add([prediction("a.png"), prediction("b.png", 0.2)], [])
    assert texts(model, 0) == ["a", "ill", "90 %", "answer"]
    assert texts(model, 1) == ["b", "well", "80 %", "answer"]


def test_certainty_is_never_claimed_by_rounding(qapp):
    model = ReadingsModel()
    model.add([prediction("a.png", 0.9999)], [])
    assert texts(model, 0)[SURE] == "> 99 %"


def test_an_unreadable_file_has_a_row_without_a_figure(qapp):
    model = ReadingsModel()
    model.add([], [Unreadable("/x/c.png", "It is empty.")])
    assert texts(model, 0) == ["c", "", "", "unreadable"]
    assert model.unreadable() == (Unreadable("/x/c.png", "It is empty."),)


def test_an_image_read_again_keeps_its_row(qapp):
    model = ReadingsModel()
    model.add([prediction("a.png"), prediction("b.png")], [])
    model.add([prediction("a.png", 0.1)], [])
    assert model.rowCount() == 2
    assert texts(model, 0) == ["a", "well", "90 %", "answer"]


def test_what_another_model_said_is_forgotten_but_the_images_stay(qapp):
    model = ReadingsModel()
    model.add([prediction("a.png")], [])
    model.forget_answers()
    assert model.predictions() == ()
    assert [case.name for case in model.cases()] == ["a.png"]
    assert texts(model, 0)[VERDICT] == "waiting…"


def test_a_refused_image_has_neither_class_nor_figure(qapp):
    model = ReadingsModel()
    model.add([prediction("a.png", verdict="refused", reason="It is a brain.")], [])
    assert texts(model, 0) == ["a", "–", "–", "refused"]
    assert model.data(model.index(0, LABEL), Qt.ItemDataRole.DecorationRole) is None
    assert model.data(model.index(0, IMAGE), Qt.ItemDataRole.ToolTipRole) == "It is a brain."


def test_verdicts_differ_by_sign_as_well_as_by_word(qapp):
    model = ReadingsModel()
    model.add([prediction(f"{verdict}.png", verdict=verdict) for verdict in WORDS], [])
    signs = [
        model.data(model.index(row, VERDICT), Qt.ItemDataRole.DecorationRole)
        for row in range(len(WORDS))
    ]
    pictures = {bytes(sign.pixmap(16, 16).toImage().constBits()) for sign in signs}
    assert len(pictures) == len({texts(model, row)[VERDICT] for row in range(3)}) == 3


def test_a_case_is_listed_before_it_is_read_and_said_to_be_unread_after_a_stop(qapp):
    model = ReadingsModel()
    case = Case("/x/series.dcm", slices=48)
    model.add_unread(case)
    model.add_unread(case)
    assert texts(model, 0) == ["series", "", "", "waiting…"]
    assert "48 slices" in model.data(model.index(0, IMAGE), Qt.ItemDataRole.ToolTipRole)
    model.set_waiting(is_waiting=False)
    assert texts(model, 0)[VERDICT] == "not read"
    model.add([Prediction(Case("/x/series.dcm"), ("ill", "well"), (0.9, 0.1))], [])
    assert model.rowCount() == 1
    assert model.cases() == (case,)
