"""Makes the pictures of the documents: the window in both languages and both themes.

    python docs/make_screenshots.py [COHORT_FOLDER] [--all-sizes FOLDER]

Without a folder the demo cohort is used. With --all-sizes the window is also pictured at 1280 x 800
and 1920 x 1080, into FOLDER, to be looked at and not kept.

The pictures of this repository were made with the chest X-rays of Kermany et al. 2018 (CC BY 4.0).
It trains a network first, so it takes a few minutes.
"""

import argparse
import os
import sys
import tempfile
from itertools import product
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.learning.split import split_cohort
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.theme import apply_theme

IMAGES = Path(__file__).resolve().parent / "images"
SIZE, OTHER_SIZES = (1440, 900), ((1280, 800), (1920, 1080))
LOOKS = tuple(product(("en", "zh_CN"), ("light", "dark")))
SHOWN = 8
SETTLE_MS = 800


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", nargs="?", default="")
    parser.add_argument("--all-sizes", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    pictures = [(look, SIZE, IMAGES / f"window-{'-'.join(look)}.png") for look in LOOKS]
    if options.all_sizes:
        pictures += [
            (look, size, options.all_sizes / f"{'-'.join(look)}-{size[0]}x{size[1]}.png")
            for size, look in product(OTHER_SIZES, LOOKS)
        ]
    with tempfile.TemporaryDirectory() as home:
        os.environ["PRECMED_HOME"] = home
        return make(options.source, pictures)


Picture = tuple[tuple[str, str], tuple[int, int], Path]


def make(source: str, pictures: list[Picture]) -> int:
    application = QApplication([])
    apply_theme(application, "light")
    photographer = Photographer(source, pictures)
    photographer.begin()
    return int(application.exec())


class Photographer:
    """Drives a window: what comes next starts when the window says that the last thing ended."""

    def __init__(self, source: str, pictures: list[Picture]) -> None:
        self._source, self._pictures = source, pictures
        self._window = MainWindow(make_jobs())
        self._window.show()
        self._window.cohort_flow.opened.connect(self._train)
        self._window.training_flow.finished.connect(self._wait_for_model)
        self._window.reading_flow.finished.connect(self._settle)

    def begin(self) -> None:
        self._window.begin()
        if self._source:
            self._window.open_paths([self._source])
        else:
            self._window.cohort_flow.open_demo()

    def _train(self) -> None:
        settings = TrainingSettings()
        QTimer.singleShot(SETTLE_MS, lambda: self._window.training_flow.train(settings))

    def _wait_for_model(self, _result: object) -> None:
        self._window.workspace.model_changed.connect(self._read)

    def _read(self, _card: object) -> None:
        cohort = self._window.workspace.cohort
        test = split_cohort(cohort, TrainingSettings().seed).test
        cases = tuple(cohort.cases[place] for place in test[:: max(1, len(test) // SHOWN)])
        self._window.reading_flow.read_cases(cases)

    def _settle(self) -> None:
        QTimer.singleShot(SETTLE_MS, self._dress)

    def _dress(self) -> None:
        if not self._pictures:
            self._window.shut_down()
            QApplication.quit()
            return
        look, size, path = self._pictures[0]
        path.parent.mkdir(exist_ok=True)
        actions = self._window.actions_
        for action in (*actions.languages.actions(), *actions.themes.actions()):
            if action.data() in look:
                action.trigger()
        self._window.resize(*size)
        QTimer.singleShot(SETTLE_MS, self._take)

    def _take(self) -> None:
        _look, _size, path = self._pictures.pop(0)
        self._window.grab().save(str(path))
        self._dress()


if __name__ == "__main__":
    sys.exit(main())
