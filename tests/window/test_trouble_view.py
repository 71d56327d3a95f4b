"""Doubtful classes: looked for on a wish, then decided one by one."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from precmed_gui.diagnosis.cases import Case, Cohort, with_excluded, with_label
from precmed_gui.diagnosis.label_trouble import Trouble, TroubleQueue
from precmed_gui.diagnosis.pictures import Thumbnail, ThumbnailsRead
from precmed_gui.diagnosis.work import Step
from precmed_gui.window.trouble_view import MOST_KEPT, TroubleView

LABELS = ("basophil", "platelet", "monocyte")
CASES = tuple(Case(f"/{n}.png", label=LABELS[n % 2]) for n in range(12))
COHORT = Cohort(cases=CASES, label_order=LABELS)


def trouble(number: int, *, is_likely: bool = True) -> Trouble:
    case = CASES[number]
    other = LABELS[(number + 1) % 2]
    nearest = tuple(
        (label, tuple(one.key for one in CASES[number + 1 :] if one.label == label)[:5])
        for label in (str(case.label), other)
    )
    score = 0.1 * (number + 1)
    return Trouble(case.key, str(case.label), other, 0.04, 0.87, score, is_likely, nearest)


QUEUE = TroubleQueue((trouble(0), trouble(1), trouble(2, is_likely=False)), 12, 2, 31.0)


@pytest.fixture
def view(qtbot):
    view = TroubleView()
    qtbot.addWidget(view)
    view.resize(430, 700)
    view.show_cohort(COHORT)
    view.show()
    return view


@pytest.fixture
def queued(view):
    view.show_queue(QUEUE, COHORT)
    return view


def thumbnails(cases):
    pixels = np.zeros((4, 4), np.uint8)
    return ThumbnailsRead(tuple(Thumbnail(case.key, pixels) for case in cases))


def test_before_the_first_search_it_teaches_and_offers_it(view, qtbot):
    assert view._find.isVisible()
    assert view._find.isEnabled()
    assert "judge" in view._teaches.text()
    assert "seconds" in view._takes.text()
    with qtbot.waitSignal(view.find_wished):
        view._find.click()


def test_one_class_is_nothing_to_doubt(view):
    view.show_cohort(replace(COHORT, cases=CASES[::2]))
    assert not view._find.isEnabled()
    assert "two classes" in view._takes.text()


def test_a_search_shows_how_far_it_is_and_can_be_stopped(view, qtbot):
    view.show_progress(Step("Looking at the images", 3, 12))
    assert "3 of 12" in view.progress.text()
    assert not view._find.isEnabled()
    with qtbot.waitSignal(view.stop_wished):
        view.progress.stop.click()
    view.show_idle()
    assert view.progress.text() == ""
    assert view._find.isEnabled()


def test_an_error_says_what_to_do_and_leaves_the_button(view):
    view.show_progress(Step("Looking at the images", 3, 12))
    view.show_error("The weights are missing.", "Install them.")
    assert view.strip.text() == "The weights are missing. Install them."
    assert view._find.isEnabled()


def test_the_first_case_is_shown_with_what_networks_say(queued):
    page = queued.page
    assert page.picture.case == CASES[0]
    assert "Named “basophil”" in page.said.text()
    assert "“platelet” (87 %)" in page.said.text()
    assert "does not mean wrong" in page.state.text()
    where = "1 of 3 in the queue · likely wrong · 2 likely ones left to look at"
    assert page.position.text() == where
    assert "2 images are likely in the wrong class, of 12" in queued._found.text()
    assert [tile.case.label for tile in page.rows[0] if tile.case] == ["basophil"] * 5
    assert {tile.case.label for tile in page.rows[1] if tile.case} == {"platelet"}


@pytest.mark.parametrize(
    ("key", "signal", "expected"),
    [
        (Qt.Key.Key_K, "keep_wished", ["/0.png"]),
        (Qt.Key.Key_R, "relabel_wished", [["/0.png"], "platelet"]),
        (Qt.Key.Key_3, "relabel_wished", [["/0.png"], "monocyte"]),
        (Qt.Key.Key_1, "keep_wished", ["/0.png"]),
        (Qt.Key.Key_E, "exclude_wished", [["/0.png"], True]),
    ],
)
def test_each_decision_has_a_key_and_goes_on_to_the_next(queued, qtbot, key, signal, expected):
    with qtbot.waitSignal(getattr(queued, signal)) as wished:
        qtbot.keyClick(queued.page.keep, key)
    assert wished.args == expected
    assert queued.current == QUEUE.troubles[1]


def test_a_key_without_a_class_does_nothing(queued, qtbot):
    with qtbot.assertNotEmitted(queued.relabel_wished):
        qtbot.keyClick(queued.page.keep, Qt.Key.Key_9)
    assert queued.current == QUEUE.troubles[0]


def test_arrows_go_through_the_queue_and_stop_at_its_ends(queued, qtbot):
    assert not queued.page.back.isEnabled()
    for _press in range(3):
        qtbot.keyClick(queued.page.keep, Qt.Key.Key_Right)
    assert queued.current == QUEUE.troubles[2]
    assert not queued.page.next.isEnabled()
    assert "less likely wrong" in queued.page.position.text()
    qtbot.keyClick(queued.page.keep, Qt.Key.Key_Left)
    assert queued.current == QUEUE.troubles[1]


def test_what_was_decided_is_said_when_one_goes_back(queued):
    queued.page.keep.click()
    queued.page.back.click()
    assert queued.page.state.text() == "You kept its class."
    relabelled = with_label(COHORT, ["/0.png"], "platelet")
    queued.show_cohort(relabelled)
    assert queued.page.state.text() == "Relabelled: it is “platelet” now."
    queued.show_cohort(with_excluded(COHORT, ["/0.png"]))
    assert "Excluded" in queued.page.state.text()
    queued.show_cohort(replace(COHORT, cases=CASES[1:]))
    assert "not among the images" in queued.page.state.text()
    assert not queued.page.keep.isEnabled()


def test_keeping_after_all_takes_back_what_was_decided_before(queued):
    queued.show_cohort(with_excluded(with_label(COHORT, ["/0.png"], "platelet"), ["/0.png"]))
    said = []
    queued.exclude_wished.connect(lambda *wished: said.append(wished))
    queued.relabel_wished.connect(lambda *wished: said.append(wished))
    queued.page.keep.click()
    assert said == [(["/0.png"], False), (["/0.png"], "basophil")]


def test_decided_cases_are_not_counted_and_passed_over(queued):
    queued.show_cohort(with_excluded(COHORT, ["/1.png"]))
    assert "1 likely one left" in queued.page.position.text()
    queued.page.keep.click()
    assert queued.current == QUEUE.troubles[2]
    assert "0 likely ones left" in queued.page.position.text()


def test_the_same_queue_stays_where_it_is_and_kept_cases_never_come_again(queued):
    queued.page.keep.click()
    queued.show_queue(QUEUE, COHORT)
    assert queued.current == QUEUE.troubles[1]
    again = replace(QUEUE, seconds=2.0)
    queued.show_queue(again, COHORT)
    assert queued.current == QUEUE.troubles[1]
    assert "1 of 2 in the queue" in queued.page.position.text()


def test_a_queue_of_nothing_doubtful_says_so(view):
    view.show_queue(TroubleQueue((), 12, 0, 3.0), COHORT)
    assert "12 images were judged; none stands out." in view._found.text()
    assert view._again.isVisible()


def test_a_queue_about_other_images_is_forgotten(queued):
    queued.show_cohort(Cohort(cases=(Case("/x.png", label="basophil"),), label_order=LABELS))
    assert queued.current is None
    assert queued._find.isVisible()


def test_pictures_are_wished_for_this_case_and_the_next_once(view, qtbot):
    with qtbot.waitSignal(view.thumbnails_wished) as wished:
        view.show_queue(QUEUE, COHORT)
    cases = wished.args[0]
    assert cases[0] == CASES[0]
    assert CASES[1] in cases
    assert len(cases) == len({case.key for case in cases})
    view.show_thumbnails(thumbnails(cases))
    assert all(tile.has_picture for tile in view.page.tiles if tile.case)
    with qtbot.assertNotEmitted(view.thumbnails_wished):
        view.show_cohort(COHORT)


def test_pictures_kept_in_memory_are_bounded(queued):
    many = [Case(f"/many/{n}.png") for n in range(MOST_KEPT + 50)]
    queued.show_thumbnails(thumbnails(many))
    assert len(queued._known) == MOST_KEPT


def test_enter_on_a_picture_asks_to_see_it_large(queued, qtbot):
    tile = queued.page.rows[0][0]
    with qtbot.waitSignal(queued.case_activated) as wished:
        qtbot.keyClick(tile, Qt.Key.Key_Return)
    assert wished.args == [tile.case]
    with qtbot.waitSignal(queued.case_activated):
        qtbot.mouseDClick(queued.page.picture, Qt.MouseButton.LeftButton)


def test_every_button_and_picture_has_a_name(queued):
    page = queued.page
    for button in (page.keep, page.relabel, page.other, page.exclude, page.back, page.next):
        assert button.text()
        assert button.toolTip()
    assert all(tile.accessibleName() for tile in page.tiles if tile.case)
    assert [action.text() for action in page.menu.actions()] == [
        "basophil\t1", "platelet\t2", "monocyte\t3",
    ]  # fmt: skip
    queued.retranslate()
    assert page.keep.text() == "Keep “basophil”"
