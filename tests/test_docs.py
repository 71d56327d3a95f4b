"""What the documents claim is true: links, commands, options, rooms, keys and sentences."""

import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTextBrowser, QWidget
from typer.testing import CliRunner

from precmed_gui.app import _options
from precmed_gui.cli import app
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.modalities.imaging.recipes import RECIPES
from precmed_gui.window.actions import MENUS
from precmed_gui.window.cases_actions import CaseActions
from precmed_gui.window.prediction_panel import PredictionPanel
from precmed_gui.window.worklist_panel import NEXT

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "zh_CN")
PAGES = (
    "cases.md",
    "preparing.md",
    "training.md",
    "evaluation.md",
    "percentages.md",
    "sets.md",
    "operating-points.md",
    "refusals.md",
    "prediction.md",
    "reading.md",
    "blinded.md",
    "record.md",
    "command-line.md",
)
LOCALE = ROOT / "resources" / "locale"
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "changelog.d/*.md", "models/**/*.md")
    for path in ROOT.glob(pattern)
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CELLS = re.compile(r"(?<!\\)\|")


def guide(language: str, page: str) -> str:
    return (ROOT / "docs" / "guide" / language / page).read_text("utf-8")


def without_code(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ ", without_code(text), flags=re.MULTILINE)


def tables(text: str) -> list[list[list[str]]]:
    """The rows of each pipe table, its head first and the line below the head left out."""
    found: list[list[list[str]]] = [[]]
    for line in without_code(text).splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in CELLS.split(line)[1:-1]])
        elif found[-1]:
            found.append([])
    return [[table[0], *table[2:]] for table in found if len(table) > 2]


def plain(text: str) -> str:
    """A text of the program as the guide quotes it: no menu keys, "…" for what varies."""
    text = re.sub(r"\s*\(&\w\)", "", text).replace("&", "")
    text = re.sub(r"\{[^}]*\}", "…", text)
    return text.strip().rstrip("….。:： ")


@cache
def program_texts() -> dict[str, set[str]]:
    """Every English text of the program with its Chinese forms, as the guide quotes them."""
    spec = importlib.util.spec_from_file_location("update", LOCALE / "update.py")
    update = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(update)
    with (LOCALE / "zh_CN" / "LC_MESSAGES" / "precmed.po").open("rb") as file:
        chinese = read_po(file, locale="zh_CN")
    texts: dict[str, set[str]] = {}
    for message in update.collect():
        if message.id:
            translated = chinese.get(message.id, message.context)
            forms = translated.string if translated else ""
            for text in [message.id] if isinstance(message.id, str) else message.id:
                known = texts.setdefault(plain(text), set())
                known |= {plain(form) for form in ([forms] if isinstance(forms, str) else forms)}
    return texts


def on_the_screen(language: str) -> set[str]:
    texts = program_texts()
    return set(texts) if language == "en" else set().union(*texts.values())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_picture_leads_somewhere(document):
    targets = LINK.findall(without_code(document.read_text("utf-8")))
    near = [target for target in targets if not target.startswith(("https://", "#"))]
    assert [t for t in near if not (document.parent / t.partition("#")[0]).exists()] == []


