"""The body of a printed report as the rich text that Qt lays out, with the pictures it names."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from precmed_gui.diagnosis.record import Decision
from precmed_gui.diagnosis.report import Report, ReportBar
from precmed_gui.evaluation.figure_texts import share
from precmed_gui.evaluation.wording import no_intended_use
from precmed_gui.exchange.page_elements import Html, escaped
from precmed_gui.exchange.report_pictures import (
    as_image,
    bar_image,
    for_print,
    overlaid,
    scale_strip,
)
from precmed_gui.exchange.report_texts import (
    decision_text,
    map_caveat,
    map_title,
    time_text,
    verdict_text,
    verdict_title,
)
from precmed_gui.language import _, ngettext

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

_MOST_BARS = 8
_TALLEST, _TALLEST_ALONE = 300, 240
_GAP = 16
_BLANK = "\N{NO-BREAK SPACE}"
_BOXES = {
    "answer": ("#17693b", "#eef7f1"),
    "refer": ("#855000", "#fff6e6"),
    "refused": ("#b2261f", "#fdeeec"),
}


@dataclass
class Body:
    """What is laid out: HTML for a text of `width` pixels (96 an inch), and its images by name."""

    width: int
    html: str = ""
    images: dict[str, "QImage"] = field(default_factory=dict)

    def picture(self, name: str, image: "QImage", width: int, height: int) -> Html:
        """Keep an image and answer its element."""
        self.images[name] = image
        return Html(f'<img src="{name}" width="{width}" height="{height}">')


def body_of(report: Report, width: int) -> Body:
    """The whole report, in the language in use."""
    body = Body(width)
    parts = [
        f'<p class="title">{_said(_("Reading report"))}</p>',
        _facts(report, width),
        _heading(_("Decision of the reader")),
        _decisions(report),
        _heading(_("Answer of the model")),
        _verdict(report),
        "" if report.is_refused else _bars(report, body),
        _heading(_("Picture")),
        _pictures(report, body),
        _heading(_("About the model")),
        _model(report),
    ]
    body.html = f'<html><body dir="ltr">{"".join(parts)}</body></html>'
    return body


def _said(text: str) -> Html:
    """A text of ours or of a user; no line begins with a percent sign."""
    return escaped(text.replace(" %", f"{_BLANK}%"))


def _heading(text: str) -> str:
    return f"<h3>{_said(text)}</h3>"


def _facts(report: Report, width: int) -> str:
    shown = report.shown
    rows = [
        (_("Record number"), f"{shown.number:,}" if shown.number else ""),
        (_("Read at"), time_text(shown.at)),
        (_("Model"), shown.model_name),
        (_("Report made at"), time_text(report.made_at)),
        (_("Report made by"), report.form.reader),
        (_("Pixel fingerprint"), _start(shown.fingerprint)),
        (_("Model fingerprint"), _start(shown.model_digest)),
    ]
    if report.form.has_identity:
        rows = [(_("Patient"), shown.patient), (_("Case"), shown.case_name), *rows]
    cells = [(name, text) for name, text in rows if text]
    half = (len(cells) + 1) // 2
    left, right = cells[:half], [*cells[half:], (_BLANK, _BLANK)][:half]
    lines = [f"<tr>{_fact(*one)}{_fact(*two)}</tr>" for one, two in zip(left, right, strict=True)]
    return f'<table width="{width}" cellspacing="0" cellpadding="0">{"".join(lines)}</table>'


def _start(fingerprint: str) -> str:
    """Enough of a fingerprint to compare by eye."""
    kept = fingerprint[:16]
    return f"{kept}…" if len(fingerprint) > len(kept) else kept


def _fact(name: str, text: str) -> str:
    return (
        f'<td width="20%" style="padding-right: 8px;"><p class="muted" dir="ltr">{_said(name)}</p>'
        f'</td><td width="30%" style="padding-right: 8px;"><p dir="ltr">{_said(text)}</p></td>'
    )


def _decisions(report: Report) -> str:
    if not report.decisions:
        nobody = _("No reader has decided about this case yet.")
        return f"<p>{_said(nobody)}</p>"
    before = _("Before that:")
    last = report.decisions[-1]
    colour, tint = ("#1a212b", "#f1f3f6")
    text = f"<b>{_said(decision_text(last, report.shown))}</b><br>{_signature(last)}"
    earlier = "".join(
        f'<p class="small">{before} {_said(decision_text(one, report.shown))} {_signature(one)}</p>'
        for one in reversed(report.decisions[:-1])
    )
    return _box(text, colour, tint) + earlier


def _signature(decision: Decision) -> str:
    said = [decision.reader or _("Reader not named"), time_text(decision.at)]
    text = _said(" · ".join(part for part in said if part))
    comment = decision.comment.strip()
    return f"{text}<br>{_said(_('“{name}”').format(name=comment))}" if comment else text


def _verdict(report: Report) -> str:
    shown = report.shown
    title, text = verdict_title(shown), verdict_text(shown)
    words = f"<b>{_said(title)}</b>" + (f"<br>{_said(text)}" if text else "")
    return _box(words, *_BOXES[shown.verdict])


def _box(html: str, colour: str, tint: str) -> str:
    """Words beside a coloured rule; black and white it is still a box."""
    return (
        '<table width="100%" cellspacing="0" cellpadding="0" class="box"><tr>'
        f'<td width="5" bgcolor="{colour}"></td>'
        f'<td bgcolor="{tint}" style="padding: 7px 10px 7px 10px;"><p dir="ltr">{html}</p></td>'
        "</tr></table>"
    )


def _bars(report: Report, body: Body) -> str:
    told = report.bars[:_MOST_BARS]
    wide = round(body.width * 0.52)
    has_winner = report.shown.verdict == "answer"
    rows = "".join(
        _bar(bar, body.picture(f"bar{place}", image, wide, 15))
        for place, bar in enumerate(told)
        for image in [bar_image(bar.probability, is_first=has_winner and place == 0)]
    )
    rest = report.bars[_MOST_BARS:]
    more = ngettext(
        "{n} more class has {share} or less.", "{n} more classes have {share} or less each.",
        len(rest),
    )  # fmt: skip
    tail = [more.format(n=len(rest), share=share(rest[0].probability))] if rest else []
    lines = "".join(f"<p>{_said(text)}</p>" for text in (*tail, report.set_text) if text)
    return f'<table width="100%" cellspacing="0" cellpadding="0">{rows}</table>{lines}'


def _bar(bar: ReportBar, image: Html) -> str:
    meaning = (
        f'<tr><td></td><td colspan="2" class="small" style="padding-bottom: 5px;">'
        f'<p dir="ltr">{_said(bar.meaning)}</p></td></tr>'
    )
    return (
        f'<tr><td width="36%" style="padding: 5px 8px 0 0;"><p dir="ltr">{_said(bar.label)}</p>'
        f'</td><td width="54%" style="padding-top: 5px;">{image}</td>'
        f'<td width="10%" style="padding-top: 5px;" align="right"><b>'
        f"{_said(share(bar.probability))}</b></td></tr>{meaning if bar.meaning else ''}"
    )


def _pictures(report: Report, body: Body) -> str:
    found = report.map
    half = (body.width - _GAP) // 2
    plain = _fitted(report, half)
    picture = body.picture("picture", for_print(as_image(report.pixels)), *plain)
    if found is None:
        return f"<p>{picture}</p>"
    over = for_print(as_image(overlaid(report.pixels, found.strength)))
    strip = body.picture("strip", scale_strip(256, 8), 120, 7)
    scale = f"{_said(_('weak'))} {strip} {_said(_('strong'))}"
    return (
        '<table width="100%" cellspacing="0" cellpadding="0"><tr>'
        f'<td width="50%">{picture}</td>'
        f'<td width="50%">{body.picture("map", over, *plain)}</td></tr>'
        f'<tr><td class="small" style="padding-top: 4px;">{_said(_("As it was read"))}</td>'
        f'<td class="small" style="padding-top: 4px;">{_said(map_title(found))}<br>{scale}</td>'
        f"</tr></table>{_caveat(report)}"
    )


def _caveat(report: Report) -> str:
    found = report.map
    if found is None:
        return ""
    text = _said(map_caveat(found))
    return f'<p class="small">{text}</p>' if found.checks.passed else _box(text, *_BOXES["refer"])


def _fitted(report: Report, widest: int) -> tuple[int, int]:
    height, width = report.pixels.shape[:2]
    tallest = _TALLEST if report.map else _TALLEST_ALONE
    scale = min(widest / width, tallest / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _model(report: Report) -> str:
    use = report.shown.intended_use.strip() or no_intended_use()
    named = [(_("Intended use"), use), *report.figures]
    rows = "".join(
        f'<tr><td width="45%" class="muted" style="padding: 2px 8px 2px 0;">{_said(name)}</td>'
        f'<td style="padding: 2px 0;"><p dir="ltr">{_said(text)}</p></td></tr>'
        for name, text in named
    )
    table = f'<table width="100%" cellspacing="0" cellpadding="0">{rows}</table>'
    told = "".join(f"<p>{_said(text)}</p>" for text in report.summary)
    items = "".join(f"<li>{_said(text)}</li>" for text in report.cautions)
    head = f'<p class="apart"><b>{_said(_("Bear in mind"))}</b></p>'
    return table + told + (f'{head}<ul style="margin: 0;">{items}</ul>' if items else "")
