"""A reading as DICOM structured report, for the archive that holds the image.

Comprehensive 3D SR with the template "Measurement Report" (PS3.16 TID 1500): each class that cannot
be ruled out is a finding with its certainty in percent, after the class that the reader names. It
stays UNVERIFIED until that reader signs.
"""

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from precmed_gui import __version__
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.report import Report
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.exchange.device import device_uid
from precmed_gui.exchange.dicom_findings import finding_groups
from precmed_gui.exchange.dicom_input import (
    UTF_8,
    modality_of,
    person_name,
    read_headers,
    refusal,
    without_remarks,
)
from precmed_gui.exchange.signing import why_unsigned
from precmed_gui.language import _, speaking

if TYPE_CHECKING:
    from highdicom.sr import (
        Comprehensive3DSR,
        MeasurementReport,
        ObservationContext,
    )
    from pydicom.dataset import Dataset

MAKER = "PrecMed"
_PROCEDURES = {
    "CT": ("25045-6", "LN", "CT unspecified body region"),
    "MR": ("25056-3", "LN", "MRI unspecified body region"),
    "NM": ("49118-3", "LN", "NM unspecified body region"),
    "PT": ("44136-0", "LN", "PET unspecified body region"),
    "XA": ("77343006", "SCT", "Angiography"),
    **dict.fromkeys(("CR", "DX", "MG", "RG", "PX", "IO"),
                    ("43468-8", "LN", "XR unspecified body region")),
}  # fmt: skip
_ANY_PROCEDURE = ("363679005", "SCT", "Imaging procedure")
"""Of PS3.16 CID 100."""
_SERIES = 9901


def write_structured_report(
    path: Path, report: Report, case: Case, *, signer: str = "", organisation: str = ""
) -> None:
    """Write a DICOM SR that belongs to the study of `case`.

    It carries the patient of the image, as every object of a study does. With a decision in the
    report its reader is named as observer. With a `signer`, who must have decided last, it is
    VERIFIED by that person for `organisation`; without one it stays UNVERIFIED.

    Raises
    ------
    PrecmedError
        If the case is no DICOM image, or it is not for `signer` to sign (`why_unsigned`).
    FailedStorage
        If it cannot be written; what `path` held before is then still there.
    """
    if signer and (refused := why_unsigned(report, signer)):
        raise refused
    with speaking(report.form.language), without_remarks():
        try:
            document = _document(report, case, signer, organisation)
        except KeyError as error:
            raise refusal(Path(case.path), _("its kind of object is retired")) from error
    buffer = BytesIO()
    with without_remarks():
        document.save_as(buffer, enforce_file_format=True)
    write_atomically(path, buffer.getvalue())


def _document(report: Report, case: Case, signer: str, organisation: str) -> "Comprehensive3DSR":
    from highdicom import UID
    from highdicom.sr import Comprehensive3DSR

    headers = read_headers(case)
    document = Comprehensive3DSR(
        evidence=headers,
        content=_content(report, case, headers),
        series_instance_uid=UID(),
        series_number=_SERIES,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer=MAKER,
        is_complete=bool(signer),
        is_final=bool(signer),
        is_verified=bool(signer),
        verifying_observer_name=person_name(signer) if signer else None,
        verifying_organization=(organisation or _("not stated")) if signer else None,
        manufacturer_model_name=MAKER,
        software_versions=__version__,
        device_serial_number=__version__,
        series_description="PrecMed reading, research use only",
    )
    document.SpecificCharacterSet = UTF_8
    return document


def _content(report: Report, case: Case, headers: "Sequence[Dataset]") -> "MeasurementReport":
    from highdicom.sr import (
        CodedConcept,
        LanguageOfContentItemAndDescendants,
        MeasurementReport,
    )

    is_chinese = report.form.language.startswith("zh")
    language = ("zh", "RFC5646", "Chinese") if is_chinese else ("en", "RFC5646", "English")
    procedure = _PROCEDURES.get(modality_of(headers), _ANY_PROCEDURE)
    make = partial(
        MeasurementReport,
        observation_context=_observers(report),
        procedure_reported=CodedConcept(*procedure),
        imaging_measurements=finding_groups(report, case, headers),
        title=CodedConcept("126000", "DCM", "Imaging Measurement Report"),
        language_of_content_item_and_descendants=LanguageOfContentItemAndDescendants(
            CodedConcept(*language)
        ),
    )
    try:
        return make(referenced_images=headers)
    except (AttributeError, TypeError, ValueError):
        # The image library wants elements that many real files leave out (PS3.16 TID 1600).
        return make(referenced_images=None)


def _observers(report: Report) -> "ObservationContext":
    from highdicom import UID
    from highdicom.sr import (
        CodedConcept,
        DeviceObserverIdentifyingAttributes,
        ObservationContext,
        ObserverContext,
        PersonObserverIdentifyingAttributes,
    )

    device = ObserverContext(
        CodedConcept("121007", "DCM", "Device"),
        DeviceObserverIdentifyingAttributes(
            uid=UID(device_uid()), name=MAKER, manufacturer_name=MAKER, model_name=MAKER,
            serial_number=__version__,
        ),
    )  # fmt: skip
    name = report.decisions[-1].reader if report.decisions else ""
    if not name:
        return ObservationContext(observer_device_context=device)
    person = ObserverContext(
        CodedConcept("121006", "DCM", "Person"),
        PersonObserverIdentifyingAttributes(name=person_name(name)),
    )
    return ObservationContext(person, device)
