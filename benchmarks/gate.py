"""Which images a model refuses, refers or answers for: its own kind, other kinds, and no images.

    python benchmarks/gate.py MODEL DATA [--trained-on FOLDER] [--images 100] [--most 0]

MODEL is a model folder. DATA holds `images/brain_mri_messy` and `images/blood_cells_360`. The
model's own held-out images are those of its split.csv, found where its card says or in FOLDER.
--images is how many of each synthetic kind are drawn, --most how many of each other row are read
at most, drawn with a seed (0: all). Everything is a file that `predict` reads, so that the whole
chain is measured. Exits with 1 if a target is missed.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from machine import machine, print_table
from numpy.typing import NDArray
from PIL import Image

from precmed_gui.cohorts.case_names import case_file, case_key
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.evaluation.intervals import wilson
from precmed_gui.learning.predict import predict
from precmed_gui.learning.shelf import load_card, split_rows
from precmed_gui.modalities import modality, open_cohort
from precmed_gui.modalities.imaging.phantoms import write_demo_cohort

FOREIGN_AT_LEAST, OWN_AT_MOST = 0.95, 0.02
OTHER_KINDS = ("brain_mri_messy", "blood_cells_360")
REASONS_SHOWN = 3


@dataclass(frozen=True)
class Row:
    """What became of the images of one kind; `unread` have no picture and so no verdict."""

    name: str
    is_own: bool
    verdicts: Counter[str]
    reasons: Counter[str]
    unread: int

    @property
    def total(self) -> int:
        return self.verdicts.total() + self.unread

    @property
    def turned_away(self) -> int:
        """Refused, or not even read: nobody gets an answer for these."""
        return self.verdicts["refused"] + self.unread

    @property
    def is_met(self) -> bool:
        share = self.turned_away / max(1, self.total)
        return share <= OWN_AT_MOST if self.is_own else share >= FOREIGN_AT_LEAST


def main() -> int:
    options = parse()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("PRECMED_HOME", str(Path(folder) / "home"))
        card = load_card(options.model)
        own = some(own_cases(options.model, card, options.trained_on), options)
        kinds = [("own test images", own)]
        kinds += [
            (name, some(cases_in(options.data / "images" / name), options)) for name in OTHER_KINDS
        ]
        demo = Path(folder) / "phantoms"
        write_demo_cohort(demo, ignore, NeverCancelled())
        kinds.append(("demo phantoms", some(cases_in(demo), options)))
        for name, pictures in synthetic(card, options):
            kinds.append((name, written(pictures, Path(folder) / name)))
        kinds.append(("own, inverted", written(inverted(own), Path(folder) / "inverted")))
        rows = [row_of(name, cases, options.model) for name, cases in kinds]
    return show(rows, card)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, metavar="MODEL")
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--trained-on", type=Path, metavar="FOLDER")
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def own_cases(model: Path, card: ModelCard, trained_on: Path | None) -> list[Case]:
    """The test part of split.csv, where the images are now."""
    folder = str(trained_on.absolute()) if trained_on else card.source_folder
    cases = []
    for row in split_rows(model):
        if row.part == "test":
            file = case_file(row.case, folder)
            item = case_key(row.case, folder).removeprefix(file).removeprefix("#")
            cases.append(Case(file, item, row.label))
    lost = [case.path for case in cases if not Path(case.path).is_file()]
    if lost:
        raise SystemExit(f"{len(lost)} test images are gone, as {lost[0]}: say --trained-on FOLDER")
    return cases


def cases_in(folder: Path) -> list[Case]:
    return list(open_cohort([str(folder)], ignore, NeverCancelled()).cases)


def some(cases: list[Case], options: argparse.Namespace) -> list[Case]:
    if not 0 < options.most < len(cases):
        return cases
    chosen = np.random.default_rng(options.seed).choice(len(cases), options.most, replace=False)
    return [cases[place] for place in sorted(chosen)]


def synthetic(
    card: ModelCard, options: argparse.Namespace
) -> Iterator[tuple[str, Iterator[NDArray[np.uint8]]]]:
    """Images that show nothing, of the size and the channels the model was trained on."""
    side = max(card.data.shorter_side, card.gate.smallest_side if card.gate else 0)
    shape = (side, side) if card.data.channels == 1 else (side, side, 3)
    random = np.random.default_rng(options.seed)
    count = range(options.images)
    yield "uniform noise", (random.integers(0, 256, shape, dtype=np.uint8) for _ in count)
    deviations = np.geomspace(8, 128, options.images)
    yield "gaussian noise", (eight_bits(random.normal(128, one, shape)) for one in deviations)
    yield (
        "blank",
        (np.full(shape, level, np.uint8) for level in np.linspace(0, 255, options.images)),
    )
    yield (
        "blank, grainy",
        (
            eight_bits(random.normal(level, 1, shape))
            for level in np.linspace(0, 255, options.images)
        ),
    )


def eight_bits(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(values), 0, 255), dtype=np.uint8)


def inverted(cases: Sequence[Case]) -> Iterator[NDArray[np.uint8]]:
    """Negatives in 8 bits; those of 16-bit images are taken over the range they use."""
    for case in cases:
        pixels = modality("imaging").read(case)
        if pixels.dtype == np.uint16:
            pixels = eight_bits(pixels * (255 / max(1, int(pixels.max()))))
        yield (255 - pixels).astype(np.uint8)


def written(pictures: Iterator[NDArray[np.uint8]], folder: Path) -> list[Case]:
    folder.mkdir()
    cases = []
    for number, pixels in enumerate(pictures):
        path = folder / f"{number:05}.png"
        Image.fromarray(pixels.squeeze()).save(path)
        cases.append(Case(str(path)))
    return cases


def row_of(name: str, cases: Sequence[Case], model: Path) -> Row:
    answers = predict(str(model), tuple(cases), ignore, NeverCancelled())
    verdicts = Counter(str(prediction.verdict) for prediction in answers.predictions)
    reasons = Counter(one.reason for one in answers.predictions if one.verdict == "refused")
    reasons.update(file.reason for file in answers.unreadable)
    print(f"{name}: {len(cases)} images", file=sys.stderr)
    is_own = name == "own test images"
    return Row(name, is_own, verdicts, reasons, len(answers.unreadable))


def show(rows: Sequence[Row], card: ModelCard) -> int:
    print(f"{machine()}\n")
    print(f"{card.name}: {', '.join(card.labels)}; trained on {card.split.train} images")
    if card.gate:
        print(
            f"gate: {card.gate.target:.1%} false refusals wanted, validation "
            f"{card.gate.validation.value:.1%} ({card.gate.validation.low:.1%} to "
            f"{card.gate.validation.high:.1%})"
        )
    print("\nShares of the images, with Wilson's 95 % intervals\n")
    print_table(
        ["images of", "n", "refused", "not read", "referred", "answered", "target", ""],
        [cells(row) for row in rows],
    )
    print("\nCommonest reasons\n")
    print_table(
        ["images of", "n", "reason"],
        [
            [row.name, count, reason]
            for row in rows
            for reason, count in row.reasons.most_common(REASONS_SHOWN)
        ],
    )
    print("\nRefused and not read count together; the own test images count by image, not patient.")
    return 0 if all(row.is_met for row in rows) else 1


def cells(row: Row) -> list[object]:
    counts = (row.verdicts["refused"], row.unread, row.verdicts["refer"], row.verdicts["answer"])
    limit = f"<= {OWN_AT_MOST:.0%} away" if row.is_own else f">= {FOREIGN_AT_LEAST:.0%} away"
    word = "met" if row.is_met else "MISSED"
    return [row.name, row.total, *(share(count, row.total) for count in counts), limit, word]


def share(count: int, total: int) -> str:
    if not total:
        return "-"
    figure = wilson(count, total)
    return f"{figure.value:.1%} ({figure.low:.1%}-{figure.high:.1%})"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PrecmedError as error:
        sys.exit(f"{error.message} {error.hint}")
