"""The model card as one page for people: prints on A4, needs nothing but itself.

Laid out along the items of CLAIM 2024 (doi:10.1148/ryai.240300) and TRIPOD+AI
(doi:10.1136/bmj-2023-078378); what a training cannot know is a visible gap.
"""

from pathlib import Path

from precmed_gui.diagnosis.evaluation import Evaluation
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.evaluation.wording import chosen_because, warnings, worth
from precmed_gui.exchange import card_results, card_training
from precmed_gui.exchange.page_elements import Html, bullets, escaped, paragraph, section
from precmed_gui.language import _, current_language, ngettext

_STYLE = """
body { font-family: sans-serif; font-size: 10.5pt; line-height: 1.45; max-width: 62em;
  margin: 2em auto; padding: 0 1em; color: #1b1e22; background-color: #ffffff; }
h1 { font-size: 18pt; } h2 { font-size: 13pt; margin-top: 1.6em; } h3 { font-size: 11pt; }
table { border-collapse: collapse; margin: 0.5em 0; }
th, td { text-align: left; vertical-align: top; padding: 3px 10px 3px 0; overflow-wrap: break-word;
  border-bottom: 1px solid #c9ced4; }
table.facts th { font-weight: normal; min-width: 15em; color: #4a525a; }
.gap { color: #9a3b00; font-style: italic; border: 1px dashed #9a3b00; padding: 0 4px; }
.notice { font-weight: bold; }
.drawing { line-height: 100%; }
"""
_DARK = """
@media screen and (prefers-color-scheme: dark) {
  body { color: #e8e8e8; background-color: #1b1e22; }
  th, td { border-bottom-color: #454c54; }
  table.facts th { color: #aeb6be; }
  .gap { color: #ffb37a; border-color: #ffb37a; }
}
"""
_PRINT = """
@media print {
  @page { size: A4; margin: 16mm; }
  body { max-width: none; margin: 0; font-size: 9.5pt; }
  h2, h3 { break-after: avoid; }
  tr, img { break-inside: avoid; }
}
"""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def write_card_page(path: Path, report: ModelReport) -> None:
    """Write `card_page` as a file; raises `FailedStorage`."""
    write_atomically(path, card_page(report).encode("utf-8", "backslashreplace"))


def card_page(report: ModelReport) -> str:
    """Everything known about a model as one HTML page in the language in use.

    The page holds no script and no address; all names in it are escaped.
    """
    card = report.card
    body = "".join((_head(card), *_sections(report)))
    gaps = body.count('class="gap"')
    count = ngettext(
        "{n} item of the reporting guidelines CLAIM 2024 and TRIPOD+AI is a gap; it is marked.",
        "{n} items of the reporting guidelines CLAIM 2024 and TRIPOD+AI are gaps; they are marked.",
        gaps,
    ).format(n=gaps)
    return (
        f'<!DOCTYPE html>\n<html lang="{escaped(current_language().replace("_", "-"))}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escaped(_('Model card: {name}').format(name=card.name))}</title>\n"
        f"<style>{_STYLE}</style>\n"
        f"<style>{_DARK}</style>\n<style>{_PRINT}</style>\n"
        f"</head>\n<body>\n{body}\n{paragraph(count)}\n</body>\n</html>\n"
    )


def _head(card: ModelCard) -> Html:
    title = escaped(_("Model card: {name}").format(name=card.name))
    notice = escaped(_("Research use only. Designed to support a reader, never to replace one."))
    return Html(f'<h1>{title}</h1><p class="notice">{notice}</p>')


def _sections(report: ModelReport) -> list[Html]:
    card, evaluation = report.card, report.card.evaluation
    found = warnings(card)
    summary = [paragraph(worth(card)), paragraph(chosen_because(card)), bullets(found)]
    return [
        section(_("In short"), *(summary if found else summary[:2])),
        card_training.purpose(card),
        card_training.data(card),
        card_training.split(card),
        card_training.recipe(card),
        card_training.training(card),
        *(_results(report, evaluation) if evaluation else card_results.untested(card)),
        card_training.limits(card, found),
        card_training.versions(card),
    ]


def _results(report: ModelReport, evaluation: Evaluation) -> list[Html]:
    card = report.card
    return [
        card_results.performance(report, evaluation),
        card_results.calibration(card, evaluation),
        card_results.label_sets(card, evaluation),
        card_results.gate(card, evaluation),
        card_results.shift(evaluation),
        *([card_results.shortcuts(card)] if card.shortcuts else []),
        card_results.subgroups(evaluation),
        card_results.learning_curve(evaluation),
    ]
