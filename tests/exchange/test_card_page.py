"""The page of a model: complete, self-contained, and safe whatever things are called."""

import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.model_card import History
from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.exchange.card_page import card_page, write_card_page
from precmed_gui.exchange.page_elements import Html, bullets, facts, paragraph, shown, table

VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Collects tags, their attributes and the text, and checks that what opens is closed."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.open, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def text_of(page):
    return " ".join(" ".join(read(page).text).split())


def row(page, name):
    """What stands right of a name in a table of facts."""
    found = re.search(rf"{re.escape(name)}</th><td>(.*?)</td>", page)
    assert found, name
    return found[1]


def drawings(page):
    coded = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    return [ElementTree.fromstring(b64decode(code)) for code in coded]


def without_test(report):
    card = replace(
        report.card, evaluation=None, calibration=None, sets=None, gate=None, candidates=(),
        history=History(),
    )  # fmt: skip
    return replace(report, card=card, cases=None, probabilities=np.empty((0, 2)), paths=())


@pytest.mark.parametrize("is_tested", [True, False])
def test_hostile_names_stay_text(full_report, is_tested):
    page = card_page(full_report if is_tested else without_test(full_report))
    reader = read(page)
    assert "script" not in reader.tags
    assert not any(name.startswith("on") for name, _value in reader.attributes)
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in page
    assert not re.search("[\x00\u202e\ud800-\udfff]", page)


def test_hostile_names_do_not_break_the_drawings(full_report):
    labels = ("a", "b", full_report.card.labels[1])
    probabilities = np.random.default_rng(1).dirichlet([1, 1, 1], 40)
    cases = replace(full_report.cases, labels=labels, truth=np.arange(40) % 3)
    report = replace(full_report, cases=cases, probabilities=probabilities)
    report = replace(report, card=replace(report.card, labels=labels))
    roc, reliability = drawings(card_page(report))
    names = [text.text for text in roc.iter("{http://www.w3.org/2000/svg}text")]
    assert any(name.startswith("<script>") for name in names)
    assert len(list(roc.iter("{http://www.w3.org/2000/svg}polyline"))) == 3
    assert len(list(reliability.iter("{http://www.w3.org/2000/svg}circle"))) == 2


def test_the_page_needs_nothing_but_itself(full_report):
    page = card_page(full_report)
    reader = read(page)
    assert not {"script", "link", "iframe", "a"} & set(reader.tags)
    sources = [value for name, value in reader.attributes if name in ("src", "href")]
    assert sources
    assert all(source.startswith("data:image/svg+xml") for source in sources)
    assert "http://" not in page
    assert "https://" not in page
    assert "url(" not in page
    assert "prefers-color-scheme: dark" in page
    assert "size: A4" in page


def test_the_folder_of_the_images_is_not_given_away(full_report):
    assert "/home/someone" not in card_page(full_report)


def test_every_figure_stands_with_its_interval(full_report):
    text = text_of(card_page(full_report))
    for words in (
        "80 % (70 to 90)",  # accuracy
        "0.900 (0.800 to 0.950)",  # auc
        "0.120 (0.100 to 0.200)",  # calibration error before
        "0.030 to 0.090",  # band of a perfect model
        "91 % (85 to 95)",  # coverage
        "95 % (80 to 99)",  # coverage of a class
        "10 % (5 to 20)",  # referred
        "+8 points (+2 to +14)",  # fewer right answers
        "38 patients",
        "ab" * 32,
        "temperature scaling",
        "promise less here",
        "1.25",
    ):
        assert words in text, words


@pytest.mark.parametrize(
    "item",
    [
        "Who is to use it, where, with which patients",
        "Where, when and with which devices the images were taken",
        "Which patients were taken in and which left out",
        "Who said which class is true, and how sure that is",
        "Ethics approval and consent",
        "Images that are unlike and pass",
        "Tested on images of another hospital",
        "Look at the images it got wrong",
        "Compared with readers",
        "Registration and funding",
    ],
)
def test_what_no_training_can_know_is_a_gap(full_report, item):
    assert 'class="gap"' in row(card_page(full_report), item)


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"intended_use": " "}, "Intended use, in the words of who trained it"),
        ({"notes": ""}, "Notes of who trained it"),
        ({"source": ""}, "Cohort"),
        ({"device": ""}, "Device"),
        ({"calibration": None}, "Method"),
        ({"sets": None}, "Promised: the set holds the true class in"),
    ],
)
def test_what_this_training_did_not_fill_is_a_gap(full_report, change, item):
    assert 'class="gap"' not in row(card_page(full_report), item)
    card = replace(full_report.card, **change)
    assert 'class="gap"' in row(card_page(replace(full_report, card=card)), item)


def test_slices_and_window_are_stated(full_report):
    assert "the middle slice" in row(card_page(full_report), "Of a case with several slices")
    window = StatedWindow("lung", -600, 1500)
    card = replace(full_report.card, slices="each", window=window)
    page = card_page(replace(full_report, card=card))
    assert "geometric mean" in row(page, "Of a case with several slices")
    assert "Lung (width 1500, center -600)" in row(page, "Window on values with a unit")


def test_unknown_patients_are_a_gap_and_no_count(full_report):
    unknown = replace(full_report.card.split, are_patients_known=False)
    page = card_page(replace(full_report, card=replace(full_report.card, split=unknown)))
    assert 'class="gap"' in row(page, "Patients in more than one part")
    assert "Patients are not known" in page


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"shift": None}, "Shift: do the tested images differ?"),
        ({"subgroups": ()}, "Subgroups"),
        ({"learning_curve": None}, "What more images would bring"),
    ],
)
def test_what_was_not_measured_is_a_gap(full_report, change, title):
    evaluation = replace(full_report.card.evaluation, **change)
    page = card_page(replace(full_report, card=replace(full_report.card, evaluation=evaluation)))
    after = page.partition(f"<h2>{title}</h2>")[2]
    assert after.startswith('<p><span class="gap">not measured</span></p>')


def test_a_model_without_a_test_shows_all_parts_as_gaps(full_report):
    page = card_page(without_test(full_report))
    titles = re.findall("<h2>(.*?)</h2>", page)
    assert titles == re.findall("<h2>(.*?)</h2>", card_page(full_report))
    assert len(titles) == 15
    assert page.count("not measured") == 7
    assert "never tested" in page


def test_the_gaps_are_counted(full_report):
    page = card_page(full_report)
    gaps = page.count('<span class="gap">')
    assert f"{gaps} items of the reporting guidelines" in page


def test_a_rare_class_without_a_case_has_no_curve_and_the_page_still_stands(full_report):
    cases = replace(full_report.cases, truth=np.zeros(40, np.int64))
    roc, _reliability = drawings(card_page(replace(full_report, cases=cases)))
    assert not list(roc.iter("{http://www.w3.org/2000/svg}polyline"))


def test_elements_escape_whatever_is_not_markup():
    assert shown("<b>") == "&lt;b&gt;"
    assert shown(Html("<b>")) == "<b>"
    for made in (
        paragraph("<b>"),
        bullets(["<b>"]),
        facts([("<b>", "<b>")]),
        table(["<b>"], [["<b>"]]),
    ):
        assert "<b>" not in made


def test_the_page_is_written_whole_or_not_at_all(full_report, tmp_path):
    write_card_page(tmp_path / "card.html", full_report)
    assert (tmp_path / "card.html").read_text("utf-8") == card_page(full_report)
    (tmp_path / "file").write_text("kept")
    with pytest.raises(FailedStorage):
        write_card_page(tmp_path / "file" / "card.html", full_report)
