"""Nothing leaves the computer: the main job with every way to a network blocked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BLOCKER = Path(__file__).parent / "offline"
MAIN_JOB = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from precmed_gui.diagnosis.training import TrainingSettings
from precmed_gui.window.demonstration import demonstrate
settings = TrainingSettings(recipe="article-cnn", epochs=5)
sys.exit(demonstrate(QApplication([]), Path(sys.argv[1]), settings))
"""


@pytest.fixture
def blocked(tmp_path):
    attempts = tmp_path / "attempts"
    environment = os.environ | {
        "PYTHONPATH": str(BLOCKER),
        "PRECMED_NETWORK_ATTEMPTS": str(attempts),
        "QT_QPA_PLATFORM": "offscreen",
    }
    return environment, attempts


def test_the_block_works(blocked):
    environment, attempts = blocked
    script = "import socket; socket.socket().connect(('192.0.2.1', 80))"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True)
    assert done.returncode == 1
    assert attempts.exists()


@pytest.mark.timeout(240)
def test_the_main_job_needs_no_network(blocked, tmp_path):
    environment, attempts = blocked
    folder = tmp_path / "demo-output"
    done = subprocess.run(
        [sys.executable, "-c", MAIN_JOB, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=220,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not attempts.exists(), attempts.read_text()
    assert {path.stem for path in folder.glob("*.png")} == {
        "1-first-start",
        "2-cohort",
        "3-training",
        "4-trained",
        "5-prediction",
    }
    result = json.loads((folder / "result.json").read_text("utf-8"))
    assert result["predictions"]
    assert all(abs(sum(p["probabilities"].values()) - 1) < 1e-5 for p in result["predictions"])
    assert result["card"]["split"]["patients_shared"] == 0
