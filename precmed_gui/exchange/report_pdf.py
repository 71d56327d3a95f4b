"""A report as PDF/A-1b: what a reader files beside the picture, printable on A4 and Letter.

The window's flow and `precmed report --pdf` use it. It needs Qt's fonts, so that Chinese and Arabic
names are shaped; without a window it makes an application that shows nothing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from precmed_gui import __version__
from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.report import Report
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.exchange.drawing import font_of, need_fonts
from precmed_gui.exchange.report_page import Body, body_of
from precmed_gui.exchange.report_texts import NOTICE, record_text, time_text
from precmed_gui.language import _, speaking

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter, QPdfWriter, QTextBlock, QTextDocument

_DOTS = 96
"""All lengths below are pixels of 1/96 inch."""
_RESOLUTION = 1200
_MARGIN, _HEAD, _FOOT = 57, 30, 46
_KEPT_BLOCKS = 4
_STYLE = """
body { color: #1a212b; font-size: 13px; }
p { margin: 3px 0 3px 0; }
p.title { font-size: 22px; font-weight: 600; margin: 0 0 6px 0; }
h3 { font-weight: 600; margin: 15px 0 4px 0; color: #14498f; }
p.apart { margin-top: 8px; }
.small { font-size: 11px; color: #3f4955; }
.muted { color: #55606e; }
li { margin: 2px 0 2px 0; }
"""


def write_report(path: Path, report: Report) -> None:
    """Write a report as PDF/A-1b with its fonts inside.

    The texts are in the language of `report.form`. A refused case says so and shows neither bars
    nor map. Name and patient are in it only if the form says so.

    Raises
    ------
    FailedStorage
        If it cannot be written; what `path` held before is then still there.
    """
    write_atomically(path, report_bytes(report))


def report_bytes(report: Report) -> bytes:
    """Return the PDF that `write_report` writes."""
    from PySide6.QtCore import QBuffer, QIODevice

    need_fonts()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    with speaking(report.form.language):
        _print(report, _writer(buffer, report))
    data = bytes(buffer.data().data())
    if not data.startswith(b"%PDF"):
        raise FailedStorage(_("The report could not be drawn."), _("Try again."))
    return data


def _writer(buffer: object, report: Report) -> "QPdfWriter":
    from PySide6.QtCore import QIODevice, QMarginsF
    from PySide6.QtGui import QPageSize, QPdfWriter

    assert isinstance(buffer, QIODevice)
    writer = QPdfWriter(buffer)
    writer.setPdfVersion(QPdfWriter.PdfVersion.PdfVersion_A1b)
    writer.setResolution(_RESOLUTION)
    sizes = {"A4": QPageSize.PageSizeId.A4, "Letter": QPageSize.PageSizeId.Letter}
    writer.setPageSize(QPageSize(sizes[report.form.paper]))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(_("Reading report"))
    writer.setCreator(f"PrecMed {__version__}")
    return writer


def _print(report: Report, writer: "QPdfWriter") -> None:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    scale = _RESOLUTION / _DOTS
    width, height = writer.width() / scale, writer.height() / scale
    area = QRectF(
        _MARGIN, _MARGIN + _HEAD, width - 2 * _MARGIN, height - 2 * _MARGIN - _HEAD - _FOOT
    )
    document = _document(body_of(report, int(area.width())), report, area)
    pages = document.pageCount()
    painter = QPainter(writer)
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.scale(scale, scale)
    for page in range(pages):
        if page:
            writer.newPage()
        _draw_head(painter, report, area)
        _draw_page(painter, document, area, page)
        _draw_foot(painter, report, area, f"{page + 1} / {pages}")
    painter.end()


def _document(body: Body, report: Report, area: "QRectF") -> "QTextDocument":
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QTextDocument

    document = QTextDocument()
    document.setUseDesignMetrics(True)
    document.setDocumentMargin(0)
    document.setDefaultFont(font_of(report.form.language, 13))
    document.setDefaultStyleSheet(_STYLE)
    for name, image in body.images.items():
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
    document.setHtml(body.html)
    document.setPageSize(area.size())
    _keep_whole(document, area.height())
    return document


def _keep_whole(document: "QTextDocument", height: float) -> None:
    """Begin pages where a heading would stand alone, or Qt would cut a line in two."""
    from PySide6.QtGui import QTextCursor, QTextFormat

    block = document.begin()
    while block.isValid():
        if _is_lone_heading(block, document, height) or _is_cut(block, height):
            form = block.blockFormat()
            form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            QTextCursor(block).setBlockFormat(form)
        block = block.next()


def _is_lone_heading(block: "QTextBlock", document: "QTextDocument", height: float) -> bool:
    """Whether only a line or two would be left under a heading at the foot of a page."""
    if not block.blockFormat().headingLevel():
        return False
    layout = document.documentLayout()
    area, end = layout.blockBoundingRect(block), layout.blockBoundingRect(_later(block))
    is_at_top = area.top() % height < area.height()
    return bool(end.bottom() // height > area.top() // height and not is_at_top)


def _is_cut(block: "QTextBlock", height: float) -> bool:
    """Whether a line of text stands on two pages, as Qt leaves it under some tables."""
    from PySide6.QtGui import QTextCursor

    if QTextCursor(block).currentTable() is not None:
        return False
    layout = block.layout()
    lines = (layout.lineAt(number) for number in range(layout.lineCount()))
    spans = ((layout.position().y() + line.y(), line.height()) for line in lines)
    return any(top // height < (top + tall - 1) // height for top, tall in spans)


def _later(block: "QTextBlock") -> "QTextBlock":
    """What must be on the page of a heading: two rows of a table, each of two blocks."""
    for _step in range(_KEPT_BLOCKS):
        if block.next().isValid():
            block = block.next()
    return block


def _draw_page(painter: "QPainter", document: "QTextDocument", area: "QRectF", page: int) -> None:
    from PySide6.QtCore import QRectF

    painter.save()
    painter.translate(area.left(), area.top() - page * area.height())
    document.drawContents(painter, QRectF(0, page * area.height(), area.width(), area.height()))
    painter.restore()


def _draw_head(painter: "QPainter", report: Report, area: "QRectF") -> None:
    left = f"PrecMed · {_('Reading report')}"
    number = report.shown.number
    named = _("Record number: {number}").format(number=f"{number:,}") if number else ""
    right = " · ".join(text for text in (named, time_text(report.made_at)) if text)
    top = area.top() - _HEAD
    _draw_line(painter, report, (left, right), (area, top))
    _draw_rule(painter, area, top + 19)


def _draw_foot(painter: "QPainter", report: Report, area: "QRectF", page: str) -> None:
    top = area.bottom() + 10
    _draw_rule(painter, area, top)
    _draw_line(painter, report, (_(NOTICE), page), (area, top + 4))
    _draw_line(painter, report, (record_text(report), ""), (area, top + 20))


def _draw_rule(painter: "QPainter", area: "QRectF", y: float) -> None:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QColor, QPen

    painter.setPen(QPen(QColor("#a9b2bd"), 0.7))
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))


def _draw_line(
    painter: "QPainter",
    report: Report,
    texts: tuple[str, str],
    place: tuple["QRectF", float],
) -> None:
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QColor

    area, top = place
    painter.setFont(font_of(report.form.language, 10))
    painter.setPen(QColor("#3f4955"))
    line = QRectF(area.left(), top, area.width(), 16)
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, texts[0])
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, texts[1])
