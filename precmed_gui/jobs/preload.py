"""Imports what the window will need soon, away from its thread."""

from collections.abc import Sequence
from importlib import import_module

from PySide6.QtCore import QObject, QThread


class PreloadThread(QThread):
    """Imports modules one by one; `finished` says that all are there."""

    def __init__(self, modules: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._modules = tuple(modules)

    def run(self) -> None:
        """Import, in order."""
        for name in self._modules:
            import_module(name)
