"""Every wish the menus know, with its words, key and icon; one table, so that help can list it."""

import re
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from precmed_gui.language import LANGUAGES, N_, _
from precmed_gui.window.icons import keep_icon
from precmed_gui.window.theme import CHOICES


@dataclass(frozen=True, slots=True)
class Wish:
    """One entry of a menu; `keys` in Qt's portable form, "" for none."""

    name: str
    text: str
    keys: str = ""
    icon: str = ""


MENUS: tuple[tuple[str, tuple[Wish | None, ...]], ...] = (
    (
        N_("&File"),
        (
            Wish("add_folder", N_("Add &folder…"), "Ctrl+O", "folder-add"),
            Wish("add_files", N_("&Add files…"), "Ctrl+Shift+O", "file-add"),
            Wish("open_demo", N_("Open &demo cohort"), "Ctrl+D", "sample"),
            None,
            Wish("open_cohort", N_("&Open cohort…"), "", "open"),
            Wish("save_cohort", N_("&Save cohort…"), "Ctrl+S", "save"),
            None,
            Wish("quit", N_("&Quit"), "Ctrl+Q"),
        ),
    ),
    (
        N_("&Edit"),
        (
            Wish("undo", N_("&Undo"), "Ctrl+Z", "undo"),
            Wish("redo", N_("&Redo"), "Ctrl+Shift+Z", "redo"),
            None,
            Wish("clear", N_("&Clear all images"), "", "clear"),
        ),
    ),
    (
        N_("&Cases"),
        (
            Wish("find_cases", N_("&Find and sort images"), "Ctrl+F", "filter"),
            None,
            Wish("check_cases", N_("&Check the images…"), "Ctrl+K", "check"),
            Wish("name_patients", N_("&Patients…"), "Ctrl+Shift+P", "patients"),
            Wish("match_table", N_("Match a &table…"), "Ctrl+Shift+T", "table"),
        ),
    ),
    (
        N_("&Model"),
        (
            Wish("train", N_("&Train"), "Ctrl+T", "play"),
            Wish("stop", N_("&Stop"), "Esc", "stop"),
            Wish("export_curves", N_("Save &curves…"), "", "export"),
            None,
            Wish("open_model", N_("&Open model folder…"), "", "model"),
            Wish("save_model", N_("Save a &copy of the model…"), "", "save"),
            Wish("show_card", N_("Model c&ard"), "Ctrl+M", "info"),
            Wish("state_use", N_("State &intended use…"), "", "rename"),
            None,
            Wish("save_page", N_("Save evaluation &page (HTML)…"), "", "export"),
            Wish("save_figures", N_("Save evaluation ta&ble (CSV)…"), "", "export"),
        ),
    ),
    (
        N_("&Read"),
        (
            Wish("read_files", N_("&Read images…"), "Ctrl+R", "image"),
            Wish("read_folder", N_("Read a &folder…"), "Ctrl+Shift+R", "folder-add"),
            Wish("next", N_("&Next image"), "Alt+Down", "next"),
            Wish("previous", N_("&Previous image"), "Alt+Up", "previous"),
            Wish("show_header", N_("&Header of the file…"), "Ctrl+I", "info"),
            Wish("show_map", N_("Show &where the answer hangs on…"), "", "eye"),
            Wish("save_predictions", N_("&Save predictions as table…"), "Ctrl+E", "export"),
            Wish("save_report", N_("Save &report (PDF)…"), "Ctrl+P", "save"),
        ),
    ),
    (
        N_("Rec&ord"),
        (
            Wish("next_waiting", N_("Next &waiting case"), "Ctrl+N", "next"),
            Wish("read_blinded", N_("B&linded reading"), "Ctrl+B", "eye-off"),
            Wish("show_statistics", N_("Readers' &statistics…"), "", "chart"),
            Wish("export_readings", N_("Save &decisions as table…"), "", "export"),
            Wish("save_sr", N_("Save DI&COM SR…"), "", "save"),
            Wish("save_capture", N_("Save secondary c&apture…"), "", "image"),
            Wish("name_reader", N_("Who &reads…"), "", "patients"),
            None,
            Wish("verify_record", N_("&Verify the record…"), "", "check"),
            Wish("back_up_record", N_("&Back up the record…"), "", "save"),
            Wish("restore_record", N_("Res&tore the record…"), "", "undo"),
            Wish("erase_patient", N_("&Erase a patient…"), "", "trash"),
            Wish("change_passphrase", N_("&Passphrase…"), "", "lock"),
        ),
    ),
    (
        N_("&View"),
        (
            Wish("show_cases", N_("&Cases"), "Ctrl+1"),
            Wish("show_training", N_("&Training"), "Ctrl+2"),
            Wish("show_prediction", N_("&Prediction"), "Ctrl+3"),
            Wish("show_evaluation", N_("&Evaluation"), "Ctrl+4"),
            Wish("show_check", N_("Chec&k"), "Ctrl+5"),
            Wish("show_worklist", N_("&Worklist"), "Ctrl+6"),
            None,
            Wish("large_picture", N_("&Large picture"), "Ctrl+L", "enlarge"),
            Wish("reset_layout", N_("&Reset the layout"), ""),
        ),
    ),
    (
        N_("&Help"),
        (
            Wish("guide", N_("&User guide"), "F1", "help"),
            Wish("keys", N_("&Keyboard shortcuts"), "Ctrl+/"),
            Wish("about", N_("&About PrecMed"), "", "info"),
        ),
    ),
)
LANGUAGE = N_("&Language")
THEME = N_("&Theme")
THEMES = {"system": N_("&System"), "light": N_("&Light"), "dark": N_("&Dark")}
VIEW_MENU = 6


