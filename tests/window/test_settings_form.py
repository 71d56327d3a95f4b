"""What is asked under Advanced only where the images need it: slices of series, windows of CT."""

import pytest
from PySide6.QtWidgets import QComboBox

from precmed_gui.diagnosis.cases import Case, Cohort
from precmed_gui.window.settings_form import SettingsForm


def cohort(*, slices: int = 1, kinds: tuple[str, ...] = ("CT", "CT")) -> Cohort:
    cases = tuple(
        Case(f"/{n}.dcm", label="xy"[n], slices=slices, traits=(("modality", kind),))
        for n, kind in enumerate(kinds)
    )
    return Cohort(cases=cases, label_order=("x", "y"))


def box(form: SettingsForm, value: str) -> QComboBox:
    return next(box for box in form.findChildren(QComboBox) if box.findData(value) >= 0)


def choose(form: SettingsForm, value: str) -> None:
    box(form, value).setCurrentIndex(box(form, value).findData(value))


@pytest.fixture
def form(qtbot):
    form = SettingsForm()
    qtbot.addWidget(form)
    form.show()
    return form


def chosen(form: SettingsForm) -> tuple[str, str]:
    settings = form.settings("auto", budget=5)
    return settings.window, settings.slices


def test_plain_images_are_asked_neither(form):
    form.show_cohort(cohort(kinds=("DX", "DX")))
    assert not box(form, "each").isVisible()
    assert chosen(form) == ("", "middle")


def test_series_are_asked_which_slices(form):
    form.show_cohort(cohort(slices=20, kinds=("MR", "MR")))
    assert box(form, "each").isVisible()
    choose(form, "each")
    assert chosen(form) == ("", "each")


def test_ct_is_asked_for_a_window_and_says_the_usual_one(form):
    form.show_cohort(cohort())
    window = box(form, "lung")
    assert window.isVisible()
    assert window.currentText() == "automatic (Soft tissue)"
    assert [window.itemText(n) for n in range(1, window.count())] == [
        "As the file says", "Lung", "Bone", "Soft tissue", "Brain",
    ]  # fmt: skip
    choose(form, "lung")
    assert chosen(form) == ("lung", "middle")


def test_ct_among_others_is_usually_shown_as_its_files_say(form):
    form.show_cohort(cohort(kinds=("CT", "MR")))
    assert box(form, "lung").currentText() == "automatic (As the file says)"


def test_what_is_not_asked_any_more_is_not_used(form):
    form.show_cohort(cohort(slices=3))
    choose(form, "lung")
    choose(form, "each")
    form.show_cohort(cohort(kinds=("DX", "DX")))
    assert chosen(form) == ("", "middle")
