"""The drawings of the model card page as SVG: reliability before and after, and ROC curves."""

from collections.abc import Sequence
from itertools import accumulate
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.evaluation import Evaluation, ReliabilityBin
from precmed_gui.evaluation.operating_points import roc_points
from precmed_gui.exchange.page_elements import escaped
from precmed_gui.language import _

SIDE = 420
_LEFT, _TOP, _WIDTH = 56, 16, 344
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a7200", "#4b9fd0", "#7a4fbf", "#6b6b6b")
_DASHES = ("", "6 3", "2 3")
_GREY = "#7a7a7a"
_MOST_POINTS = 200
_LEGEND_LETTERS = 22
_DARK = (
    "<style>@media (prefers-color-scheme: dark)"
    "{.ink{fill:#e8e8e8}.axis{stroke:#b0b0b0}.paper{fill:#1b1e22}}</style>"
)


def reliability_drawing(evaluation: Evaluation) -> str:
    """How often the answer was right against how sure it was, before and after calibration."""
    marks = [
        *_bins(evaluation.reliability_uncalibrated, _GREY, "none"),
        *_bins(evaluation.reliability, _COLOURS[0], _COLOURS[0]),
        _legend(0, _("before calibration"), _GREY, ""),
        _legend(1, _("after calibration"), _COLOURS[0], ""),
    ]
    return _drawing(_("How sure"), _("Right answers"), [_diagonal(), *marks])


def roc_drawing(
    labels: Sequence[str], truth: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> str:
    """A curve a class against the rest; of two classes the second only, the first mirrors it."""
    marks = [_diagonal()]
    drawn = range(1, 2) if len(labels) == 2 else range(len(labels))
    for place, number in enumerate(drawn):
        is_positive = truth == number
        if is_positive.all() or not is_positive.any():
            continue
        points = roc_points(is_positive, probabilities[:, number])
        colour = _COLOURS[place % len(_COLOURS)]
        dash = _DASHES[place // len(_COLOURS) % len(_DASHES)]
        marks.append(_curve(points, colour, dash))
        marks.append(_legend(place, labels[number], colour, dash))
    return _drawing(_("False alarms (1 − specificity)"), _("Sensitivity"), marks)


def _bins(bins: Sequence[ReliabilityBin], colour: str, fill: str) -> list[str]:
    marks = []
    for found in bins:
        x, y = _place(found.confidence, found.share.value)
        _x, low = _place(0, found.share.low)
        _x, high = _place(0, found.share.high)
        marks.append(
            f'<line x1="{x}" y1="{low}" x2="{x}" y2="{high}" stroke="{colour}" stroke-width="1.5"/>'
            f'<circle cx="{x}" cy="{y}" r="4" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'
        )
    return marks


def _curve(points: NDArray[np.float64], colour: str, dash: str) -> str:
    rows = np.unique(np.linspace(0, len(points) - 1, min(len(points), _MOST_POINTS)).astype(int))
    places = (_place(float(points[row, 0]), float(points[row, 1])) for row in rows)
    path = " ".join(f"{x},{y}" for x, y in places)
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dash or "none"}"/>'
    )


def _legend(row: int, text: str, colour: str, dash: str) -> str:
    y = _TOP + _WIDTH - 14 - 16 * row
    x = _LEFT + _WIDTH // 2 - 20
    return (
        f'<line x1="{x}" y1="{y - 4}" x2="{x + 20}" y2="{y - 4}" stroke="{colour}" '
        f'stroke-width="2" stroke-dasharray="{dash or "none"}"/>'
        + _text(x + 26, y, _short(text), "start")
    )


def _short(text: str) -> str:
    """A name that fits the frame; Chinese characters are twice as wide."""
    widths = accumulate(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
    fitting = sum(width <= _LEGEND_LETTERS for width in widths)
    return text if fitting == len(text) else f"{text[: fitting - 1]}…"


def _drawing(below: str, beside: str, marks: Sequence[str]) -> str:
    middle = _LEFT + _WIDTH // 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" '
        f'viewBox="0 0 {SIDE} {SIDE}" font-family="sans-serif" font-size="12">{_DARK}'
        f'<rect class="paper" width="{SIDE}" height="{SIDE}" fill="#ffffff"/>'
        f'<rect class="axis" x="{_LEFT}" y="{_TOP}" width="{_WIDTH}" height="{_WIDTH}" '
        f'fill="none" stroke="#555555"/>{"".join(_ticks())}{"".join(marks)}'
        f"{_text(middle, SIDE - 12, below, 'middle')}"
        f'<g transform="translate(14 {_TOP + _WIDTH // 2}) rotate(-90)">'
        f"{_text(0, 0, beside, 'middle')}</g></svg>"
    )


def _ticks() -> list[str]:
    marks = []
    for percent in (0, 25, 50, 75, 100):
        x, y = _place(percent / 100, percent / 100)
        marks.append(_text(x, _TOP + _WIDTH + 18, f"{percent} %", "middle"))
        marks.append(_text(_LEFT - 6, y + 4, f"{percent} %", "end"))
    return marks


def _diagonal() -> str:
    (x1, y1), (x2, y2) = _place(0, 0), _place(1, 1)
    return (
        f'<line class="axis" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#555555" '
        'stroke-dasharray="4 4"/>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="ink" x="{x}" y="{y}" text-anchor="{anchor}">{escaped(text)}</text>'


def _place(x: float, y: float) -> tuple[float, float]:
    return round(_LEFT + x * _WIDTH, 1), round(_TOP + (1 - y) * _WIDTH, 1)
