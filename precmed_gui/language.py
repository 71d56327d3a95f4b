"""The language of every text a user reads, in the window, the engine and on the command line.

Standard gettext, so that the core can word an error without Qt. `_` translates, `N_` marks.
"""

import gettext
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from precmed_gui.places import resources_folder

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
_current: gettext.NullTranslations = gettext.NullTranslations()
_code = "en"


def use_language(code: str) -> None:
    """Translate from now on into `code`, one of `LANGUAGES`; an unknown code means English."""
    global _current, _code
    _code = code if code in LANGUAGES else "en"
    folder = resources_folder() / "locale"
    _current = gettext.translation("precmed", folder, languages=[_code], fallback=True)


def current_language() -> str:
    """The code in use, a key of `LANGUAGES`."""
    return _code


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Another language for as long as a document in it is made; then the one before."""
    before = _code
    use_language(code)
    try:
        yield
    finally:
        use_language(before)


def _(text: str) -> str:
    """`text` in the language in use."""
    return _current.gettext(text)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form of a text that fits `number`, in the language in use."""
    return _current.ngettext(singular, plural, number)


def pgettext(context: str, text: str) -> str:
    """`text` in the language in use, where the same English word has several meanings."""
    return _current.pgettext(context, text)


def sentences(*texts: str) -> str:
    """Whole sentences after each other, with a gap where the language in use has one."""
    gap = "" if _code.startswith("zh") else " "
    return gap.join(text for text in texts if text)


N_: Callable[[str], str] = str
