"""The drop area: takes local files, lights up, works by keyboard."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from precmed_gui.window.drop_area import DropArea


def mime_of(*addresses: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(address) for address in addresses])
    return mime


def enter(widget: QWidget, mime: QMimeData) -> bool:
    event = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, mime,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def drop(widget: QWidget, mime: QMimeData) -> None:
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@pytest.fixture
def area(qtbot) -> DropArea:
    area = DropArea("Drop a folder here", "Its sub-folders are the diagnoses.")
    qtbot.addWidget(area)
    area.resize(320, 200)
    area.show()
    return area


def test_files_over_it_light_it_up_and_leaving_puts_it_out(area: DropArea) -> None:
    assert enter(area, mime_of("file:///scans/a.png"))
    assert area.is_lit
    QApplication.sendEvent(area, QDragLeaveEvent())
    assert not area.is_lit


def test_what_is_dropped_is_handed_on_in_order(area: DropArea, qtbot) -> None:
    mime = mime_of("file:///scans/b", "file:///scans/%E8%82%BA%E7%82%8E/a.png")
    enter(area, mime)
    with qtbot.waitSignal(area.paths_dropped) as dropped:
        drop(area, mime)
    assert dropped.args == [["/scans/b", "/scans/肺炎/a.png"]]
    assert not area.is_lit


def test_web_addresses_are_refused(area: DropArea, qtbot) -> None:
    assert not enter(area, mime_of("https://example.org/a.png"))
    with qtbot.assertNotEmitted(area.paths_dropped):
        drop(area, mime_of("https://example.org/a.png"))


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_a_key_asks_for_a_dialog(area: DropArea, qtbot, key: Qt.Key) -> None:
    with qtbot.waitSignal(area.activated):
        qtbot.keyClick(area, key)


def test_a_click_asks_for_a_dialog(area: DropArea, qtbot) -> None:
    with qtbot.waitSignal(area.activated):
        qtbot.mouseClick(area, Qt.MouseButton.LeftButton)


def test_compact_is_one_line_whose_hint_is_a_tooltip(area: DropArea) -> None:
    area.set_compact(True)
    area.set_compact(False)
    full = area.sizeHint().height()
    area.set_compact(True)
    assert area.is_compact
    assert area.sizeHint().height() < full / 2
    assert area.toolTip() == "Its sub-folders are the diagnoses."
    area.set_compact(False)
    assert area.sizeHint().height() == full
    assert area.toolTip() == ""


def test_a_reader_hears_what_it_takes(area: DropArea) -> None:
    area.set_texts("把文件夹拖到这里", "子文件夹就是诊断。")
    assert area.accessibleName() == "把文件夹拖到这里"
    assert area.accessibleDescription() == "子文件夹就是诊断。"
