"""The style sheet of the standard widgets, made from tokens only.

Dynamic properties it knows: `role` on labels (title, caption, figure, hint, error, warning,
success), `primary`, `danger` and `flat` on push buttons, `panel` on frames ("card", "notice",
"error", "success"), `surround` on tool buttons over a picture's black.
"""

from dataclasses import fields
from string import Template

from PySide6.QtCore import QDir

from precmed_gui.places import resources_folder
from precmed_gui.window.tokens import Tokens

_BASE = """
QMainWindow, QDialog { background: $window; }
QMainWindow::separator { background: $window; width: 8px; height: 8px; }
QMainWindow::separator:hover { background: $accent_soft; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $accent_soft; }
QDockWidget { font-size: ${title}px; font-weight: 600; color: $text;
  titlebar-close-icon: url(icons:style-close.svg);
  titlebar-normal-icon: url(icons:style-float.svg); }
QDockWidget::title { background: $surface; padding: 8px 16px; text-align: left;
  border-bottom: 1px solid $border; }
QDockWidget > QWidget { background: $surface; }
QDockWidget::close-button, QDockWidget::float-button { background: transparent; border: none;
  border-radius: ${radius}px; width: 22px; height: 22px; icon-size: 14px;
  subcontrol-origin: padding; subcontrol-position: right center; }
QDockWidget::close-button { right: 10px; }
QDockWidget::float-button { right: 36px; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: $hover; }
QToolTip { background: $tooltip; color: $tooltip_text; border: 1px solid $tooltip;
  padding: 5px 8px; font-size: ${body}px; }
QStatusBar { background: $window; color: $text_muted; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $text_muted; padding: 0 8px; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QFrame[panel="card"] { background: $surface_raised; border: 1px solid $border;
  border-radius: ${radius}px; }
QFrame[panel="notice"] { background: $warning_soft; border: 1px solid $warning;
  border-radius: ${radius}px; }
QFrame[panel="error"] { background: $danger_soft; border: 1px solid $danger;
  border-radius: ${radius}px; }
QFrame[panel="success"] { background: $success_soft; border: 1px solid $success;
  border-radius: ${radius}px; }
QFrame[panel="notice"] QLabel, QFrame[panel="error"] QLabel, QFrame[panel="success"] QLabel,
QFrame[panel="card"] QLabel { background: transparent; border: none; }
"""

_LABELS = """
QLabel { background: transparent; }
QLabel[role="title"] { font-size: ${title}px; font-weight: 600; color: $text; }
QLabel[role="caption"] { font-size: ${caption}px; color: $text_muted; }
QLabel[role="figure"] { font-size: ${figure}px; font-weight: 600; color: $text; }
QLabel[role="hint"] { color: $text_muted; }
QLabel[role="error"] { color: $danger; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="success"] { color: $success; }
QLabel:disabled { color: $text_disabled; }
QGroupBox { border: 1px solid $border; border-radius: ${radius}px; margin-top: 16px;
  padding: 16px 12px 12px 12px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; color: $text; }
"""

