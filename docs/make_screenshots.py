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
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from precmed_gui.diagnosis.training import TrainingSettings
    from precmed_gui.learning.split import split_cohort
    from precmed_gui.window.engines import make_jobs
    from precmed_gui.window.main_window import MainWindow
    from precmed_gui.window.theme import apply_theme

    application = QApplication([])
    apply_theme(application, "light")
    window = MainWindow(make_jobs())
    window.show()

    def opened() -> None:
        QTimer.singleShot(SETTLE_MS, lambda: window.training_flow.train(TrainingSettings()))

    def trained(_result: object) -> None:
        window.workspace.model_changed.connect(chosen)

    def chosen(_card: object) -> None:
        cohort = window.workspace.cohort
        test = split_cohort(cohort, TrainingSettings().seed).test
        cases = tuple(cohort.cases[place] for place in test[:: max(1, len(test) // SHOWN)])
        window.reading_flow.read_cases(cases)

    def read() -> None:
        QTimer.singleShot(SETTLE_MS, next_look)

    def next_look() -> None:
        if not pictures:
            window.shut_down()
            application.quit()
            return
        (language, theme), size, path = pictures[0]
        path.parent.mkdir(exist_ok=True)
        actions = (*window.actions_.languages.actions(), *window.actions_.themes.actions())
        for action in actions:
            if action.data() in (language, theme):
                action.trigger()
        window.resize(*size)
        QTimer.singleShot(SETTLE_MS, take)

    def take() -> None:
        _look, _size, path = pictures.pop(0)
        window.grab().save(str(path))
        next_look()

    window.cohort_flow.opened.connect(opened)
    window.training_flow.finished.connect(trained)
    window.reading_flow.finished.connect(read)
    window.begin()
    if source:
        window.open_paths([source])
    else:
        window.cohort_flow.open_demo()
    return int(application.exec())


if __name__ == "__main__":
    sys.exit(main())
