"""Every text a user reads has its Chinese, and the compiled file is the written one."""

import gettext
import importlib.util
import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from precmed_gui import language
from precmed_gui.places import resources_folder

LOCALE = resources_folder() / "locale"
PO_FILE = LOCALE / "zh_CN" / "LC_MESSAGES" / "precmed.po"


@pytest.fixture(scope="module")
def update():
    spec = importlib.util.spec_from_file_location("update", LOCALE / "update.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def chinese():
    with PO_FILE.open("rb") as file:
        return read_po(file, locale="zh_CN")


@pytest.fixture
def english_again():
    yield
    language.use_language("en")


def forms(value):
    return [value] if isinstance(value, str) else list(value)


def test_every_text_of_the_source_has_a_chinese_translation(update, chinese):
    missing = [
        str(message.id)
        for message in update.collect()
        if message.id
        and not ((found := chinese.get(message.id, message.context)) and all(forms(found.string)))
    ]
    assert missing == []


def test_no_translation_is_left_of_texts_that_are_gone(update, chinese):
    known = {str(message.id) for message in update.collect()}
    assert [str(m.id) for m in chinese if m.id and str(m.id) not in known] == []


def test_the_compiled_translation_is_the_written_one(update, chinese):
    compiled = (PO_FILE.with_suffix(".mo")).read_bytes()
    assert compiled == update.compiled(chinese)


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_translations_keep_the_places_for_figures(chinese):
    wrong = [
        str(message.id)
        for message in chinese
        if message.id
        for form in forms(message.string)
        if placeholders(form) != placeholders(forms(message.id)[-1])
    ]
    assert wrong == []


def test_menu_entries_keep_a_key(chinese):
    wrong = [
        str(message.id)
        for message in chinese
        if isinstance(message.id, str)
        and re.search(r"&\w", message.id)
        and "&" not in str(message.string)
    ]
    assert wrong == []


def test_chinese_is_spoken_when_chosen(english_again):
    language.use_language("zh_CN")
    assert language._("Train") != "Train"
    assert language.current_language() == "zh_CN"


def test_an_unknown_language_is_english(english_again):
    language.use_language("tlh")
    assert language.current_language() == "en"
    assert language._("Train") == "Train"


def test_texts_are_never_formatted_before_they_are_translated():
    pattern = re.compile(r"\b_\(\s*f[\"']")
    package = Path(language.__file__).parent
    assert [p.name for p in package.rglob("*.py") if pattern.search(p.read_text("utf-8"))] == []


def test_the_machine_file_is_gettext(english_again):
    with PO_FILE.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Train") != "Train"
