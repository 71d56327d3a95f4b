"""Fonts for whatever is drawn without a window: reports and captures."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QFont

_LATIN = ("Inter", "Noto Sans", "Segoe UI", "Helvetica Neue", "Arial", "DejaVu Sans")
_CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei")
_application: object = None


def need_fonts() -> None:
    """Qt finds fonts for an application only; the command line and the engines have none."""
    global _application
    from PySide6.QtGui import QGuiApplication

    if QGuiApplication.instance() is None:
        _application = QGuiApplication(["precmed", "-platform", "offscreen"])


def font_of(language: str, pixels: int) -> "QFont":
    """The upright font of a language; other scripts come from whatever font has them."""
    from PySide6.QtGui import QFont

    is_chinese = language.startswith("zh")
    font = QFont()
    font.setFamilies([*_CHINESE, *_LATIN] if is_chinese else [*_LATIN, *_CHINESE])
    font.setPixelSize(pixels)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    # Signs and figures in another form are drawn but cannot be copied or searched in a PDF; the
    # window's font, which a new one begins with, asks for figures of one width.
    for feature in ("calt", "tnum"):
        font.setFeature(QFont.Tag(feature), 0)
    return font
