"""The second half of the model card page: how good the model was when tested."""

from precmed_gui.diagnosis.evaluation import Evaluation, Figure, Measures
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.evaluation.figure_texts import (
    decimal,
    decimal_text,
    figure_text,
    level_text,
    number,
    share,
)
from precmed_gui.evaluation.named_figures import class_figures, overall_figures
from precmed_gui.evaluation.shortcut_texts import (
    shortcut_basis,
    shortcut_rows,
    shortcut_text,
    shortcut_warnings,
)
from precmed_gui.evaluation.wording import (
    better_than_guessing,
    calibration_text,
    gate_text,
    group_text,
    images_text,
    learning_texts,
    points_text,
    shift_text,
    trait_text,
)
from precmed_gui.exchange.page_drawings import reliability_drawing, roc_drawing
from precmed_gui.exchange.page_elements import (
    Html,
    bullets,
    facts,
    heading,
    not_measured,
    paragraph,
    picture,
    section,
    table,
)
from precmed_gui.language import N_, _

PERFORMANCE = N_("Test: how right it was")
CALIBRATION = N_("Calibration: what a percentage means")
SETS = N_("Sets: what cannot be ruled out")
GATE = N_("Input gate: which images are refused")
SHIFT = N_("Shift: do the tested images differ?")
SUBGROUPS = N_("Subgroups")
SHORTCUTS = N_("Shortcuts: is it right for the wrong reason?")
MORE_IMAGES = N_("What more images would bring")


def untested(card: ModelCard) -> list[Html]:
    """The same parts for a model without a test: gaps but for the gate."""
    before, after = (PERFORMANCE, CALIBRATION, SETS), (SHIFT, SUBGROUPS, MORE_IMAGES)
    return [*map(_untested, before), gate(card, None), *map(_untested, after)]


def _untested(title: str) -> Html:
    return section(_(title), paragraph(not_measured()))


def performance(report: ModelReport, evaluation: Evaluation) -> Html:
    """How right it was: overall, a class, and the answers against the truth."""
    measures = evaluation.measures
    basis = _("{n} images of {patients} patients; every figure with its 95 % interval.")
    parts = [
        paragraph(basis.format(n=number(measures.n), patients=number(measures.patients))),
        _overall(measures),
        paragraph(better_than_guessing(report.card)),
        heading(_("By class, against all others")),
        _classes(measures),
        heading(_("Truth in rows, answers in columns")),
        _confusion(measures),
        heading(_("ROC curves")),
        _roc(report),
        heading(_("Cross-validation, out of fold")),
        _cross_validation(evaluation),
    ]
    return section(_(PERFORMANCE), *parts)


def _overall(measures: Measures) -> Html:
    return facts([(found.title, found.text) for found in overall_figures(measures)])


def _classes(measures: Measures) -> Html:
    names = [found.title for found in class_figures(measures.classes[0])]
    rows = [
        [found.label, number(found.n), *(figure.text for figure in class_figures(found))]
        for found in measures.classes
    ]
    return table([_("Class"), _("Images"), *names], rows)


def _confusion(measures: Measures) -> Html:
    labels = [found.label for found in measures.classes]
    rows = zip(labels, measures.confusion, strict=True)
    return table(["", *labels], [[label, *map(number, row)] for label, row in rows])


def _roc(report: ModelReport) -> Html:
    if report.cases is None or not len(report.cases.truth):
        return paragraph(not_measured())
    drawing = roc_drawing(report.card.labels, report.cases.truth, report.probabilities)
    return picture(drawing, _("ROC curves: sensitivity against false alarms, a curve a class."))


def _cross_validation(evaluation: Evaluation) -> Html:
    found = evaluation.cross_validation
    return _overall(found) if found else paragraph(not_measured())


def calibration(card: ModelCard, evaluation: Evaluation) -> Html:
    """What the percentages mean, before and after."""
    low, high = evaluation.ece_of_perfect
    rows = [
        (_("Method"), _method(card)),
        (_("Fitted on"), _fitted_on(card.calibration.n if card.calibration else 0)),
        (_("Calibration error before"), decimal_text(evaluation.ece_uncalibrated)),
        (_("Calibration error after"), decimal_text(evaluation.measures.ece)),
        (
            _("What chance alone would show"),
            _("{low} to {high}").format(low=decimal(low), high=decimal(high)),
        ),
    ]
    drawing = picture(
        reliability_drawing(evaluation),
        _("Reliability: share of right answers against how sure the model was."),
    )
    return section(
        _(CALIBRATION),
        facts(rows),
        paragraph(calibration_text(evaluation)),
        drawing,
    )


