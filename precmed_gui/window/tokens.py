"""The colours and sizes of the two themes, by what they are for; no Qt.

`theme.py` hands out the set in use; nothing else names a colour.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour ("#RRGGBB") and size (pixels) of one theme, by what it is for.

    `…_soft` are quiet backgrounds for text of the same name; `…_text` is the text on a fill.
    """

    name: str
    window: str
    surface: str
    surface_raised: str
    hover: str
    pressed: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_text: str
    accent_soft: str
    link: str
    focus: str
    focus_on_accent: str
    selection: str
    selection_text: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    success: str
    success_soft: str
    tooltip: str
    tooltip_text: str
    track: str
    grid: str
    scroll: str
    scroll_hover: str
    curve: str
    class_colours: tuple[str, ...]
    class_edges: tuple[str, ...]
    surround: str = "#000000"
    surround_hover: str = "#2A3038"
    surround_text: str = "#C9D0DA"
    space: int = 8
    margin: int = 16
    radius: int = 5
    caption: int = 11
    body: int = 13
    title: int = 16
    figure: int = 22


OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442")
"""Blue, orange, green, purple, vermilion, sky, yellow: told apart by colour-blind readers
(Okabe and Ito 2008, Color Universal Design)."""

LIGHT = Tokens(
    name="light",
    window="#ECEEF1",
    surface="#FAFBFC",
    surface_raised="#FFFFFF",
    hover="#E9EDF2",
    pressed="#DCE2E9",
    border="#D5DAE1",
    border_strong="#7F8997",
    text="#1A212B",
    text_muted="#55606E",
    text_disabled="#99A2AE",
    accent="#1D63BE",
    accent_hover="#1856A7",
    accent_pressed="#14498F",
    accent_text="#FFFFFF",
    accent_soft="#E4EEFA",
    link="#1A5AAE",
    focus="#2C7BE0",
    focus_on_accent="#06162B",
    selection="#CFE1F8",
    selection_text="#12233A",
    warning="#855000",
    warning_soft="#FFF2D9",
    danger="#B2261F",
    danger_soft="#FCE8E6",
    success="#17693B",
    success_soft="#E2F3E8",
    tooltip="#2A313C",
    tooltip_text="#F3F5F8",
    track="#E3E7EC",
    grid="#DDE2E8",
    scroll="#B9C1CC",
    scroll_hover="#7F8997",
    curve="#0072B2",
    class_colours=OKABE_ITO,
    class_edges=("#00588A", "#A87400", "#007A59", "#A6517F", "#A84A00", "#2A83B5", "#918700"),
)

DARK = Tokens(
    name="dark",
    window="#14171B",
    surface="#1B1F24",
    surface_raised="#252A31",
    hover="#2C323A",
    pressed="#363D47",
    border="#333A44",
    border_strong="#717C8B",
    text="#E3E7EC",
    text_muted="#A3ACB8",
    text_disabled="#66707D",
    accent="#2B6CC8",
    accent_hover="#3274D0",
    accent_pressed="#245DAE",
    accent_text="#FFFFFF",
    accent_soft="#1D2F47",
    link="#7FB4F5",
    focus="#6AA9F7",
    focus_on_accent="#CFE3FC",
    selection="#27456B",
    selection_text="#EEF3FA",
    warning="#F0B95B",
    warning_soft="#37290F",
    danger="#FF9A90",
    danger_soft="#3D1D1B",
    success="#7BD09B",
    success_soft="#17301F",
    tooltip="#3A424D",
    tooltip_text="#F1F4F8",
    track="#2C323A",
    grid="#2C323A",
    scroll="#48515D",
    scroll_hover="#717C8B",
    curve="#56B4E9",
    class_colours=("#2A8FCB", *OKABE_ITO[1:]),
    class_edges=("#5FB0E0", "#F2BB4B", "#3CBF99", "#E0A3C4", "#EE8A3E", "#8ACCF1", "#F5EC7A"),
)

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *(
        (text, back)
        for text in ("text", "text_muted", "link", "warning", "danger", "success")
        for back in ("window", "surface", "surface_raised")
    ),
    *(
        ("text", back)
        for back in (
            "hover",
            "pressed",
            "accent_soft",
            "warning_soft",
            "danger_soft",
            "success_soft",
        )
    ),
    *(("text_muted", back) for back in ("accent_soft", "hover")),
    ("warning", "warning_soft"),
    ("danger", "danger_soft"),
    ("success", "success_soft"),
    ("accent_text", "accent"),
    ("accent_text", "accent_hover"),
    ("accent_text", "accent_pressed"),
    ("selection_text", "selection"),
    ("tooltip_text", "tooltip"),
    ("surround_text", "surround"),
    ("surround_text", "surround_hover"),
)
"""Every (text, background) that occurs; a test holds each to a contrast of 4.5 to 1."""
