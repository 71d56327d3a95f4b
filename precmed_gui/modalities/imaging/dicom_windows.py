"""Windows: the presets on Hounsfield units, those a DICOM file states, and what they do to values.

DICOM PS3.3 C.11.2.1.2 (window) and C.11.2.1.3 (window functions).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.pictures import StatedWindow
from precmed_gui.modalities.imaging.dicom_header import Header, numbers_of, text_of, texts_of

Numbers = NDArray[np.float64]

HOUNSFIELD = "HU"
HOUNSFIELD_WINDOWS: Mapping[str, StatedWindow] = MappingProxyType(
    {
        "lung": StatedWindow("lung", -600, 1500),
        "bone": StatedWindow("bone", 400, 1800),
        "soft-tissue": StatedWindow("soft-tissue", 40, 400),
        "brain": StatedWindow("brain", 40, 80),
    }
)
"""Centre and width as radiology teaches them (Radiopaedia, "Windowing (CT)"; soft tissue as in the
presets of the OHIF viewer, which agree on lung and brain)."""


@dataclass(frozen=True, slots=True)
class FileWindow:
    """A window as a file states it, with the function that applies it."""

    center: float
    width: float
    function: str
    name: str


def usual_window(cases: Sequence[Case]) -> StatedWindow | None:
    """Soft tissue where every case says that it is CT (trait "modality"), else None.

    Nothing a header says reliably tells a chest from a head, so nothing narrower is guessed.
    """
    is_all_ct = bool(cases) and all(case.trait("modality") == "CT" for case in cases)
    return HOUNSFIELD_WINDOWS["soft-tissue"] if is_all_ct else None


def file_windows(header: Header) -> tuple[FileWindow, ...]:
    """The windows a header states that make sense, in its order; the first is called "file"."""
    centers, widths = numbers_of(header, "WindowCenter"), numbers_of(header, "WindowWidth")
    names = texts_of(header, "WindowCenterWidthExplanation")
    function = text_of(header, "VOILUTFunction").upper()
    if function not in ("LINEAR_EXACT", "SIGMOID"):
        function = "LINEAR"
    smallest = 1.0 if function == "LINEAR" else float(np.nextafter(0, 1))
    found: list[FileWindow] = []
    for place, (center, width) in enumerate(zip(centers, widths, strict=False)):
        if np.isfinite(center) and np.isfinite(width) and width >= smallest:
            named = names[place] if place < len(names) else f"file {place + 1}"
            found.append(FileWindow(center, width, function, named if found else "file"))
    return tuple(found)


def window_shares(output: Numbers, center: float, width: float, function: str) -> Numbers:
    """Shares of white, 0 to 1, of a window on modality output (PS3.3 C.11.2.1.2 and C.11.2.1.3).

    `function` is LINEAR, LINEAR_EXACT or SIGMOID; any other counts as LINEAR, the default.
    """
    if function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (output - center) / width, -500, 500)))
    if function == "LINEAR_EXACT":
        return np.clip((output - center) / width + 0.5, 0, 1)
    if width <= 1:
        return (output > center - 0.5).astype(np.float64)
    return np.clip((output - (center - 0.5)) / (width - 1) + 0.5, 0, 1)


def window_ends(center: float, width: float, function: str = "LINEAR") -> tuple[float, float]:
    """The modality output that is just black and the one that is just white."""
    if function == "LINEAR_EXACT":
        return center - width / 2, center + width / 2
    half = max(width - 1, 1e-6) / 2
    return center - 0.5 - half, center - 0.5 + half