def _method(card: ModelCard) -> str | None:
    if card.calibration is None:
        return None
    return {
        "none": _("none"),
        "temperature": _("temperature scaling"),
        "vector": _("vector scaling, a scale and a bias a class"),
    }.get(card.calibration.kind, card.calibration.kind)


def _fitted_on(n: int) -> str | None:
    return _("{images} left out of learning").format(images=images_text(n)) if n else None


def label_sets(card: ModelCard, evaluation: Evaluation) -> Html:
    """Which classes cannot be ruled out, and how often the truth was among them."""
    rule = card.sets
    rows = [
        (_("Promised: the set holds the true class in"), level_text(rule.level) if rule else None),
        (_("Fitted on"), _fitted_on(rule.n if rule else 0)),
        (_("Found in the test"), figure_text(evaluation.coverage)),
        (_("Classes in a set, on average"), f"{evaluation.mean_set_size:.2f}"),
        (_("Cases for a colleague"), figure_text(evaluation.referred)),
    ]
    by_class = zip(card.labels, evaluation.coverage_by_class, strict=False)
    return section(
        _(SETS),
        facts(rows),
        table([_("Class"), _("Its set held it")], [[name, _known(f)] for name, f in by_class]),
    )


def _known(figure: Figure | None) -> Html | str:
    return not_measured() if figure is None else figure_text(figure)


def gate(card: ModelCard, evaluation: Evaluation | None) -> Html:
    """When an image is refused, and how often that is a mistake."""
    title = _(GATE)
    rule = card.gate
    refused = evaluation.refused if evaluation else None
    if rule is None:
        return section(title, paragraph(not_measured()), paragraph(gate_text(None)))
    rows = [
        (_("Images like the training images to be refused by mistake"), share(rule.target)),
        (
            _("Refused of the validation images, by which the limit was set"),
            figure_text(rule.validation),
        ),
        (_("Refused in the test"), _known(refused)),
        (_("Compared with the nearest training images"), str(rule.neighbours)),
        (_("Largest distance that passes"), f"{rule.threshold:.3g}"),
        (_("Only grey images"), _("yes") if rule.is_grey else _("no")),
        (
            _("Shorter side in training"),
            _("{n} pixels or more in 95 % of images").format(n=rule.smallest_side),
        ),
        (_("Images that are unlike and pass"), not_measured()),
    ]
    return section(title, paragraph(gate_text(rule, refused)), facts(rows))


def shift(evaluation: Evaluation) -> Html:
    """Whether the tested images differ from those of the training."""
    title = _(SHIFT)
    found = evaluation.shift
    if found is None:
        return section(title, paragraph(not_measured()))
    p_value = None if found.p_value is None else decimal(found.p_value)
    rows = [
        (_("Chance of such a difference if there were none (p)"), p_value or not_measured()),
        (_("Fewer right answers than on validation"), points_text(found.accuracy_drop)),
        (_("Warned by chance in"), share(found.alpha)),
    ]
    return section(title, paragraph(shift_text(found)), facts(rows))


def shortcuts(card: ModelCard) -> Html:
    """How right it is without what it should look at."""
    title, found = _(SHORTCUTS), card.shortcuts
    if found is None:
        return section(title, paragraph(not_measured()))
    texts = shortcut_warnings(found, card.labels) or (shortcut_text(found, card.labels),)
    rows = [
        [name, figure_text(seen.accuracy), decimal_text(seen.auc)]
        for name, seen in shortcut_rows(found)
    ]
    return section(
        title,
        paragraph(shortcut_basis(found)),
        table([_("What it saw"), _("Right answers"), _("AUC")], rows),
        bullets(texts),
    )


def subgroups(evaluation: Evaluation) -> Html:
    """Results where the cohort has sex, age, site or device."""
    title = _(SUBGROUPS)
    if not evaluation.subgroups:
        return section(title, paragraph(not_measured()))
    rows = [
        [
            trait_text(found.trait),
            group_text(found.trait, found.group),
            number(found.n),
            figure_text(found.accuracy),
            decimal_text(found.auc),
        ]
        for found in evaluation.subgroups
    ]
    head = [_("Trait"), _("Group"), _("Images"), _("Right answers"), _("AUC")]
    return section(title, table(head, rows))


def learning_curve(evaluation: Evaluation) -> Html:
    """What more images would bring."""
    title = _(MORE_IMAGES)
    curve = evaluation.learning_curve
    if curve is None:
        return section(title, paragraph(not_measured()))
    rows = [[number(point.n), figure_text(point.accuracy)] for point in curve.points]
    head = [_("Training images"), _("Right on validation")]
    return section(title, table(head, rows), bullets(learning_texts(curve)))
