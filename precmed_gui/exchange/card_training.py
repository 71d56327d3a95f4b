"""The first half of the model card page: what the model is for, made from and made by."""

from precmed_gui.diagnosis.model_card import Candidate, Member, ModelCard
from precmed_gui.evaluation.figure_texts import decimal, duration, number, share
from precmed_gui.evaluation.leak_texts import leaks_texts
from precmed_gui.evaluation.network_names import networks_text, recipe_title
from precmed_gui.evaluation.view_texts import slices_text, window_text
from precmed_gui.evaluation.wording import chosen_because, patients_text
from precmed_gui.exchange.page_elements import (
    Html,
    bullets,
    facts,
    gap,
    heading,
    lines,
    paragraph,
    section,
    table,
)
from precmed_gui.language import N_, _, ngettext

_SETTINGS = {
    "epochs": N_("Epochs"),
    "batch_size": N_("Batch size"),
    "learning_rate": N_("Learning rate"),
    "seed": N_("Seed"),
    "budget": N_("Budget in minutes"),
    "folds": N_("Folds"),
}


def purpose(card: ModelCard) -> Html:
    """What the model is for, and what it is not for."""
    use = lines(card.intended_use)
    if not card.intended_use.strip():
        use = gap(_("No intended use stated."))
    rows = [
        (_("Intended use, in the words of who trained it"), use),
        (_("Who is to use it, where, with which patients"), None),
        (
            _("Not for"),
            _("Decisions about a patient without a reader: this is a model for research."),
        ),
    ]
    return section(_("Intended use"), facts(rows))


def data(card: ModelCard) -> Html:
    """What the images are like, and what only people can say about them."""
    known = card.data
    colour = _("grey") if known.channels == 1 else _("colour")
    patients = number(known.patients) if card.split.are_patients_known else None
    rows = [
        (_("Cohort"), card.source or None),
        (_("Images with a class"), number(known.images)),
        (_("Patients"), patients),
        (_("Shorter side"), _("{n} pixels or more in 95 % of images").format(n=known.shorter_side)),
        (_("Colour"), colour),
        (_("Commonest class to rarest"), f"{known.imbalance:.1f} : 1"),
        (_("Notes of who trained it"), lines(card.notes)),
        (_("Where, when and with which devices the images were taken"), None),
        (_("Which patients were taken in and which left out"), None),
        (_("Who said which class is true, and how sure that is"), None),
        (_("Ethics approval and consent"), None),
    ]
    counts = zip(card.labels, known.counts, strict=False)
    classes = table(
        [_("Class"), _("Images"), _("Share")],
        [[label, number(n), share(n / max(1, known.images))] for label, n in counts],
    )
    return section(_("Data"), facts(rows), heading(_("Classes")), classes)


def split(card: ModelCard) -> Html:
    """The receipt of the division."""
    receipt = card.split
    origin = _("came with the data") if receipt.is_given else _("drawn by patient")
    rows = [
        (_("Training"), number(receipt.train)),
        (_("Validation"), number(receipt.validation)),
        (_("Test"), number(receipt.test)),
        (_("Patients"), number(receipt.patients) if receipt.are_patients_known else None),
        (_("Patients in more than one part"), _shared_patients(card)),
        (_("Leaks between given parts"), _leaks(card)),
        (_("Division"), origin),
        (_("Seed"), str(receipt.seed)),
        (_("Fingerprint (SHA-256)"), receipt.fingerprint or None),
    ]
    return section(_("Split receipt"), facts(rows), paragraph(patients_text(receipt)))


def _leaks(card: ModelCard) -> str | None:
    if card.leaks is None:
        return None
    found = leaks_texts(card.leaks)
    return lines("\n".join(found)) if found else _("none")


def _shared_patients(card: ModelCard) -> str | None:
    return number(card.split.patients_shared) if card.split.are_patients_known else None


def recipe(card: ModelCard) -> Html:
    """Which networks it has, and what else was tried."""
    channels = _("grey") if card.channels == 1 else _("colour")
    size = _("{side} × {side} pixels, {channels}, brightest value {full_scale}").format(
        side=card.image_size, channels=channels, full_scale=card.full_scale
    )
    views = ngettext("{n} view of each image", "mean of {n} views of each image", card.views)
    rows = [
        (_("Kind of data"), card.modality),
        (_("Recipe"), recipe_title(card.recipe)),
        (_("What the model sees"), size),
        (_("Of a case with several slices"), slices_text(card.slices)),
        (_("Window on values with a unit"), window_text(card.window)),
        (_("When reading"), views.format(n=card.views)),
    ]
    parts = [facts(rows), paragraph(chosen_because(card)), heading(_("Networks")), _members(card)]
    if card.candidates:
        parts += [
            heading(_("What was tried, judged on images left out of learning")),
            _candidates(card),
        ]
    return section(_("Recipe"), *parts)


def _members(card: ModelCard) -> Html:
    head = [_("Network"), _("Side in pixels"), _("Weight in the mean")]
    return table(head, [_member_row(member) for member in card.members])


def _member_row(member: Member) -> list[str]:
    return [recipe_title(member.recipe), str(member.image_size), share(member.weight)]


def _candidates(card: ModelCard) -> Html:
    head = [_("Tried"), _("Log loss"), _("AUC"), _("Right answers"), _("Time"), _("Kept")]
    return table(head, [_candidate_row(candidate) for candidate in card.candidates])


def _candidate_row(candidate: Candidate) -> list[str]:
    return [
        networks_text(candidate),
        f"{candidate.log_loss:.3f}",
        _("not defined") if candidate.auc is None else decimal(candidate.auc),
        share(candidate.accuracy),
        duration(candidate.seconds),
        _("yes") if candidate.is_kept else _("no"),
    ]


def training(card: ModelCard) -> Html:
    """How it was trained."""
    history = card.history
    epochs = _("{best} of {all}").format(best=history.best_epoch, all=len(history.loss))
    rows: list[tuple[str, str | None]] = [
        (_("Trained at (UTC)"), card.trained_at or None),
        (_("Device"), card.device or None),
        (_("Time"), duration(card.seconds)),
        (_("Best epoch"), epochs if history.loss else None),
        (_("Stopped early by a user"), _("yes") if card.is_stopped else _("no")),
        (_("Training and validation parted"), _("yes") if card.has_parted else _("no")),
        *((_setting(name), f"{value:g}") for name, value in card.settings.items()),
    ]
    return section(_("Training"), facts(rows))


def _setting(name: str) -> str:
    return _(_SETTINGS[name]) if name in _SETTINGS else name


def versions(card: ModelCard) -> Html:
    """With what it was made."""
    rows = [*card.versions.items(), (_("Format of the card"), str(card.format))]
    return section(_("Versions"), facts(rows))


def limits(card: ModelCard, found: tuple[str, ...]) -> Html:
    """What a reader must know, and what nobody has looked at."""
    rows = [
        (_("Tested on images of another hospital"), None),
        (_("Look at the images it got wrong"), None),
        (_("Compared with readers"), None),
        (_("Registration and funding"), None),
    ]
    known = bullets(found) if found else paragraph(_("The run itself found nothing to warn of."))
    fixed = _("The model knows these classes only: {n}. Whatever else an image shows, it misses.")
    return section(
        _("Limits"), known, paragraph(fixed.format(n=_(", ").join(card.labels))), facts(rows)
    )
