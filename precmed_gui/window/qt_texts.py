"""Qt's own few words (buttons of its dialogs, menus of text fields) in the language in use."""

from functools import cache

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from precmed_gui.language import current_language


@cache
def _translator() -> QTranslator:
    return QTranslator(QCoreApplication.instance())


def translate_qt() -> None:
    """Have Qt speak the language in use; it comes with the translations of its own texts."""
    application = QCoreApplication.instance()
    if application is None:
        return
    translator = _translator()
    application.removeTranslator(translator)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{current_language()}", folder):
        application.installTranslator(translator)
