"""The grid's model: few row changes, few thumbnails in memory, and Qt's rules kept."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPixmap

from precmed_gui.diagnosis.cases import (
    Case,
    Cohort,
    make_cohort,
    with_label,
    with_label_renamed,
    without,
)
from precmed_gui.window.cases_model import (
    MOST_THUMBNAILS,
    CaseRole,
    CasesModel,
    ClassIndexRole,
    ReasonRole,
    ShortClassRole,
)
from precmed_gui.window.cases_order import EVERY_CLASS, CasesView, ClassFilter


def cohort_of(*counts: int) -> Cohort:
    cases = [
        Case(f"/images/{label}/{number}.png", label=f"class {label}")
        for label, count in enumerate(counts)
        for number in range(count)
    ]
    return make_cohort(cases, modality="imaging", name="test")


def pixmap() -> QPixmap:
    result = QPixmap(4, 4)
    result.fill(QColor("white"))
    return result


@pytest.fixture
def model(qtmodeltester: object, qapp: object) -> CasesModel:
    result = CasesModel()
    qtmodeltester.check(result, force_py=True)  # type: ignore[attr-defined]
    return result


Change = Callable[[Cohort], Cohort]
CHANGES: list[Change] = [
    lambda cohort: without(cohort, [cohort.cases[3].key, cohort.cases[17].key]),
    lambda cohort: with_label_renamed(cohort, "class 1", "other"),
    lambda cohort: with_label(cohort, [cohort.cases[0].key], "class 2"),
    lambda cohort: with_label(cohort, [cohort.cases[0].key], None),
    lambda cohort: Cohort(),
]


@pytest.mark.parametrize("shown", [EVERY_CLASS, "class 1", None])
@pytest.mark.parametrize("change", CHANGES)
def test_edits_and_their_undo_keep_the_rules_of_qt(
    model: CasesModel, change: Change, shown: ClassFilter
) -> None:
    before = cohort_of(10, 10, 5)
    for cohort in (before, change(before), before):
        model.show_cohort(cohort, CasesView(shown=shown))
        assert [model.case_at(row) for row in range(model.rowCount())] == [
            case for case in cohort.cases if shown is EVERY_CLASS or case.label == shown
        ]


def test_a_removed_case_leaves_the_others_selected(model: CasesModel) -> None:
    cohort = cohort_of(10, 10)
    model.show_cohort(cohort)
    kept = QPersistentModelIndex(model.index(12))
    model.show_cohort(without(cohort, [cohort.cases[2].key]))
    assert kept.isValid()
    assert kept.row() == 11
    assert kept.data(CaseRole) == cohort.cases[12]


def test_a_renamed_class_is_announced_without_new_rows(model: CasesModel) -> None:
    cohort = cohort_of(3, 3)
    model.show_cohort(cohort)
    kept = QPersistentModelIndex(model.index(4))
    model.show_cohort(with_label_renamed(cohort, "class 1", "Pneumonia"))
    assert kept.isValid()
    assert model.index(4).data(ShortClassRole) == "P"
    assert model.index(4).data(ClassIndexRole) == 1


def test_what_a_case_is_can_be_heard(model: CasesModel) -> None:
    model.show_cohort(cohort_of(1))
    model.keep_thumbnails({}, {"/images/0/0.png": "It is cut off."})
    spoken = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "0.png, class 0, It is cut off."
    assert model.index(0).data(ReasonRole) == "It is cut off."


def test_only_the_last_seen_thumbnails_stay_in_memory(qapp: object) -> None:
    model = CasesModel()
    cohort = cohort_of(MOST_THUMBNAILS + 500)
    model.show_cohort(cohort)
    shared = pixmap()
    keys = [case.key for case in cohort.cases]
    model.keep_thumbnails(dict.fromkeys(keys[:MOST_THUMBNAILS], shared), {})
    assert model.index(0).data(Qt.ItemDataRole.DecorationRole) is not None
    model.keep_thumbnails(dict.fromkeys(keys[MOST_THUMBNAILS:], shared), {})
    assert model.thumbnail_count == MOST_THUMBNAILS
    assert model.is_answered(0)
    assert not model.is_answered(1)


def test_a_thumbnail_of_a_case_that_is_gone_is_no_error(model: CasesModel) -> None:
    model.show_cohort(cohort_of(2))
    model.keep_thumbnails({"/elsewhere.png": pixmap()}, {"/nowhere.png": "Gone."})
    assert not model.is_answered(0)
