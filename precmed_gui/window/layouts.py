"""Rows on the 8-pixel grid."""

from PySide6.QtWidgets import QHBoxLayout, QWidget


def row(*widgets: QWidget | tuple[QWidget, int]) -> QHBoxLayout:
    """Widgets side by side; a pair is (widget, stretch)."""
    layout = QHBoxLayout()
    layout.setSpacing(8)
    for widget in widgets:
        if isinstance(widget, tuple):
            layout.addWidget(*widget)
        else:
            layout.addWidget(widget)
    return layout
