"""Makes the pictures of the documents: the window in both languages and both themes.

    python docs/make_screenshots.py [COHORT_FOLDER]
        [--model FOLDER | --reading FOLDER | --series FOLDER] [--all-sizes FOLDER]

Without a folder the demo cohort is used. With --all-sizes the window is also pictured at 1280 x 800
and 1920 x 1080, into FOLDER, to be looked at and not kept.

With --model nothing is trained. The evaluation of this tested model is pictured instead, and the
states of a prediction beside each other: an answer, one that is referred, one that is refused.

With --reading nothing is trained either: cases of the cohort are read with this model and decided,
one with a map on a large picture, one blinded.

With --series nothing is trained either: the check of the cohort is pictured, beside the middle
slice of a DICOM series.

The pictures of this repository were made with the chest X-rays of Kermany et al. 2018 (CC BY 4.0).
Without --model it trains a network first, so it takes a few minutes.
"""

import argparse
import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from precmed_gui.cohorts.split import split_cohort
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.modalities import open_cohort
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.reading_stage import Choice
from precmed_gui.window.theme import apply_theme

IMAGES = Path(__file__).resolve().parent / "images"
SIZE, OTHER_SIZES = (1440, 900), ((1280, 800), (1920, 1080))
LANGUAGES, THEMES = ("en", "zh_CN"), ("light", "dark")
LOOKS = tuple(product(LANGUAGES, THEMES))
VERDICTS = ("answer", "refer", "refused")
SHOWN, LEAST_SURE, READ = 8, 24, 12
SETTLE_MS = 800
EVALUATION, CHECK, WORKLIST = 3, 4, 5


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", nargs="?", default="")
    parser.add_argument("--model", type=Path, metavar="FOLDER")
    parser.add_argument("--reading", type=Path, metavar="FOLDER")
    parser.add_argument("--series", type=Path, metavar="FOLDER")
    parser.add_argument("--all-sizes", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["PRECMED_HOME"] = home
        application = QApplication([])
        apply_theme(application, "light")
        photographer: Photographer
        if model := options.model or options.reading:
            kept = shutil.copytree(model, Path(home) / "models" / model.name)
            kind = EvaluationPhotographer if options.model else ReadingPhotographer
            photographer = kind(options.source, options.all_sizes, kept)
        elif options.series:
            photographer = CheckPhotographer(options.source, options.all_sizes, options.series)
        else:
            photographer = WindowPhotographer(options.source, options.all_sizes)
        photographer.begin()
        return int(application.exec())


class Photographer:
    """Drives a window step by step; after each step the window gets time to settle."""

    name = ""

    def __init__(self, source: str, all_sizes: Path | None) -> None:
        self._source, self._all_sizes = source, all_sizes
        self._steps: list[Callable[[], None]] = []
        self._window = MainWindow(make_jobs())
        self._window.show()

    def begin(self) -> None:
        self._window.begin()

    def take_pictures(self) -> None:
        """What follows once the window shows what is to be seen."""
        pictures = [(look, SIZE, IMAGES / f"{self.name}-{'-'.join(look)}.png") for look in LOOKS]
        if self._all_sizes:
            pictures += [
                (look, size, self._all_sizes / f"{self.name}-{'-'.join(look)}-{size[0]}.png")
                for size, look in product(OTHER_SIZES, LOOKS)
            ]
        for look, size, path in pictures:
            self._steps += [partial(self.dress, look, size), partial(self._take, path)]
        self._steps += self.more_steps()
        self.go_on()

    def more_steps(self) -> list[Callable[[], None]]:
        return []

    def go_on(self) -> None:
        window = self._window
        is_busy = window.reading_flow.is_reading or window.check_flow.is_checking
        is_busy = is_busy or window.room.maps.is_working
        if is_busy:  # a new language reads the images again
            QTimer.singleShot(SETTLE_MS, self.go_on)
            return
        if not self._steps:
            self._window.shut_down()
            QApplication.quit()
            return
        self._steps.pop(0)()
        QTimer.singleShot(SETTLE_MS, self.go_on)

    def dress(self, look: tuple[str, str], size: tuple[int, int]) -> None:
        actions = self._window.actions_
        for action in (*actions.languages.actions(), *actions.themes.actions()):
            if action.data() in look:
                action.trigger()
        self._window.resize(*size)

    def _take(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        self._window.grab().save(str(path))


class WindowPhotographer(Photographer):
    """Trains on the cohort, reads some of its test images, and pictures the whole window."""

    name = "window"

    def begin(self) -> None:
        super().begin()
        self._window.cohort_flow.opened.connect(self._train)
        self._window.training_flow.finished.connect(self._wait_for_model)
        self._window.reading_flow.finished.connect(self._settle)
        if self._source:
            self._window.open_paths([self._source])
        else:
            self._window.cohort_flow.open_demo()

    def _train(self) -> None:
        settings = TrainingSettings(budget=1.0)
        QTimer.singleShot(SETTLE_MS, lambda: self._window.training_flow.train(settings))

    def _wait_for_model(self, _result: object) -> None:
        self._window.workspace.model_changed.connect(self._read)

    def _read(self, _card: object) -> None:
        self._window.workspace.model_changed.disconnect(self._read)
        cohort = self._window.workspace.cohort
        test = split_cohort(cohort, TrainingSettings().seed).test
        cases = tuple(cohort.cases[place] for place in test[:: max(1, len(test) // SHOWN)])
        self._window.reading_flow.read_cases(cases)

    def _settle(self) -> None:
        self._window.reading_flow.finished.disconnect(self._settle)
        QTimer.singleShot(SETTLE_MS, self.take_pictures)


class CheckPhotographer(Photographer):
    """Checks a cohort and shows a series beside it."""

    name = "check"

    def __init__(self, source: str, all_sizes: Path | None, series: Path) -> None:
        super().__init__(source, all_sizes)
        self._series = series

    def begin(self) -> None:
        super().begin()
        self._window.cohort_flow.opened.connect(self._check)
        self._window.check_flow.checked.connect(self._show)
        self._window.open_paths([self._source])

    def _check(self) -> None:
        self._window.show_panel(CHECK)
        QTimer.singleShot(SETTLE_MS, self._window.check_flow.check)

    def _show(self, _report: object) -> None:
        self._window.check_flow.checked.disconnect(self._show)  # a new language checks again
        series = open_cohort([str(self._series)], ignore, NeverCancelled())
        self._window.reading_flow.read_one(series.cases[0])
        QTimer.singleShot(SETTLE_MS, self.take_pictures)


class ReadingPhotographer(Photographer):
    """Reads test cases of the cohort as two readers do, openly and blinded."""

    name = "reading"

    def __init__(self, source: str, all_sizes: Path | None, model: Path) -> None:
        super().__init__(source, all_sizes)
        self._model, self._has_read = model, False

    def begin(self) -> None:
        super().begin()
        self._window.cohort_flow.opened.connect(self._read)
        self._window.workspace.model_changed.connect(self._read)
        self._window.reading_flow.finished.connect(self._decide)
        self._window.open_paths([self._source])

    def _read(self) -> None:
        """Once both the cohort and the model are there."""
        cases = self._window.workspace.cohort.cases
        if self._has_read or self._window.workspace.model != self._model or not cases:
            return
        self._has_read = True
        with (self._model / "split.csv").open(encoding="utf-8", newline="") as file:
            tested = [row["case"] for row in csv.DictReader(file) if row["part"] == "test"]
        wanted = {Path(name).name for name in tested[:: max(1, len(tested) // READ)]}
        chosen = tuple(case for case in cases if Path(case.path).name in wanted)
        self._window.reading_flow.read_cases(chosen)

    def _decide(self) -> None:
        self._window.reading_flow.finished.disconnect(self._decide)
        decisions = self._window.room.decisions
        decisions.use_reader("Dr Wu")
        self._window.prediction.table.go_to(0)
        for choice in (Choice("agree"), Choice("agree"), Choice("refer"), Choice("agree")):
            decisions.decide(choice)
        self._window.layout_.set_large(is_large=True)
        QTimer.singleShot(SETTLE_MS, self.take_pictures)

    def _take(self, path: Path) -> None:
        """A new language reads the images again, and the map is gone."""
        window = self._window
        if window.layout_.is_large and window.room.maps.explanation is None:
            window.prediction.map_bar.wish()
            self._steps.insert(0, partial(self._take, path))
        else:
            super()._take(path)

    def more_steps(self) -> list[Callable[[], None]]:
        window = self._window
        steps: list[Callable[[], None]] = [partial(window.layout_.set_large, is_large=False)]
        steps.append(partial(window.show_panel, WORKLIST))
        steps.append(partial(window.worklist.blinding.setChecked, True))
        steps.append(partial(window.room.decisions.use_reader, "Dr Sun"))
        steps.append(window.room.worklist.show_next_waiting)
        for language in LANGUAGES:
            steps.append(partial(self.dress, (language, THEMES[0]), SIZE))
            steps.append(partial(self._take, IMAGES / f"blinded-{language}.png"))
        return steps


class EvaluationPhotographer(Photographer):
    """Opens the evaluation of a model, and finds an image for each state of a prediction."""

    name = "evaluation"

    def __init__(self, source: str, all_sizes: Path | None, model: Path) -> None:
        super().__init__(source, all_sizes)
        self._model = model
        self._states: list[QPixmap] = []

    def begin(self) -> None:
        super().begin()
        self._window.workspace.model_changed.connect(self._on_model)
        self._window.reading_flow.finished.connect(self._on_read)
        self._window.model_flow.look(str(self._model))

    def _on_model(self, _card: object) -> None:
        if self._window.workspace.model == self._model:
            self._window.docks[EVALUATION].raise_()
            self._window.evaluation_flow.with_report(self._read)

    def _read(self, report: ModelReport) -> None:
        """The surest and the least sure test images, and the surest one as a negative."""
        from PIL import Image, ImageOps

        order = np.argsort(-report.probabilities.max(axis=1), kind="stable")
        paths = [found for row in order if (found := self._found(report, int(row))) is not None]
        if not paths:
            sys.exit("The test images of this model are not here: name their folder first.")
        negative = self._model.parent / f"negative-{paths[0].stem}.png"
        with Image.open(paths[0]) as image:
            ImageOps.invert(image.convert("L")).save(negative)
        chosen = [*paths[:1], negative, *paths[:-LEAST_SURE:-1]]
        self._window.reading_flow.read_cases(tuple(Case(str(path)) for path in chosen))

    def _found(self, report: ModelReport, row: int) -> Path | None:
        key = report.cases.keys[row] if report.cases else ""
        places = (Path(report.paths[row]), Path(self._source) / key)
        return next((place for place in places if place.is_file()), None)

    def _on_read(self) -> None:
        self._window.reading_flow.finished.disconnect(self._on_read)  # languages read again
        QTimer.singleShot(SETTLE_MS, self.take_pictures)

    def more_steps(self) -> list[Callable[[], None]]:
        said = [answer.verdict for answer in self._window.prediction.readings.predictions()]
        rows = [said.index(verdict) for verdict in VERDICTS if verdict in said]
        for verdict in set(VERDICTS).difference(said):
            print(f"No image is “{verdict}”: this state is not pictured.", file=sys.stderr)  # noqa: T201
        steps: list[Callable[[], None]] = []
        for language in LANGUAGES:
            steps.append(partial(self.dress, (language, THEMES[0]), SIZE))
            for row in rows:
                steps += [partial(self._window.prediction.table.go_to, row), self._keep_state]
            steps.append(partial(self._join, IMAGES / f"prediction-states-{language}.png"))
        return steps

    def _keep_state(self) -> None:
        self._states.append(self._window.prediction.grab())

    def _join(self, path: Path) -> None:
        states, self._states = self._states, []
        width, height = states[0].width(), states[0].height()
        whole = QPixmap(width * len(states), height)
        painter = QPainter(whole)
        for place, state in enumerate(states):
            painter.drawPixmap(QPoint(place * width, 0), state)
        painter.end()
        whole.save(str(path))


if __name__ == "__main__":
    sys.exit(main())