def test_the_commands_of_the_readme_are_targets_of_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make (\w+)`", (ROOT / "README.md").read_text("utf-8")))
    assert {"run", "test"} <= named <= targets


def help_of(*command: str) -> str:
    result = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


@cache
def commands(*group: str) -> set[str]:
    """Every command, "archive backup" among them, by the words that call it."""
    listed = help_of(*group).partition("Commands:")[2]
    names = re.findall(r"^  (\w+)  ", listed, re.MULTILINE)
    return {one for name in names for one in commands(*group, name)} or {" ".join(group)}


@cache
def options(command: str = "") -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", help_of(*command.split())))


def called(call: str) -> str:
    """The command at the head of a call: "archive backup" of "archive backup FILE"."""
    words = call.split()
    heads = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    return next((head for head in heads if head in commands()), words[0])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_call_of_precmed_in_the_documents_is_understood(document):
    text = document.read_text("utf-8")
    calls = re.findall(r"`precmed ([^`]+)`", text)
    calls += re.findall(r"^precmed (.+)$", text, re.MULTILINE)
    for call in calls:
        name = called(call)
        if name in {command.split()[0] for command in commands()} - commands():
            continue  # a group of commands, named by itself
        assert name in commands() or name.startswith("--"), call
        wanted = {word for word in call.split() if word.startswith("--")} - {name}
        assert wanted <= options(name), call


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_line_page_lists_all_commands_and_options_and_no_others(language):
    text = guide(language, "command-line.md")
    by_command, by_option = tables(text)[:2]
    listed = {called(row[0].strip("`").removeprefix("precmed ")) for row in by_command[1:]}
    assert listed == commands()
    for row in by_option[1:]:
        for option in re.findall(r"--[a-z-]+", row[0]):
            for command in set(re.findall(r"`([\w ]+)`", row[1])) or commands():
                assert option in options(command) | options(), (option, command)
    everywhere = {option for command in commands() for option in options(command)} | options()
    assert {o for row in by_option[1:] for o in re.findall(r"--[a-z-]+", row[0])} == everywhere


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_options_of_the_window_are_its_own(language, capsys):
    with pytest.raises(SystemExit):
        _options(["--help"])
    own = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    line = next(x for x in guide(language, "command-line.md").splitlines() if "`--theme`" in x)
    assert set(re.findall(r"--[a-z]+", line)) == own


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fields_of_the_card_are_listed(language):
    rows = [row for table in tables(guide(language, "command-line.md")) for row in table]
    card = next(row[1] for row in rows if row[0] == "`card.json`")
    assert set(re.findall(r"`(\w+)`", card)) == set(ModelCard.__dataclass_fields__)


def test_the_map_names_every_room_and_no_other():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    cells = " ".join(row[0] for row in tables(text)[0][1:])
    assert [x for x in re.findall(r"`([\w./-]+)`", cells) if not (ROOT / x).exists()] == []
    package = ROOT / "precmed_gui"
    rooms = {f"{path.parent.relative_to(ROOT)}/" for path in package.glob("*/__init__.py")}
    modules = {str(path.relative_to(ROOT)) for path in package.glob("*.py")}
    named = set(re.findall(r"`(precmed_gui/[\w./-]+)`", text))
    assert rooms | modules - {"precmed_gui/__init__.py"} <= named


@pytest.mark.parametrize("page", PAGES)
def test_the_guide_is_the_same_in_both_languages(page):
    english, chinese = (guide(language, page) for language in LANGUAGES)
    assert headings(english) == headings(chinese)
    assert [len(t) for t in tables(english)] == [len(t) for t in tables(chinese)]
    assert len(LINK.findall(english)) == len(LINK.findall(chinese))


def rows_under(language: str, *titles: str, place: int) -> list[list[str]]:
    """The rows of all tables of the guide whose column `place` has one of these titles."""
    return [
        row
        for page in PAGES
        for table in tables(guide(language, page))
        for row in table[1:]
        if table[0][place] in titles
    ]


def keys_of_menus() -> dict[str, str]:
    wishes = [wish for _menu, entries in MENUS for wish in entries if wish is not None]
    return {plain(wish.text): wish.keys for wish in wishes if wish.keys}


@pytest.fixture
def keys_of_the_grid(qtbot) -> dict[str, str]:
    grid = QWidget()
    qtbot.addWidget(grid)
    actions = CaseActions(grid)
    form = QKeySequence.SequenceFormat.PortableText
    return {
        plain(action.text()): action.shortcut().toString(form)
        for action in vars(actions).values()
        if hasattr(action, "shortcut")
    }


@pytest.fixture
def keys_of_reading(qtbot) -> dict[str, str]:
    """What the prediction panel says on its buttons; each key must be one of its shortcuts."""
    panel = PredictionPanel()
    qtbot.addWidget(panel)
    bar = panel.decisions
    said = [button.text() for button in (bar.agree, bar.keep, bar.refer, bar.reject)]
    said += [bar.comment.placeholderText(), panel.map_bar.ask.text(), f"{NEXT} · N"]
    keys = {plain(words): key for words, key in (text.split(" · ") for text in said)}
    bound = {one.key().toString() for one in panel.findChildren(QShortcut)}
    assert bound >= {*keys.values(), *"123456789"}
    return keys


def test_the_keys_of_the_guide_are_those_of_the_program(keys_of_the_grid, keys_of_reading):
    listed = {plain(row[0]): row[1].strip("`") for row in rows_under("en", "key", place=1)}
    assert listed == keys_of_menus() | keys_of_the_grid | keys_of_reading


def test_the_chinese_guide_has_the_same_keys():
    pairs = zip(rows_under("en", "key", place=1), rows_under("zh_CN", "按键", place=1), strict=True)
    for english, chinese in pairs:
        assert chinese[1] == english[1]
        assert plain(chinese[0]) in program_texts()[plain(english[0])]


def test_the_sentences_in_the_guide_are_those_of_the_program():
    said = [row[0] for row in rows_under("en", "the program says", "it says", place=0)]
    assert len(said) > 50
    assert [text for text in said if plain(text) not in program_texts()] == []


def test_the_chinese_guide_has_the_same_sentences():
    pairs = zip(
        rows_under("en", "the program says", "it says", place=0),
        rows_under("zh_CN", "程序提示", "句子", place=0),
        strict=True,
    )
    wrong = [e[0] for e, c in pairs if plain(c[0]) not in program_texts()[plain(e[0])]]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_words_in_bold_stand_on_the_screen(language, page):
    bold = set(re.findall(r"\*\*(.+?)\*\*", guide(language, page)))
    words = [plain(word) for text in bold for word in text.split(" → ")]
    assert [word for word in words if word not in on_the_screen(language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_settings_of_the_guide_are_those_of_the_recipes(language):
    table = next(t for t in tables(guide(language, "training.md")) if len(t[0]) == 4)
    values = [row[1:3] for row in table[1:4]]
    recipes = [RECIPES[name] for name in ("small-cnn", "article-cnn")]
    assert values == [
        [str(recipe.epochs) for recipe in recipes],
        [str(recipe.batch_size) for recipe in recipes],
        [f"{recipe.learning_rate:g}" for recipe in recipes],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_the_program_shows_the_whole_page(language, page, qtbot):
    """Raw HTML, for one, makes Qt drop what follows."""
    browser = QTextBrowser()
    qtbot.addWidget(browser)
    text = guide(language, page)
    browser.setMarkdown(re.sub(r"!\[.*", "", text))
    shown = browser.toPlainText()
    titles = [line.lstrip("# ") for line in without_code(text).splitlines() if line[:1] == "#"]
    assert [title for title in titles if title not in shown] == []
    cells = [row[0] for table in tables(text) for row in table]
    assert [cell for cell in cells if re.sub(r"[`*]", "", cell) not in shown] == []
