"""From the key to the next picture painted, in the product's own window; `reading.py` asks for it.

    python benchmarks/reading_window.py MODEL FILE [FILE ...]

Reads the files with the model, then presses Alt+Down for each, as soon as the picture before was
painted, which leaves no time to read ahead. Prints the milliseconds as JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

LIMIT_SECONDS = 300


def milliseconds(model: str, files: Sequence[str]) -> list[float]:
    """What each key took, in a process of its own; offscreen where there is no display."""
    platform = "xcb" if os.environ.get("DISPLAY") else "offscreen"
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PRECMED_HOME": home, "QT_QPA_PLATFORM": platform}
        command = [sys.executable, __file__, model, *files]
        answer = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            timeout=LIMIT_SECONDS,
            check=True,
        )
    return json.loads(answer.stdout.strip().splitlines()[-1])


def child(model: str, files: list[str]) -> None:
    from driven_window import later, run_window
    from PySide6.QtCore import QEvent, QObject, Qt
    from PySide6.QtTest import QTest

    from precmed_gui.jobs.engine_thread import EngineState
    from precmed_gui.jobs.jobs import Lane

    class Keys(QObject):
        """Presses the key and waits for the paint event of the picture it asks for."""

        def __init__(self, window) -> None:
            super().__init__(window)
            self.window, self.panel, self.times = window, window.prediction, []
            self.wanted, self.began = "", 0.0
            self.panel.viewer.view.installEventFilter(self)

        def press(self) -> None:
            row = self.panel.table.row() + 1
            if row >= self.panel.readings.rowCount():
                print(json.dumps(self.times))
                later(0, self.window.close)
                return
            self.wanted, self.began = self.panel.readings.reading(row).case.key, time.perf_counter()
            QTest.keyClick(self.window, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)

        def eventFilter(self, _watched, event) -> bool:
            case = self.panel.viewer.case
            if event.type() is QEvent.Type.Paint and case is not None and case.key == self.wanted:
                self.wanted = ""
                later(0, self.painted)
            return False

        def painted(self) -> None:
            self.times.append(1000 * (time.perf_counter() - self.began))
            self.press()

    def on_exposed(window) -> None:
        keys = Keys(window)

        def on_engine(lane, state, _device) -> None:
            if lane is Lane.LEARNING and state is EngineState.READY:
                window.model_flow.look(model)

        def on_model(_model) -> None:
            window.reading_flow.read_paths(files)

        window.prediction.parentWidget().raise_()
        window.jobs.engine_changed.connect(on_engine)
        window.workspace.model_changed.connect(on_model)
        window.reading_flow.finished.connect(lambda: later(500, keys.press))

    run_window(on_exposed)


if __name__ == "__main__":
    child(sys.argv[1], sys.argv[2:])
