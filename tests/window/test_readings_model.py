from precmed_gui.diagnosis.cases import Case, Unreadable
from precmed_gui.diagnosis.prediction import Prediction
from precmed_gui.window.readings_model import IMAGE, LABEL, SURE, ReadingsModel


def prediction(name, probability=0.9):
    return Prediction(Case(f"/x/{name}"), ("ill", "well"), (probability, 1 - probability))


def texts(model, row):
    return [model.data(model.index(row, column)) for column in (IMAGE, LABEL, SURE)]


def test_the_model_keeps_the_rules_of_qt(qtmodeltester, qapp):
    model = ReadingsModel()
    model.add([prediction("a.png"), prediction("b.png", 0.2)], [Unreadable("/x/c.png", "Empty.")])
    qtmodeltester.check(model)


def test_a_row_says_image_class_and_how_sure(qapp):
    model = ReadingsModel()
    model.add([prediction("a.png"), prediction("b.png", 0.2)], [])
    assert texts(model, 0) == ["a.png", "ill", "90 %"]
    assert texts(model, 1) == ["b.png", "well", "80 %"]


def test_certainty_is_never_claimed_by_rounding(qapp):
    model = ReadingsModel()
    model.add([prediction("a.png", 0.9999)], [])
    assert texts(model, 0)[SURE] == "> 99 %"


def test_an_unreadable_file_has_a_row_without_a_figure(qapp):
    model = ReadingsModel()
    model.add([], [Unreadable("/x/c.png", "It is empty.")])
    assert texts(model, 0) == ["c.png", "not readable", ""]
    assert model.unreadable() == (Unreadable("/x/c.png", "It is empty."),)


def test_an_image_read_again_keeps_its_row(qapp):
    model = ReadingsModel()
    model.add([prediction("a.png"), prediction("b.png")], [])
    model.add([prediction("a.png", 0.1)], [])
    assert model.rowCount() == 2
    assert texts(model, 0) == ["a.png", "well", "90 %"]


def test_what_another_model_said_is_forgotten_but_the_images_stay(qapp):
    model = ReadingsModel()
    model.add([prediction("a.png")], [])
    model.forget_answers()
    assert model.predictions() == ()
    assert [case.name for case in model.cases()] == ["a.png"]
    assert texts(model, 0)[LABEL] == "waiting…"
