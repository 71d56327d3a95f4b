"""The picture beside its map as a DICOM Secondary Capture, filed in the study of the image.

Viewers show neither derivation nor caveat, so the words stand in the picture itself.
"""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from precmed_gui import __version__
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.explanation import Explanation
from precmed_gui.diagnosis.report import Report
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.exchange.dicom_input import UTF_8, frame_of, read_headers, without_remarks
from precmed_gui.exchange.drawing import font_of, need_fonts
from precmed_gui.exchange.report_pictures import as_colour, overlaid
from precmed_gui.exchange.report_texts import NOTICE, map_caveat, map_title, record_text
from precmed_gui.language import _, sentences, speaking

if TYPE_CHECKING:
    from highdicom.sc import SCImage
    from pydicom.dataset import Dataset

_SERIES = 9902
_LOSSY = ("LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod")
_LONGEST_TEXT = 1024
_NARROWEST = 900
_WIDEST = 3000


def write_secondary_capture(path: Path, report: Report, case: Case) -> None:
    """Write picture and map side by side as a derived image of the study of `case`.

    It carries the patient of the image, as every object of a study does.

    Raises
    ------
    PrecmedError
        If the case is no DICOM image, or there is no map to show (none was made, or the case was
        refused).
    FailedStorage
        If it cannot be written; what `path` held before is then still there.
    """
    found = report.map
    if found is None:
        raise PrecmedError(
            _("There is no map of this case to capture."),
            _("Ask for the map first; a refused case has none."),
        )
    with speaking(report.form.language), without_remarks():
        headers = read_headers(case)
        place = min(max(found.slice_number, 1), len(headers)) - 1
        pixels = captured_pixels(report, found)
        image = _image(headers[place], pixels)
        image.DerivationDescription = _derivation(report, found)[:_LONGEST_TEXT]
    image.SourceImageSequence = [_source(headers[place], frame_of(case))]
    buffer = BytesIO()
    with without_remarks():
        image.save_as(buffer, enforce_file_format=True)
    write_atomically(path, buffer.getvalue())


def captured_pixels(report: Report, found: Explanation) -> NDArray[np.uint8]:
    """Return picture and map side by side over their words, (height, width, 3) uint8."""
    plain = as_colour(report.pixels)
    both = np.concatenate([plain, overlaid(report.pixels, found.strength)], axis=1)
    width = both.shape[1]
    times = -(-_NARROWEST // width)
    step = -(-width // _WIDEST)
    both = both[::step, ::step] if times == 1 else both.repeat(times, axis=0).repeat(times, axis=1)
    both = np.ascontiguousarray(both)
    words = [_(NOTICE), map_title(found), map_caveat(found)]
    return np.concatenate([both, _strip(words, both.shape[1], report)], axis=0)


def _strip(words: list[str], width: int, report: Report) -> NDArray[np.uint8]:
    """White words on black, as wide as the pictures."""
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

    need_fonts()
    font = font_of(report.form.language, max(16, width // 60))
    gap = font.pixelSize() // 2
    text, flags = "\n".join(words), Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
    room = QRectF(gap, gap, width - 2 * gap, 10_000)
    needed = QFontMetricsF(font).boundingRect(room, flags, text)
    strip = QImage(width, int(needed.height()) + 2 * gap, QImage.Format.Format_RGB888)
    strip.fill(QColor("#000000"))
    painter = QPainter(strip)
    painter.setFont(font)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(room, flags, text)
    painter.end()
    data = np.frombuffer(bytes(strip.constBits()), np.uint8).reshape(strip.height(), -1)
    return data[:, : 3 * width].reshape(strip.height(), width, 3)


def _image(header: "Dataset", pixels: NDArray[np.uint8]) -> "SCImage":
    from highdicom import UID
    from highdicom.sc import SCImage
    from pydicom.uid import ExplicitVRLittleEndian

    image = SCImage.from_ref_dataset(
        ref_dataset=header,
        pixel_array=pixels,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        series_instance_uid=UID(),
        series_number=_SERIES,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer="PrecMed",
        patient_orientation=("L", "F"),
        transfer_syntax_uid=ExplicitVRLittleEndian,
        manufacturer_model_name="PrecMed",
        software_versions=__version__,
        series_description="PrecMed map, research use only",
    )
    image.SpecificCharacterSet = UTF_8
    image.Laterality = header.get("Laterality", "")
    image.PatientOrientation = []  # two pictures and words: nothing a viewer may measure or turn
    image.ImageType = ["DERIVED", "SECONDARY"]
    _take_over(header, image)
    return image


def _take_over(header: "Dataset", image: "SCImage") -> None:
    """What the source says about names in its pixels and about lost detail holds for the copy.

    Where it says nothing about names, nobody knows: the element stays away (PS3.3 C.8.6.1 has it
    optional).
    """
    for name in ("BurnedInAnnotation", *_LOSSY):
        if name in image:
            delattr(image, name)
        if header.get(name):
            setattr(image, name, header[name].value)


def _derivation(report: Report, found: Explanation) -> str:
    shown = report.shown
    model = _("Model “{name}”, {digest}.").format(
        name=shown.model_name, digest=shown.model_digest[:16]
    )
    texts = (_(NOTICE), f"{map_title(found)}.", map_caveat(found), model, record_text(report))
    return sentences(*texts)


def _source(header: "Dataset", frame: int) -> "Dataset":
    from pydicom.dataset import Dataset

    source = Dataset()
    source.ReferencedSOPClassUID = header.SOPClassUID
    source.ReferencedSOPInstanceUID = header.SOPInstanceUID
    if frame:
        source.ReferencedFrameNumber = frame
    return source
