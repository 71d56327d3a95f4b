"""The program as a process: what starts, what is imported, what is left when it dies."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

WINDOW = """
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from precmed_gui.jobs.engine_thread import EngineState
from precmed_gui.jobs.jobs import Lane
from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow

application = QApplication([])
window = MainWindow(make_jobs())
window.show()

def on_engine(lane, state, device):
    if lane is Lane.LEARNING and state is EngineState.READY:
        names = sorted({name.split(".")[0] for name in sys.modules})
        ids = [number for number in window.jobs.process_ids().values()]
        print(json.dumps({"modules": names, "engines": ids}), flush=True)

window.jobs.engine_changed.connect(on_engine)
QTimer.singleShot(0, window.begin)
sys.exit(application.exec())
"""


@pytest.fixture
def running_window():
    process = subprocess.Popen([sys.executable, "-c", WINDOW], stdout=subprocess.PIPE, text=True)
    told = json.loads(process.stdout.readline())
    yield process, told
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()


def run_program(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "precmed_gui", *arguments],
        env={k: v for k, v in os.environ.items() if k not in environment}
        | {k: v for k, v in environment.items() if v},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_window_never_imports_keras_and_its_death_takes_the_engines_along(running_window):
    process, told = running_window
    assert not {"keras", "tensorflow"} & set(told["modules"])
    assert len(told["engines"]) == 2
    assert all(psutil.pid_exists(number) for number in told["engines"])
    children = psutil.Process(process.pid).children(recursive=True)

    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    _gone, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []


def test_without_a_display_the_program_says_what_to_do():
    done = run_program(DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert done.returncode == 1
    assert "--demo" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_use_is_exit_code_two():
    assert run_program("--no-such-option").returncode == 2


def test_the_version_is_told_without_a_window():
    started = time.monotonic()
    done = run_program("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("PrecMed ")
    assert time.monotonic() - started < 30
