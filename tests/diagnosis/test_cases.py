import pickle
import re

import pytest

from precmed_gui.diagnosis.cases import (
    Case,
    Cohort,
    Unreadable,
    make_cohort,
    merged,
    natural_key,
    with_label,
    with_label_renamed,
    with_patients,
    with_unreadable,
    without,
)


@pytest.fixture
def cohort():
    return make_cohort(
        [
            Case("/x/1.png", label="ill", patient="anna"),
            Case("/x/2.png", label="well", patient="anna", traits=(("sex", "F"), ("age", "65+"))),
            Case("/x/a.npz", "test_images/3", "well", part="test"),
            Case("/x/3.png"),
        ],
        modality="imaging",
        name="x",
        unreadable=[Unreadable("/x/letter.png", "It is a text.")],
    )


def test_counts_and_labels_leave_out_what_has_no_class(cohort):
    assert cohort.label_counts() == {"ill": 1, "well": 2}
    assert len(cohort.labelled) == 3


def test_a_case_of_a_container_has_a_key_and_a_name_of_its_own(cohort):
    assert cohort.cases[2].key == "/x/a.npz#test_images/3"
    assert cohort.cases[2].name == "a.npz › test_images/3"


def test_an_unknown_patient_counts_once_a_case(cohort):
    assert cohort.patient_count == 3
    assert not cohort.are_patients_known


def test_a_cohort_survives_the_way_to_an_engine(cohort):
    assert pickle.loads(pickle.dumps(cohort)) == cohort
    assert pickle.loads(pickle.dumps(Cohort())) == Cohort()


def test_equal_traits_cross_to_an_engine_once():
    cases = [Case(f"/x/{n}.png", traits=(("site", "Hospital " + "x" * 9),)) for n in range(50)]
    crossed = pickle.dumps(make_cohort(cases, modality="imaging", name="x"))
    assert crossed.count(b"Hospital xxxxxxxxx") == 1
    assert len({id(case.traits) for case in pickle.loads(crossed).cases}) == 1


def test_what_changes_the_class_of_a_case_keeps_its_traits(cohort):
    moved = with_label(with_label_renamed(cohort, "well", "fine"), ["/x/2.png"], "ill")
    assert merged(Cohort(), moved).cases[1].traits == (("sex", "F"), ("age", "65+"))


def test_merging_keeps_the_first_of_equal_cases_and_the_order_of_classes(cohort):
    other = make_cohort(
        [Case("/x/1.png", label="other"), Case("/y/9.png", label="early")],
        modality="imaging",
        name="y",
    )
    both = merged(cohort, other)
    assert [case.label for case in both.cases] == ["ill", "well", "well", None, "early"]
    assert both.label_order == ("ill", "well", "early")
    assert both.name == "x"


def test_classes_are_in_natural_order():
    cases = [Case(str(n), label=f"grade {n}") for n in (10, 2, 1)]
    assert make_cohort(cases, modality="imaging", name="").label_order == (
        "grade 1",
        "grade 2",
        "grade 10",
    )
    assert sorted(["b1", "a10", "a9", "A2"], key=natural_key) == ["A2", "a9", "a10", "b1"]


def test_natural_order_bears_digits_of_other_scripts():
    assert sorted(["x²", "x1", "٣"], key=natural_key)


def test_removing_the_last_case_of_a_class_removes_the_class(cohort):
    assert without(cohort, ["/x/1.png"]).label_order == ("well",)


def test_renaming_to_an_existing_class_makes_one_of_two(cohort):
    renamed = with_label_renamed(cohort, "ill", "well")
    assert renamed.label_counts() == {"well": 3}


def test_cases_can_be_moved_to_a_new_class_and_out_of_all(cohort):
    assert with_label(cohort, ["/x/3.png"], "new").label_order == ("ill", "well", "new")
    assert with_label(cohort, ["/x/1.png"], None).label_counts() == {"well": 2}


def test_a_file_found_unreadable_later_leaves_the_cases(cohort):
    smaller = with_unreadable(cohort, [Unreadable("/x/1.png", "It is cut off.")])
    assert [case.key for case in smaller.cases] == [c.key for c in cohort.cases[1:]]
    assert len(smaller.unreadable) == 2


def test_patients_are_read_from_file_names():
    names = ("person12_virus_3.jpeg", "person12_virus_4.jpeg", "scan.jpeg")
    cohort = make_cohort(
        [Case(path=f"/images/{name}", label="a") for name in names], modality="imaging", name="x"
    )
    whole = with_patients(cohort, re.compile(r"person\d+"))
    group = with_patients(cohort, re.compile(r"person(\d+)_"))
    assert [case.patient for case in whole.cases] == ["person12", "person12", ""]
    assert [case.patient for case in group.cases] == ["12", "12", ""]
    assert whole.patient_count == 2
