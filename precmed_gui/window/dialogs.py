"""The few separate windows: file choosers, model card, keyboard help, about, and questions."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QUrl
from PySide6.QtGui import QImage, QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QMessageBox,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from precmed_gui import __version__
from precmed_gui.diagnosis.model_card import ModelCard
from precmed_gui.diagnosis.model_report import ModelReport
from precmed_gui.exchange.card_page import card_page
from precmed_gui.language import N_, _, sentences
from precmed_gui.places import home_folder
from precmed_gui.window.theme import current_tokens
from precmed_gui.window.words_dialog import WordsQuestion, ask_in_words

IMAGE_PATTERNS = (
    "*.png *.jpg *.jpeg *.tif *.tiff *.bmp *.webp *.dcm DICOMDIR *.nii *.npz *.zip "
    "*ubyte *ubyte.gz *.gz"
)
USE_QUESTION = N_("What is “{model}” for?")
USE_WHY = N_(
    "Your words go on the model's card, on its page and into every table of predictions, so that "
    "a colleague knows what the model may be used for and for whom. Say which images, which "
    "patients, what decision it supports, and what it must not be used for."
)
USE_EXAMPLE = N_(
    "For instance: to sort chest X-rays of children of one to five years for earlier reading. "
    "Research only; not for adults, and never without a radiologist."
)
LEAK_QUESTION = N_("Why may this training start all the same?")
LEAK_WHY = N_(
    "Your words go on the model's card, on its page and into the evaluation, so that nobody takes "
    "the figures for more than they are. At least {n} characters."
)
LEAK_EXAMPLE = N_(
    "For instance: the published split is kept unchanged to compare with earlier work; the "
    "results are not meant for patients."
)
LEAST_STATEMENT = 10
_PAGE_MARGIN = 16


class Dialogs:
    """Asks with a window as parent; every answer may be "" for "changed my mind"."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self._folder = str(Path.home())

    def folder(self, title: str) -> str:
        """An existing folder."""
        return self._remember(QFileDialog.getExistingDirectory(self._parent, title, self._folder))

    def files(self, title: str) -> list[str]:
        """Existing image files."""
        kinds = f"{_('Images')} ({IMAGE_PATTERNS});;{_('All files')} (*)"
        names, _kind = QFileDialog.getOpenFileNames(self._parent, title, self._folder, kinds)
        if names:
            self._remember(names[0])
        return names

    def open_file(self, title: str, kinds: str) -> str:
        """One existing file of a kind."""
        name, _kind = QFileDialog.getOpenFileName(self._parent, title, self._folder, kinds)
        return self._remember(name)

    def save_file(self, title: str, name: str, kinds: str) -> str:
        """A file to write; the dialog asks before one is replaced."""
        start = str(Path(self._folder) / name)
        chosen, _kind = QFileDialog.getSaveFileName(self._parent, title, start, kinds)
        return self._remember(chosen)

    def confirm(self, question: str, consequence: str, verbs: tuple[str, str]) -> bool:
        """Do it or not, in the words of `verbs`; not doing it is the default."""
        box = QMessageBox(QMessageBox.Icon.Question, "PrecMed", question, parent=self._parent)
        box.setInformativeText(consequence)
        yes = box.addButton(verbs[0], QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton(verbs[1], QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(no)
        box.exec()
        return box.clickedButton() is yes

    def intended_use(self, card: ModelCard) -> str:
        """What the model is for, in the user's words."""
        asked = WordsQuestion(
            title=_("Intended use"),
            question=_(USE_QUESTION).format(model=card.name),
            why=_(USE_WHY),
            example=_(USE_EXAMPLE),
            verbs=(_("Write it on the card"), _("Later")),
            words=card.intended_use,
        )
        return ask_in_words(asked, self._parent)

    def leak_statement(self, leaks: str) -> str:
        """Why a training on a leak may start, in the user's words."""
        asked = WordsQuestion(
            title=_("Train all the same"),
            question=_(LEAK_QUESTION),
            why=sentences(leaks, _(LEAK_WHY).format(n=LEAST_STATEMENT)),
            example=_(LEAK_EXAMPLE),
            verbs=(_("Write it on the card and train"), _("Do not train")),
            least=LEAST_STATEMENT,
        )
        return ask_in_words(asked, self._parent)

    def show_card(self, report: ModelReport, save: Callable[[], None]) -> None:
        """The model card as its readable page; `save` is called when the user wants to keep it."""
        browser = self._page(_("Model card"), GuideBrowser(), width=920, height=680, save=save)
        browser.document().setDocumentMargin(_PAGE_MARGIN)
        browser.setHtml(card_page(report).replace("</head>", f"{_looks()}</head>", 1))

    def show_shortcuts(self, shortcuts: Sequence[tuple[str, str]]) -> None:
        """Everything that has a key."""
        more = [
            (_("Remove the selected images"), "Del"),
            (_("Rename the class"), "F2"),
            (_("Zoom the picture"), "+  −  0"),
            (_("Turn the slices"), "PgUp  PgDown  Home  End"),
            (_("Play the slices as a film"), "Space"),
            (_("Read what the next bar means"), "↑  ↓"),
        ]
        self._show_page(_("Keyboard shortcuts"), _table([*shortcuts, *more]))

    def show_about(self) -> None:
        """What this is, its limits, and where the user's files are."""
        text = _(
            "PrecMed trains image classifiers on your own images and shows how sure they are. "
            "It is for research: designed to support a reader, never to make a diagnosis. "
            "It works without a network and sends nothing anywhere."
        )
        rows = [
            (_("Version"), __version__),
            (_("Licence"), "Apache-2.0"),
            (_("Your files"), str(home_folder())),
        ]
        page = f"<p>{escape(text)}</p>{_table(rows)}"
        self._page(_("About PrecMed"), QTextBrowser(), width=560, height=260).setHtml(page)

    def show_guide(self, page: Path) -> None:
        """A page of the user guide; links lead on to the others."""
        browser = self._page(_("User guide"), GuideBrowser(), width=860, height=680)
        browser.setSearchPaths([str(page.parent)])
        browser.setMarkdown(page.read_text(encoding="utf-8"))
        _give_air(browser.document())
        browser.sourceChanged.connect(lambda _page: _give_air(browser.document()))

    def _remember(self, path: str) -> str:
        if path:
            self._folder = str(Path(path).parent)
        return path

    def _show_page(self, title: str, html: str) -> None:
        self._page(title, QTextBrowser(), width=560, height=520).setHtml(html)

    def _page(
        self,
        title: str,
        browser: QTextBrowser,
        *,
        width: int,
        height: int,
        save: Callable[[], None] | None = None,
    ) -> QTextBrowser:
        dialog = QDialog(self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.resize(width, height)
        browser.setOpenExternalLinks(False)
        browser.setAccessibleName(title)
        buttons = QDialogButtonBox()
        if save is not None:
            keep = buttons.addButton(_("Save…"), QDialogButtonBox.ButtonRole.ActionRole)
            keep.clicked.connect(lambda: save())
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(dialog.close)
        layout = QVBoxLayout(dialog)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(browser)
        layout.addWidget(buttons)
        dialog.show()
        return browser


class GuideBrowser(QTextBrowser):
    """Shows pictures no wider than itself."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        resource = super().loadResource(kind, name)
        room = self.viewport().width() - 3 * _PAGE_MARGIN
        if kind != QTextDocument.ResourceType.ImageResource.value or room < _PAGE_MARGIN:
            return resource
        image = QImage.fromData(resource) if isinstance(resource, QByteArray) else resource
        if isinstance(image, QImage) and image.width() > room:
            return image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        return resource


def _give_air(document: QTextDocument) -> None:
    """Space around headings and between lines, which Markdown alone does not get."""
    document.setDocumentMargin(_PAGE_MARGIN)
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        shape = block.blockFormat()
        is_heading = shape.headingLevel() > 0
        if not QTextCursor(block).currentTable():
            shape.setTopMargin(16 if is_heading and block.position() else 0)
            shape.setBottomMargin(8 if is_heading or block.textList() is None else 3)
        shape.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.setPosition(block.position())
        cursor.setBlockFormat(shape)
        block = block.next()


def _looks() -> str:
    """The looks of the window; the page itself is made for paper."""
    tokens, family = current_tokens(), QApplication.font().family()
    return (
        f"<style>body {{ color: {tokens.text}; background-color: {tokens.surface_raised}; "
        f"margin: 0; padding: 0; font-family: {family}; }} "
        f"body th, body td {{ border-bottom-color: {tokens.border}; }} "
        f"body table.facts th {{ color: {tokens.text_muted}; }} "
        f"body .gap {{ color: {tokens.warning}; border-color: {tokens.warning}; }}</style>"
    )


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td style='padding:4px 16px 4px 0'><b>{escape(name)}</b></td>"
        f"<td style='padding:4px 0'>{escape(text)}</td></tr>"
        for name, text in rows
    )
    return f"<table>{cells}</table>"
