"""The start of the window, told as a story: options, log, application, window, engines."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from precmed_gui import __version__
from precmed_gui.language import LANGUAGES, use_language
from precmed_gui.places import home_folder, logs_folder

DEMO_OUTPUT = "demo-output"
_log = logging.getLogger("precmed_gui")


def run(arguments: Sequence[str]) -> int:
    """Open the window on what the command line names; 0 done, 1 failed, 2 wrong use."""
    options = _options(arguments)
    if options.demo and not _has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        _start_log()
        from precmed_gui.window.demonstration import demonstrate

        return demonstrate(_application(options), Path(DEMO_OUTPUT))
    if not _has_display() and not os.environ.get("QT_QPA_PLATFORM"):
        print(  # noqa: T201 - there is no window to say it in
            "There is no display to open a window on. Start it from a desktop, or use the command "
            "“precmed”; “precmed-gui --demo” shows the main job without a display.",
            file=sys.stderr,
        )
        return 1
    _start_log()
    return _open_window(options)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="precmed-gui",
        description="Train a network on your own images and read what it says. Research use only.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders or images to open")
    parser.add_argument(
        "--demo",
        action="store_true",
        help=f"offer the synthetic demo cohort; without a display, do the main job offscreen and "
        f"leave screenshots and results in {DEMO_OUTPUT}/",
    )
    parser.add_argument("--language", choices=sorted(LANGUAGES), help="language of the window")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours")
    parser.add_argument("--version", action="version", version=f"PrecMed {__version__}")
    return parser.parse_args(arguments)


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _start_log() -> None:
    handler: logging.Handler
    try:
        logs_folder().mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            logs_folder() / "window.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
    logging.basicConfig(
        handlers=[handler], level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    sys.excepthook = _on_unhandled
    _log.info("PrecMed %s starts", __version__)


def _on_unhandled(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """May be called in any thread: writes to the log and touches no widget."""
    _log.critical("Unhandled", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


def _application(options: argparse.Namespace):  # type: ignore[no-untyped-def]
    from PySide6.QtWidgets import QApplication

    from precmed_gui.window.main_window import initial_language, initial_theme
    from precmed_gui.window.qt_texts import translate_qt
    from precmed_gui.window.theme import apply_theme

    application = QApplication(["precmed-gui"])
    application.setApplicationName("PrecMed")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("precmed")
    use_language(options.language or initial_language(home_folder()))
    translate_qt()
    apply_theme(application, options.theme or initial_theme(home_folder()))
    return application


def _open_window(options: argparse.Namespace) -> int:
    application = _application(options)

    from PySide6.QtCore import QTimer

    from precmed_gui.window.engines import make_jobs
    from precmed_gui.window.main_window import MainWindow

    window = MainWindow(make_jobs())
    window.show()

    def begin() -> None:
        window.begin(is_afresh=bool(options.paths or options.demo))
        if options.paths:
            window.open_paths([str(Path(path).resolve()) for path in options.paths])
        elif options.demo:
            window.offer_demo()

    QTimer.singleShot(0, begin)
    return int(application.exec())
