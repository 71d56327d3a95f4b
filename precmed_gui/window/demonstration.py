"""The main job without a display: the same window, driven from cohort to prediction, with pictures.

Used by `precmed-gui --demo` where there is no screen; leaves everything in one folder.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from precmed_gui.cohorts.split import split_cohort
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.diagnosis.training import TrainingResult, TrainingSettings
from precmed_gui.evaluation.figure_texts import decimal_text, figure_text
from precmed_gui.language import N_, _, sentences
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.wording import duration

DEMO_BUDGET = 1.0
"""Minutes: enough for a first honest model on the demo cohort."""
HELD_OUT_SHOWN = 24
LONGEST_SECONDS = 1500
SETTLE_MS = 400
README = N_("""PrecMed did its main job here, without a display, through its own window:

1. opened the synthetic demo cohort (chest-like phantoms, generated; no patient's images);
2. trained the recipe “{recipe}” on {train} images, with {validation} to judge it by;
3. tested it on {test} images of patients nobody trained on: {accuracy} right, AUC {auc};
4. read {read} of these held-out images: {right} were called right.

The pictures 1 to 5 show the window at each stage; result.json has the figures.

To open the window, start “make run” on a desktop, or “.venv/bin/precmed-gui”.
Research use only. The demo model knows phantoms, not patients.
""")


class Demonstration(QObject):
    """Drives a window by its own signals: what comes next starts when the last thing ended."""

    def __init__(self, window: MainWindow, folder: Path, settings: TrainingSettings) -> None:
        super().__init__(window)
        self._window, self._folder, self._settings = window, folder, settings
        self._started = time.monotonic()
        self._curves_shown = False
        self.exit_code = 1
        window.cohort_flow.opened.connect(self._on_opened)
        window.cohort_flow.failed.connect(self._on_open_failed)
        window.training_flow.finished.connect(self._on_trained)
        window.training_flow.ended.connect(self._on_training_ended)
        window.reading_flow.finished.connect(self._on_read)
        window.jobs.reported.connect(self._on_reported)

    def start(self) -> None:
        """From the empty window on."""
        self._window.begin(is_afresh=True)
        self._say(_("The window is open."))
        self._picture("1-first-start", self._window.cohort_flow.open_demo)

    @Slot()
    def give_up(self) -> None:
        """Too long: leave what there is, and fail."""
        self._say(_("The demonstration took too long and was ended."))
        self._picture("stuck", self._finish)

    @Slot()
    def _on_opened(self) -> None:
        cohort = self._window.workspace.cohort
        self._say(_("{n} images opened.").format(n=len(cohort.cases)))
        self._picture("2-cohort", self._train)

    @Slot(str, str)
    def _on_open_failed(self, message: str, hint: str) -> None:
        self._fail(sentences(message, hint))

    def _train(self) -> None:
        self._window.training.choice.choose_budget(self._settings.budget)
        self._window.training_flow.train(self._settings)

    @Slot(int, object)
    def _on_reported(self, _job: int, event: object) -> None:
        epoch = getattr(event, "epoch", 0)
        if epoch >= 4 and not self._curves_shown:
            self._curves_shown = True
            self._picture("3-training", lambda: None)

    @Slot(object)
    def _on_trained(self, result: TrainingResult) -> None:
        self._result = result
        self._say(_("Trained in {time}.").format(time=duration(result.seconds)))
        self._picture("4-trained", self._read)

    @Slot()
    def _on_training_ended(self) -> None:
        if self._window.training_flow.last_result is None:
            training = self._window.training
            self._fail(training.strip.text() or training.leak_question.text())

    def _read(self) -> None:
        cohort = self._window.workspace.cohort
        split = split_cohort(cohort, self._settings.seed)
        step = max(1, len(split.test) // HELD_OUT_SHOWN)
        self._held_out = tuple(cohort.cases[i] for i in split.test[::step])
        self._window.reading_flow.read_cases(self._held_out)

    @Slot()
    def _on_read(self) -> None:
        self._picture("5-prediction", self._write)

    def _write(self) -> None:
        rows = self._window.prediction.readings
        truth = {case.key: case.label for case in self._held_out}
        right = sum(truth.get(p.case.key) == p.label for p in rows.predictions())
        card, split = self._result.card, self._result.card.split
        document = {
            "seconds": round(time.monotonic() - self._started, 1),
            "card": card.to_json(),
            "predictions": [
                {
                    "image": p.case.name,
                    "true_label": truth.get(p.case.key),
                    "label": p.label,
                    "probabilities": dict(zip(p.labels, p.probabilities, strict=True)),
                    "set": list(p.label_set),
                    "verdict": p.verdict,
                }
                for p in rows.predictions()
            ],
            "unreadable": [asdict(file) for file in rows.unreadable()],
        }
        text = _(README).format(
            recipe=card.recipe,
            train=split.train,
            validation=split.validation,
            test=split.test,
            accuracy=figure_text(card.accuracy),
            auc=decimal_text(card.auc),
            read=len(rows.predictions()),
            right=right,
        )
        try:
            data = json.dumps(document, indent=2, ensure_ascii=False)
            write_atomically(self._folder / "result.json", data.encode())
            write_atomically(self._folder / "READ-ME.txt", text.encode())
        except PrecmedError as error:
            self._fail(str(error))
            return
        self.exit_code = 0
        self._say(text)
        self._finish()

    def _picture(self, name: str, then: Callable[[], object]) -> None:
        """A screenshot as soon as what was asked for has been painted, and on with `then`."""

        def take() -> None:
            self._window.grab().save(str(self._folder / f"{name}.png"))
            then()

        QTimer.singleShot(SETTLE_MS, self, take)

    def _fail(self, text: str) -> None:
        self._say(text)
        self._finish()

    def _finish(self) -> None:
        self._window.shut_down()
        QApplication.exit(self.exit_code)

    def _say(self, text: str) -> None:
        print(text, flush=True)  # noqa: T201 - there is no window to say it in


def demonstrate(
    application: QApplication, folder: Path, settings: TrainingSettings | None = None
) -> int:
    """Do the main job offscreen and leave pictures and figures in `folder`; the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    window = MainWindow(make_jobs())
    window.resize(1440, 900)
    window.show()
    demonstration = Demonstration(window, folder, settings or TrainingSettings(budget=DEMO_BUDGET))
    QTimer.singleShot(0, demonstration, demonstration.start)
    QTimer.singleShot(LONGEST_SECONDS * 1000, demonstration, demonstration.give_up)
    application.exec()
    return demonstration.exit_code
