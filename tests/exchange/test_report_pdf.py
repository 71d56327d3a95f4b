"""Reports as PDF: archivable, with pages, fonts and scripts; poppler looks where it is."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_reading import HEAD, make_decisions, make_full_report, make_map
from PIL import Image
from PySide6.QtGui import QFont

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.report import ReportForm
from precmed_gui.exchange.report_pdf import write_report
from precmed_gui.language import current_language

pytestmark = pytest.mark.usefixtures("qapp")


def tool(name):
    if shutil.which(name) is None:
        pytest.skip(f"{name} (poppler-utils) is not installed")

    def run(*arguments):
        result = subprocess.run([name, *map(str, arguments)], capture_output=True, check=True)
        return result.stdout.decode("utf-8", "replace")

    return run


@pytest.fixture
def page(tmp_path):
    return tmp_path / "report.pdf"


def test_the_file_says_it_is_pdf_a_1b_and_has_no_transparency(page):
    write_report(page, make_full_report())
    data = page.read_bytes()
    assert data.startswith(b"%PDF-1.4")
    assert b'pdfaid:part="1" pdfaid:conformance="B"' in data
    assert b"/OutputIntents" in data
    assert data.count(b"/SMask") == data.count(b"/SMask /None")
    assert b"/FontFile" in data


def test_the_paper_is_the_one_that_was_chosen(page):
    pdfinfo = tool("pdfinfo")
    write_report(page, make_full_report())
    assert "(A4)" in pdfinfo(page)
    write_report(page, make_full_report(form=ReportForm(paper="Letter")))
    assert "(letter)" in pdfinfo(page)


def test_all_fonts_are_inside(page):
    pdffonts = tool("pdffonts")
    write_report(page, make_full_report(form=ReportForm("zh_CN", has_identity=True)))
    rows = pdffonts(page).splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows)


def test_every_page_has_its_number_the_notice_and_the_head_of_the_chain(page):
    pdftotext = tool("pdftotext")
    report = make_full_report(summary=("Many words. " * 900,))
    write_report(page, report)
    pages = pdftotext("-layout", page, "-").split("\f")[:-1]
    assert len(pages) >= 3
    for number, text in enumerate(pages, start=1):
        assert re.search(rf"{number} ?/ ?{len(pages)}", text)
        assert "Research use only. Designed to support a reader, never to replace one." in text
        assert HEAD in text


def test_names_in_three_scripts_are_in_the_text(page):
    pdftotext = tool("pdftotext")
    write_report(page, make_full_report(form=ReportForm(has_identity=True)))
    text = pdftotext(page, "-")
    assert "Müller" in text
    assert "张伟" in text
    assert any("\u0600" <= sign <= "\u06ff" or "\ufb50" <= sign <= "\ufeff" for sign in text)


def test_signs_and_brackets_can_be_copied_with_the_figures(page):
    """A "> 99 %" that is copied as "99 %" says something else."""
    pdftotext = tool("pdftotext")
    write_report(page, make_full_report(summary=("It is > 9 %, < 99 % (5 to 7) on 2026-11-23.",)))
    assert "It is > 9 %, < 99 % (5 to 7) on 2026-11-23." in pdftotext("-layout", page, "-").replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_figures_can_be_copied_from_what_the_window_writes(page, qapp):
    """The window asks for figures of one width."""
    before, dressed = qapp.font(), QFont(qapp.font())
    dressed.setFeature(QFont.Tag("tnum"), 1)
    qapp.setFont(dressed)
    try:
        write_report(page, make_full_report(summary=("It was right 97 times of 123.",)))
    finally:
        qapp.setFont(before)
    assert "It was right 97 times of 123." in tool("pdftotext")("-layout", page, "-")


def test_a_refused_case_has_no_percentage_of_its_classes(page):
    pdftotext = tool("pdftotext")
    write_report(page, make_full_report("refused"))
    text = pdftotext(page, "-")
    assert "Refused" in text
    assert "effusion" not in text.split("Answer of the model")[1]


def test_a_heading_never_stands_alone_at_the_foot_of_a_page(page):
    pdftotext = tool("pdftotext")
    headings = {"About the model", "Answer of the model"}
    earlier = make_decisions()[:1]
    for count in range(21, 27):
        report = make_full_report("refused", decisions=earlier * count)
        write_report(page, report)
        for text in pdftotext(page, "-").split("\f")[:-1]:
            lines = text.split("Research use only.")[0].strip().splitlines()
            assert lines[-1].strip() not in headings


@pytest.mark.parametrize("height", [160, 161, 162, 163])
def test_no_line_of_text_reaches_into_the_page_before(height, page, tmp_path):
    """The tops of the second page's first line stood at the foot of the first one."""
    pdftoppm = tool("pdftoppm")
    pixels, strength = np.zeros((height, 200), np.uint8), np.zeros((height, 200), np.float32)
    strength[:20] = 1
    found = replace(make_map(), strength=strength)
    write_report(page, make_full_report(pixels=pixels, explanation=found))
    pdftoppm("-r", "96", "-gray", "-f", "1", "-l", "1", page, tmp_path / "look")
    with Image.open(next(tmp_path.glob("look*"))) as image:
        has_ink = (np.asarray(image) < 200).any(axis=1)
    ends = np.flatnonzero(np.diff(has_ink.astype(int)))
    *_body, last_line, rule, _notice, _head = (ends[1::2] - ends[::2]).tolist()
    assert rule <= 2
    assert last_line > 6


def test_the_pages_have_something_drawn_on_them(page, tmp_path):
    pdftoppm = tool("pdftoppm")
    write_report(page, make_full_report(explanation=make_map(has_passed=False)))
    pdftoppm("-r", "50", "-png", page, tmp_path / "look")
    for file in sorted(tmp_path.glob("look*.png")):
        with Image.open(file) as image:
            colours = image.convert("RGB").getcolors(1 << 24)
        assert len(colours) > 20


def test_the_language_in_use_is_as_before(page):
    write_report(page, make_full_report(form=ReportForm("zh_CN")))
    assert current_language() == "en"


def test_a_disk_that_refuses_leaves_the_earlier_report(tmp_path):
    place = tmp_path / "report.pdf"
    place.mkdir()
    with pytest.raises(FailedStorage):
        write_report(place, make_full_report())
    assert place.is_dir()
    assert not list(tmp_path.glob(".*partial"))


def test_a_process_without_a_window_writes_the_same_pages(tmp_path):
    script = (
        "from pathlib import Path; from made_reading import make_full_report;"
        "from precmed_gui.exchange.report_pdf import write_report;"
        f"write_report(Path({str(tmp_path / 'alone.pdf')!r}), make_full_report())"
    )
    tests = Path(__file__).resolve().parent.parent
    subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tests)!r}); {script}"],
        check=True, cwd=tests.parent,
    )  # fmt: skip
    assert (tmp_path / "alone.pdf").read_bytes().startswith(b"%PDF")
