"""Archives, tables and patients in the whole window, offscreen, with its real reading engine."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QDialogButtonBox, QPushButton

from precmed_gui.window.engines import make_jobs
from precmed_gui.window.main_window import MainWindow
from precmed_gui.window.theme import apply_theme

SLOW = 60_000


@pytest.fixture(scope="module")
def window(qapp, tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("PRECMED_HOME", str(tmp_path_factory.mktemp("module-home")))
    apply_theme(qapp, "light")
    window = MainWindow(make_jobs())
    window.show()
    window.begin()
    yield window
    window.shut_down()
    patch.undo()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """24 images of 8 patients in one folder, and a Chinese table beside them."""
    folder = tmp_path_factory.mktemp("sources") / "chest"
    folder.mkdir()
    random = np.random.default_rng(4)
    rows = ["文件名,诊断"]
    for patient in range(8):
        for view in range(3):
            name = f"person{patient}_view{view}.png"
            pixels = random.integers(0, 255, (16, 16), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name)
            rows.append(f"{name},{'肺炎' if patient % 2 else '正常'}")
    (folder / "cases.csv").write_text("\n".join(rows), "gbk")
    return folder


def apply(dialog):
    buttons = dialog.findChild(QDialogButtonBox)
    next(button for button in buttons.buttons() if button.text() == "Apply").click()


def test_an_archive_with_a_table_then_patients_from_names(qtbot, window, folder, tmp_path):
    packed = shutil.make_archive(str(tmp_path / "chest"), "zip", folder)
    table = str(shutil.copy(folder / "cases.csv", tmp_path))
    with qtbot.waitSignal(window.cohort_flow.opened, timeout=SLOW):
        window.cases.paths_dropped.emit([packed, table])
    flow = window.table_flow
    qtbot.waitUntil(lambda: flow.dialog is not None, timeout=SLOW)
    assert not window.workspace.cohort.labels
    apply(flow.dialog)
    assert window.workspace.cohort.label_counts() == {"正常": 12, "肺炎": 12}

    window.cases.patients_wished.emit()
    patients = window.patients_flow
    button = patients.dialog.findChild(QDialogButtonBox).buttons()[0]
    qtbot.waitUntil(button.isEnabled, timeout=SLOW)
    apply(patients.dialog)
    assert window.workspace.cohort.patient_count == 8
    window.workspace.undo_stack.undo()
    window.workspace.undo_stack.undo()
    assert not window.workspace.cohort.labels
    assert not window.workspace.cohort.are_patients_known


def test_a_table_in_a_dropped_folder_is_offered(qtbot, window, folder):
    offer = window.cases.offer
    with qtbot.waitSignal(window.cohort_flow.opened, timeout=SLOW):
        window.cases.paths_dropped.emit([str(folder)])
    qtbot.waitUntil(lambda: "cases.csv" in offer.text(), timeout=SLOW)
    assert not window.workspace.cohort.unreadable
    assert window.table_flow.dialog is None
    offer.findChild(QPushButton).click()
    qtbot.waitUntil(lambda: window.table_flow.dialog is not None, timeout=SLOW)
    assert Path(window.table_flow.dialog.table.path).parent == folder
    window.table_flow.dialog.reject()
