"""The few HTML elements of the model card page; whatever is not made here is escaped.

Class names, file names and users' words are hostile input: only `Html` goes in as it is.
"""

import html
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence

from precmed_gui.language import _

_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def escaped(text: str) -> Html:
    """`text` as it reads, in HTML and in SVG; control and half characters become U+FFFD."""
    return Html(html.escape(_UNSHOWABLE.sub("\ufffd", text), quote=True))


def gap(text: str | None = None) -> Html:
    """An item that nobody has filled, visibly."""
    return Html(f'<span class="gap">{escaped(text or _("not stated"))}</span>')


def not_measured() -> Html:
    """An item that the training did not measure."""
    return gap(_("not measured"))


def shown(value: str | None) -> Html:
    """A cell: markup as it is, text escaped, nothing as a gap."""
    if isinstance(value, Html):
        return value
    return escaped(value) if value and value.strip() else gap()


def lines(text: str) -> Html:
    """A user's words with their line ends; a gap where there are none."""
    found = [escaped(line) for line in text.strip().splitlines()]
    return Html("<br>".join(found)) if found else gap()


def heading(text: str) -> Html:
    """A heading inside a section."""
    return Html(f"<h3>{escaped(text)}</h3>")


def paragraph(text: str) -> Html:
    """Sentences."""
    return Html(f"<p>{shown(text)}</p>")


def bullets(texts: Iterable[str]) -> Html:
    """Sentences one below the other."""
    return Html("<ul>{}</ul>".format("".join(f"<li>{shown(text)}</li>" for text in texts)))


def facts(rows: Sequence[tuple[str, str | None]]) -> Html:
    """Names on the left, what is known on the right; None is a gap."""
    body = "".join(
        f'<tr><th scope="row" align="left">{escaped(name)}</th><td>{shown(value)}</td></tr>'
        for name, value in rows
    )
    return Html(f'<table class="facts" cellspacing="0" cellpadding="4">{body}</table>')


def table(head: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Html:
    """A table whose first column names the row."""
    top = "".join(f'<th scope="col" align="left">{escaped(name)}</th>' for name in head)
    body = "".join(_row(cells) for cells in rows)
    return Html(
        f'<table cellspacing="0" cellpadding="4"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _row(cells: Sequence[str | None]) -> str:
    first, *rest = cells
    others = "".join(f"<td>{shown(cell)}</td>" for cell in rest)
    return f'<tr><th scope="row" align="left">{shown(first)}</th>{others}</tr>'


def picture(svg: str, text: str) -> Html:
    """A drawing inside the page; `text` is for those who cannot see it."""
    data = b64encode(svg.encode("utf-8")).decode("ascii")
    return Html(
        f'<p class="drawing"><img src="data:image/svg+xml;base64,{data}" alt="{escaped(text)}" '
        'width="420" height="420"></p>'
    )


def section(title: str, *parts: Html) -> Html:
    """A part of the page under its title."""
    return Html(f"<section><h2>{escaped(title)}</h2>{''.join(parts)}</section>")
