"""Makes the pictures of the documents: the window in both languages and both themes.

    python docs/make_screenshots.py [COHORT_FOLDER]

Without a folder the demo cohort is used. The pictures of this repository were made with the chest
X-rays of Kermany et al. 2018 (CC BY 4.0). Trains a network first, so it takes a few minutes.
"""

import os
import sys
import tempfile
from itertools import product
from pathlib import Path

IMAGES = Path(__file__).resolve().parent / "images"
SIZES = {"": (1440, 900), "-1280x800": (1280, 800), "-1920x1080": (1920, 1080)}
SHOWN = 8
SETTLE_MS = 800


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["PRECMED_HOME"] = home
        return make(sys.argv[1] if len(sys.argv) > 1 else "")


def make(source: str) -> int:
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
    looks = [
        (language, theme, size)
        for size, language, theme in product(SIZES, ("en", "zh_CN"), ("light", "dark"))
    ]
    IMAGES.mkdir(exist_ok=True)

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
        if not looks:
            window.shut_down()
            application.quit()
            return
        language, theme, size = looks[0]
        actions = (*window.actions_.languages.actions(), *window.actions_.themes.actions())
        for action in actions:
            if action.data() in (language, theme):
                action.trigger()
        window.resize(*SIZES[size])
        QTimer.singleShot(SETTLE_MS, take)

    def take() -> None:
        language, theme, size = looks.pop(0)
        window.grab().save(str(IMAGES / f"window-{language}-{theme}{size}.png"))
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