_BUTTONS = """
QPushButton { background: $surface_raised; color: $text; font-weight: 400;
  border: 1px solid $border_strong; border-radius: ${radius}px; padding: 5px 13px;
  min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $pressed; }
QPushButton:focus { border: 2px solid $focus; padding: 4px 12px; }
QPushButton:disabled { color: $text_disabled; background: $surface; border-color: $border; }
QPushButton[primary="true"] { background: $accent; color: $accent_text; font-weight: 600;
  border: 1px solid $accent; padding: 7px 19px; min-height: 20px; }
QPushButton[primary="true"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[primary="true"]:pressed { background: $accent_pressed; }
QPushButton[primary="true"]:focus { border: 2px solid $focus_on_accent; padding: 6px 18px; }
QPushButton[primary="true"]:disabled { background: $track; color: $text_disabled;
  border-color: $track; }
QPushButton[tight="true"] { padding: 6px 9px; min-height: 18px; }
QPushButton[tight="true"]:focus { padding: 5px 8px; }
QPushButton[danger="true"] { background: $surface_raised; color: $danger;
  border: 1px solid $danger; }
QPushButton[danger="true"]:hover { background: $danger_soft; color: $danger; }
QPushButton[danger="true"]:focus { border: 2px solid $focus; }
QPushButton[danger="true"]:disabled { color: $text_disabled; border-color: $border; }
QPushButton[flat="true"] { background: transparent; color: $link; border: 1px solid transparent; }
QPushButton[flat="true"]:hover { background: $hover; color: $text; }
QPushButton[flat="true"]:focus { border: 2px solid $focus; }
QPushButton[flat="true"]:disabled { color: $text_disabled; }
QToolButton { background: transparent; color: $text; border: 1px solid transparent;
  border-radius: ${radius}px; padding: 4px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked, QToolButton:open { background: $pressed; }
QToolButton:focus { border: 2px solid $focus; padding: 3px; }
QToolButton:disabled { color: $text_disabled; }
QToolButton[surround="true"] { background: $surround; color: $surround_text; }
QToolButton[surround="true"]:hover { background: $surround_hover; }
QToolButton[popupMode="1"] { padding-right: 18px; }
QToolButton[popupMode="1"]:focus { padding-right: 17px; }
QToolButton::menu-button { border: none; width: 16px; }
QToolButton::menu-arrow, QToolButton::menu-indicator { image: url(icons:style-down.svg);
  width: 10px; height: 10px; }
QPushButton::menu-indicator { image: url(icons:style-down.svg); width: 12px; height: 12px;
  subcontrol-position: right center; right: 6px; }
QToolBar { background: $window; border: none; spacing: 4px; padding: 4px 8px; }
QToolBar::separator { background: $border; width: 1px; margin: 4px; }
"""

_FIELDS = """
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QTextEdit, QPlainTextEdit, QTextBrowser {
  background: $surface_raised; color: $text; border: 1px solid $border_strong;
  border-radius: ${radius}px; padding: 4px 8px; min-height: 18px;
  selection-background-color: $selection; selection-color: $selection_text; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: $focus; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QTextEdit:focus,
QPlainTextEdit:focus, QTextBrowser:focus { border: 2px solid $focus; padding: 3px 7px; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
  color: $text_disabled; background: $surface; border-color: $border; }
QLineEdit:read-only { background: $surface; }
QSpinBox, QDoubleSpinBox { padding-right: 20px; qproperty-alignment: 'AlignRight | AlignVCenter'; }
QSpinBox:focus, QDoubleSpinBox:focus { padding-right: 19px; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus, QComboBox QLineEdit,
QComboBox QLineEdit:focus { background: transparent; border: none; padding: 0; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-origin: border;
  subcontrol-position: top right; width: 20px; border: none; margin: 2px 2px 0 0; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-origin: border;
  subcontrol-position: bottom right; width: 20px; border: none; margin: 0 2px 2px 0; }
QSpinBox::up-button:hover, QSpinBox::down-button:hover, QDoubleSpinBox::up-button:hover,
QDoubleSpinBox::down-button:hover { background: $hover; border-radius: 3px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(icons:style-up.svg);
  width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(icons:style-down.svg);
  width: 10px; height: 10px; }
QComboBox { padding-right: 26px; combobox-popup: 0; }
QComboBox:focus { padding-right: 25px; }
QComboBox::drop-down { subcontrol-origin: border; subcontrol-position: center right;
  width: 24px; border: none; }
QComboBox::down-arrow { image: url(icons:style-down.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView, QComboBox QAbstractItemView:focus { background: $surface_raised;
  border: 1px solid $border_strong; padding: 0; outline: none; }
QCheckBox, QRadioButton { spacing: 8px; padding: 3px; border: 1px solid transparent;
  border-radius: ${radius}px; color: $text; background: transparent; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $focus; padding: 2px; }
QCheckBox:disabled, QRadioButton:disabled { color: $text_disabled; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px;
  border: 1px solid $border_strong; background: $surface_raised; border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $focus; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent;
  image: url(icons:style-check.svg); }
QCheckBox::indicator:indeterminate { background: $accent; border-color: $accent;
  image: url(icons:style-dash.svg); }
QRadioButton::indicator:checked { background: $accent; border-color: $accent;
  image: url(icons:style-dot.svg); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $border;
  background: $surface; }
QProgressBar { background: $track; border: none; border-radius: 3px; min-height: 6px;
  max-height: 6px; color: $text; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSlider::groove:horizontal { height: 4px; background: $track; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
  background: $surface_raised; border: 1px solid $border_strong; }
QSlider::handle:horizontal:focus { border: 2px solid $focus; }
"""

