from dataclasses import replace

import pytest
from tested_card import CARD, RECEIPT, UNTESTED

from precmed_gui.diagnosis.cases import Case, Cohort, with_excluded
from precmed_gui.window import wording
from precmed_gui.window.wording import cohort_text, duration, number, share


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (0.004, "< 1 %"), (0.005, "< 1 %"), (0.006, "1 %"), (0.5, "50 %"),
     (0.994, "99 %"), (0.995, "> 99 %"), (0.9999, "> 99 %"), (1, "100 %")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_certainty(value, text):
    assert share(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 seconds"), (1, "1 second"), (59.4, "59 seconds"), (72, "1:12 min"), (7260, "2:01 h")],
)
def test_a_duration_has_two_units_at_most(seconds, text):
    assert duration(seconds) == text


def test_thousands_are_apart():
    assert number(5216) == "5,216"


def test_the_test_is_told_with_its_basis():
    assert wording.tested_on(CARD) == (
        "90 % right (88 to 91): 1,350 of 1,500 images nobody trained on. "
        "No patient is shared with training."
    )


def test_a_shared_patient_is_not_hidden():
    shared = replace(CARD, split=replace(RECEIPT, patients_shared=3))
    assert "expect less" in wording.tested_on(shared)


def test_unknown_patients_are_not_called_separate():
    unknown = replace(CARD, split=replace(RECEIPT, are_patients_known=False))
    assert "No patient is shared" not in wording.tested_on(unknown)
    assert "not known" in wording.tested_on(unknown)


def test_an_untested_model_is_called_so():
    assert "never tested" in wording.tested_on(UNTESTED)


def test_a_cohort_with_unknown_patients_does_not_count_them():
    cohort = Cohort(cases=(Case("a", label="x"), Case("b", label="y")), label_order=("x", "y"))
    assert cohort_text(cohort) == "2 images · 2 classes · patients not known"
    smaller = with_excluded(cohort, [cohort.cases[0].key])
    assert cohort_text(smaller) == "1 image · 1 class · patients not known"


@pytest.mark.parametrize(
    ("patients", "text"),
    [(("p", "p", "q"), "2 patients"), (("p", "p", ""), "1 patient · 1 image without a patient"),
     (("p", "", ""), "1 patient · 2 images without a patient"),
     (("", "", ""), "patients not known")],
)  # fmt: skip
def test_patients_that_are_known_are_counted_beside_images_without_one(patients, text):
    cases = tuple(Case(str(n), patient=patient) for n, patient in enumerate(patients))
    assert wording.known_patients_text(Cohort(cases=cases)) == text