def plain(text: str) -> str:
    """A menu's text without its key and dots."""
    return re.sub(r"\(&\w\)|&", "", text).rstrip("…")


class Actions:
    """The menu bar of a window and its actions by name."""

    def __init__(self, window: QMainWindow) -> None:
        self._menus: list[tuple[QMenu, str]] = []
        self._wishes: dict[str, Wish] = {}
        self.by_name: dict[str, QAction] = {}
        self.languages = QActionGroup(window)
        self.themes = QActionGroup(window)
        for text, wishes in MENUS:
            menu = window.menuBar().addMenu(text)
            self._menus.append((menu, text))
            for wish in wishes:
                self._add(menu, wish)
        view = self._menus[VIEW_MENU][0]
        view.addSeparator()
        self._add_choices(view, THEME, self.themes, {c: THEMES[c] for c in CHOICES})
        self._add_choices(view, LANGUAGE, self.languages, LANGUAGES)

    def retranslate(self) -> None:
        """Say everything again in the language in use."""
        for menu, text in self._menus:
            menu.setTitle(_(text))
        for name, wish in self._wishes.items():
            action = self.by_name[name]
            action.setText(_(wish.text))
        for action in self.themes.actions():
            action.setText(_(THEMES[str(action.data())]))

    def shortcuts(self) -> list[tuple[str, str]]:
        """(text, keys) of everything that has a key, for the help."""
        return [
            (plain(_(wish.text)), self.by_name[name].shortcut().toString())
            for name, wish in self._wishes.items()
            if wish.keys
        ]

    def _add(self, menu: QMenu, wish: Wish | None) -> None:
        if wish is None:
            menu.addSeparator()
            return
        action = menu.addAction(wish.text)
        action.setObjectName(wish.name)
        if wish.icon:
            keep_icon(action, wish.icon)
        if wish.keys:
            action.setShortcut(QKeySequence(wish.keys))
        self.by_name[wish.name] = action
        self._wishes[wish.name] = wish

    def _add_choices(
        self, menu: QMenu, text: str, group: QActionGroup, choices: dict[str, str]
    ) -> None:
        submenu = menu.addMenu(text)
        self._menus.append((submenu, text))
        for code, title in choices.items():
            action = submenu.addAction(title)
            action.setData(code)
            action.setCheckable(True)
            group.addAction(action)