_LISTS = """
QAbstractScrollArea[bare="true"] { background: transparent; border: none; }
QAbstractItemView { background: $surface_raised; alternate-background-color: $surface;
  color: $text; border: 1px solid $border; border-radius: ${radius}px; outline: none;
  selection-background-color: $selection; selection-color: $selection_text; }
QAbstractItemView:focus { border: 2px solid $focus; }
QListView::item, QTreeView::item { padding: 4px 6px; border-radius: 3px; }
QTableView { gridline-color: $border; }
QTableView::item { padding: 2px 8px; }
QListView::item:hover, QTreeView::item:hover, QTableView::item:hover { background: $hover;
  color: $text; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {
  background: $selection; color: $selection_text; }
QTreeView::branch:closed:has-children { image: url(icons:style-right.svg); }
QTreeView::branch:open:has-children { image: url(icons:style-down.svg); }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $text_muted; border: none;
  border-bottom: 1px solid $border; padding: 5px 8px;
  font-size: ${caption}px; font-weight: normal; }
QHeaderView::section:hover { background: $hover; color: $text; }
QHeaderView::down-arrow { image: url(icons:style-down.svg); width: 10px; height: 10px; }
QHeaderView::up-arrow { image: url(icons:style-up.svg); width: 10px; height: 10px; }
QTableCornerButton::section { background: $surface; border: none; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar::tab { background: transparent; color: $text_muted; padding: 7px 14px;
  border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; background: $hover; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $text; border: 2px solid $focus; padding: 5px 12px; }
"""

_MENUS = """
QMenuBar { background: $window; color: $text; padding: 2px 8px; border: none; }
QMenuBar::item { background: transparent; padding: 5px 10px; border-radius: ${radius}px; }
QMenuBar::item:selected { background: $hover; color: $text; }
QMenuBar::item:pressed { background: $pressed; color: $text; }
QMenu { background: $surface_raised; color: $text; border: 1px solid $border_strong;
  padding: 5px; }
QMenu::item { padding: 6px 28px 6px 10px; border-radius: 4px; background: transparent; }
QMenu::item:selected { background: $selection; color: $selection_text; }
QMenu::item:disabled { color: $text_disabled; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QMenu::right-arrow { image: url(icons:style-right.svg); width: 12px; height: 12px; right: 6px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }
QMenu::indicator:checked { image: url(icons:style-check.svg); background: $accent;
  border-radius: 3px; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $scroll; border-radius: 3px; margin: 3px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $scroll_hover; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
"""

_TEMPLATE = Template(_BASE + _LABELS + _BUTTONS + _FIELDS + _LISTS + _MENUS)


def style_sheet(tokens: Tokens) -> str:
    """The whole sheet for one theme; the little pictures in it are found as "icons:…"."""
    folder = str(resources_folder() / "icons")
    if folder not in QDir.searchPaths("icons"):
        QDir.setSearchPaths("icons", [folder])
    return _TEMPLATE.substitute({name.name: getattr(tokens, name.name) for name in fields(tokens)})
