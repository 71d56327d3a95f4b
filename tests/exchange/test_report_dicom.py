"""Readings as DICOM objects: read back equal, and valid where the validators are installed."""

import shutil
import subprocess
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_dicom import RAMP, write_dicom
from made_reading import HEAD, make_decisions, make_full_report, make_map, make_shown
from pydicom import dcmread
from pydicom.data import get_testdata_file

from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.errors import FailedStorage, PrecmedError
from precmed_gui.diagnosis.report import ReportForm
from precmed_gui.exchange.dicom_sr import write_structured_report
from precmed_gui.exchange.secondary_capture import write_secondary_capture

pytestmark = pytest.mark.usefixtures("qapp")
PIXELMED = Path("/usr/share/java/pixelmed.jar")
LIMITS = ("xpathExprOpLimit", "xpathTotalOpLimit", "xpathExprGrpLimit")
JAVA = ["java", "-XX:TieredStopAtLevel=1", *(f"-Djdk.xml.{name}=0" for name in LIMITS),
        "-cp", "/usr/share/java/*", "com.pixelmed.validate.DicomSRValidator"]  # fmt: skip


@pytest.fixture
def image():
    return Case(get_testdata_file("CT_small.dcm"))


@pytest.fixture
def target(tmp_path):
    return tmp_path / "out.dcm"


def items(dataset, found=None):
    """(name, value) of all content items, depth first."""
    found = [] if found is None else found
    for item in dataset.get("ContentSequence", []):
        if "ConceptNameCodeSequence" in item:
            found.append((item.ConceptNameCodeSequence[0].CodeMeaning, item))
        items(item, found)
    return found


def named(dataset, name):
    return [item for meaning, item in items(dataset) if meaning == name]


def certainties(dataset):
    groups = named(dataset, "Measurement Group")
    groups = [group for group in groups if named(group, "Algorithm Name")]
    pairs = []
    for group in groups:
        findings = named(group, "Finding")
        numbers = named(group, "Certainty of Finding")
        pairs += [
            (one.ConceptCodeSequence[0].CodeMeaning,
             float(two.MeasuredValueSequence[0].NumericValue))
            for one, two in zip(findings, numbers, strict=True)
        ]  # fmt: skip
    return pairs


def test_finding_and_certainty_read_back_equal(image, target):
    write_structured_report(target, make_full_report(), image)
    found = dcmread(target)
    assert certainties(found) == [("effusion", 93.0)]
    number = named(found, "Certainty of Finding")[0]
    assert number.ConceptNameCodeSequence[0].CodeValue == "111012"
    assert number.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue == "%"


def test_all_classes_that_cannot_be_ruled_out_are_findings(image, target):
    shown = make_shown("refer", label_set=("effusion", "nodule"), probabilities=(0.05, 0.5, 0.45))
    write_structured_report(target, make_full_report(shown=shown), image)
    assert certainties(dcmread(target)) == [("effusion", 50.0), ("nodule", 45.0)]


def test_a_refused_case_has_a_verdict_and_no_finding(image, target):
    write_structured_report(target, make_full_report("refused"), image)
    found = dcmread(target)
    assert certainties(found) == []
    verdicts = named(found, "Verdict of the model")
    assert [item.ConceptCodeSequence[0].CodeValue for item in verdicts] == ["REFUSED"]


def test_it_belongs_to_the_study_of_the_image_and_refers_to_it(image, target):
    write_structured_report(target, make_full_report(), image)
    found, source = dcmread(target), dcmread(image.path)
    assert found.StudyInstanceUID == source.StudyInstanceUID
    assert found.PatientID == source.PatientID
    assert found.SeriesInstanceUID != source.SeriesInstanceUID
    evidence = found.CurrentRequestedProcedureEvidenceSequence[0]
    references = evidence.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert [one.ReferencedSOPInstanceUID for one in references] == [source.SOPInstanceUID]
    images = named(found, "Source of Measurement")
    assert images[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID


def test_model_digest_chain_head_notice_and_tracking_are_in_it(image, target):
    write_structured_report(target, make_full_report(), image)
    found = dcmread(target)
    texts = [str(item.get("TextValue", "")) for _name, item in items(found)]
    assert f"model sha256 {'cd' * 32}" in texts
    assert any(HEAD in text for text in texts)
    assert any("Research use only" in text for text in texts)
    assert named(found, "Tracking Unique Identifier")
    assert named(found, "Procedure reported")[0].ConceptCodeSequence[0].CodeValue == "25045-6"


def test_it_is_unverified_until_a_reader_signs(image, target):
    write_structured_report(target, make_full_report(), image)
    found = dcmread(target)
    assert found.VerificationFlag == "UNVERIFIED"
    assert named(found, "Person Observer Name")[0].PersonName == "Dr. Haddad^"
    write_structured_report(target, make_full_report(), image, signer="Dr. Haddad")
    signed = dcmread(target)
    assert signed.VerificationFlag == "VERIFIED"
    assert signed.VerifyingObserverSequence[0].VerifyingObserverName == "Dr. Haddad^"


def test_nobody_signs_what_nobody_decided(image, target):
    report = make_full_report(decisions=())
    with pytest.raises(PrecmedError, match="no reader has decided"):
        write_structured_report(target, report, image, signer="Dr. Haddad")
    assert not target.exists()
    write_structured_report(target, report, image)
    assert not named(dcmread(target), "Person Observer Name")


def decided(kind, label="", **changed):
    return (replace(make_decisions()[-1], kind=kind, label=label, **changed),)


def codes(dataset, name):
    return [item.ConceptCodeSequence[0].CodeValue for item in named(dataset, name)]


def test_the_reader_is_heard_first_and_apart_from_the_model(image, target):
    report = make_full_report(decisions=decided("other", "nodule"))
    write_structured_report(target, report, image, signer="Dr. Haddad")
    reader, model = named(dcmread(target), "Measurement Group")
    assert (codes(reader, "Finding"), codes(model, "Finding")) == (["C3"], ["C2"])
    assert named(reader, "Person Observer Name")[0].PersonName == "Dr. Haddad^"
    for name in ("Algorithm Name", "Certainty of Finding", "Verdict of the model"):
        assert not named(reader, name)
        assert named(model, name)
    assert codes(reader, "Decision of the reader") == ["OTHER"]


@pytest.mark.parametrize("kind", ["refer", "reject"])
def test_whoever_names_no_class_has_no_finding(kind, image, target):
    write_structured_report(target, make_full_report(decisions=decided(kind)), image)
    [group] = named(dcmread(target), "Measurement Group")
    assert named(group, "Algorithm Name")
    assert codes(group, "Decision of the reader") == [kind.upper()]


@pytest.mark.parametrize(
    ("kind", "label", "found"),
    [("agree", "effusion", {"BLIND"}), ("other", "clear", {"BLIND"}),
     ("refer", "", {"BLIND", "REFER"}), ("reject", "", {"BLIND", "REJECT"})],
)  # fmt: skip
def test_a_blinded_reader_neither_agrees_nor_contradicts(kind, label, found, image, target):
    report = make_full_report(decisions=decided(kind, label, is_blind=True))
    write_structured_report(target, report, image)
    assert set(codes(dcmread(target), "Decision of the reader")) == found


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"decisions": decided("agree", "effusion", reader="Dr. Wu")}, "by Dr. Wu"),
        ({"decisions": decided("agree", "effusion", is_blind=True)}, "before seeing"),
        ({"decisions": decided("refer")}, "names no class"),
        ({"decisions": decided("reject")}, "names no class"),
        ({"shown": make_shown("refused")}, "names no class"),
        ({"shown": make_shown(number=0)}, "no record holds"),
        ({"chain_head": ""}, "no record holds"),
    ],
)
def test_nobody_signs_what_is_not_theirs_to_sign(changed, said, image, target):
    report = make_full_report(**changed)
    with pytest.raises(PrecmedError, match=said) as caught:
        write_structured_report(target, report, image, signer="Dr. Haddad")
    assert caught.value.hint
    assert not target.exists()


def test_the_program_has_one_uid_in_all_reports(image, target):
    found = []
    for _time in range(2):
        write_structured_report(target, make_full_report(), image)
        found += [item.UID for item in named(dcmread(target), "Device Observer UID")]
    assert len(found) == 2
    assert len(set(found)) == 1


def test_chinese_reads_back_equal(image, target):
    shown = make_shown(labels=("正常", "积液", "结节"), label_set=("积液",), model_name="胸片")
    report = make_full_report(shown=shown, form=ReportForm("zh_CN"))
    write_structured_report(target, report, image)
    found = dcmread(target)
    assert certainties(found) == [("积液", 93.0)]
    assert named(found, "Algorithm Name")[0].TextValue == "胸片"


def test_a_patient_name_in_another_character_set_survives(tmp_path, target):
    uid = "1.2.3"
    path = write_dicom(
        tmp_path / "gb.dcm", RAMP, SpecificCharacterSet="GB18030", PatientName="张^伟",
        StudyInstanceUID=uid, SeriesInstanceUID=f"{uid}.1", Modality="DX",
    )  # fmt: skip
    write_structured_report(target, make_full_report(), Case(str(path)))
    found = dcmread(target)
    assert str(found.PatientName) == "张^伟"
    assert named(found, "Procedure reported")[0].ConceptCodeSequence[0].CodeValue == "43468-8"


@pytest.mark.parametrize("write", [write_structured_report, write_secondary_capture])
def test_an_invalid_header_is_not_repeated(write, tmp_path, target):
    with warnings.catch_warnings(action="ignore"):
        path = write_dicom(
            tmp_path / "odd.dcm", RAMP, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.1",
            Modality="DX", PatientName="Jane_Doe", PatientAge="42", PatientBirthDate="1960.01.01",
            PatientSex="F", PatientWeight="70.00000000000000001", StudyID="n" * 20,
        )  # fmt: skip
    write(target, make_full_report(), Case(str(path)))
    found = dcmread(target)
    assert (found.PatientName, found.PatientID, found.PatientSex) == ("Jane_Doe", "PAT-7", "F")
    assert (found.PatientBirthDate, found.StudyID) == ("", "")
    assert not {"PatientAge", "PatientWeight"} & set(found.dir("Patient"))
    if shutil.which("dciodvfy"):
        said = subprocess.run(["dciodvfy", target], capture_output=True, text=True, check=False)
        assert "Error" not in said.stderr


@pytest.mark.parametrize("write", [write_structured_report, write_secondary_capture])
def test_what_is_no_dicom_is_refused_with_a_reason(write, tmp_path, target):
    from PIL import Image

    Image.new("L", (8, 8)).save(tmp_path / "plain.png")
    with pytest.raises(PrecmedError, match="no DICOM file") as caught:
        write(target, make_full_report(), Case(str(tmp_path / "plain.png")))
    assert caught.value.hint
    assert not target.exists()


def test_a_file_without_study_is_refused(tmp_path, target):
    path = write_dicom(tmp_path / "lone.dcm", RAMP, Modality="CT")
    with pytest.raises(PrecmedError, match="StudyInstanceUID"):
        write_structured_report(target, make_full_report(), Case(str(path)))


def test_a_disk_that_refuses_is_told(image, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(FailedStorage):
        write_structured_report(tmp_path / "file" / "out.dcm", make_full_report(), image)


def test_a_capture_is_a_derived_image_of_the_same_study(image, target):
    write_secondary_capture(target, make_full_report(), image)
    found, source = dcmread(target), dcmread(image.path)
    assert found.StudyInstanceUID == source.StudyInstanceUID
    assert list(found.ImageType) == ["DERIVED", "SECONDARY"]
    assert "Research use only" in found.DerivationDescription
    assert HEAD in found.DerivationDescription
    assert found.SourceImageSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
    pixels = found.pixel_array
    assert pixels.ndim == 3
    grey = (pixels[..., :1] == pixels).all(axis=2)
    assert not grey[: pixels.shape[0] // 2].all()
    assert np.ptp(pixels[-40:]) > 100


@pytest.mark.parametrize("said", ["YES", "NO", None])
def test_a_capture_claims_no_more_of_names_and_detail_than_its_source(said, tmp_path, target):
    more = {} if said is None else {"BurnedInAnnotation": said}
    path = write_dicom(
        tmp_path / "source.dcm", RAMP, Modality="DX", StudyInstanceUID="1.2.3",
        SeriesInstanceUID="1.2.3.1", LossyImageCompression="01",
        LossyImageCompressionRatio=[12.5], LossyImageCompressionMethod="ISO_10918_1", **more,
    )  # fmt: skip
    write_secondary_capture(target, make_full_report(), Case(str(path)))
    found = dcmread(target)
    assert found.get("BurnedInAnnotation") == said
    assert found.LossyImageCompression == "01"
    assert found.LossyImageCompressionRatio == 12.5
    assert found.LossyImageCompressionMethod == "ISO_10918_1"
    if shutil.which("dciodvfy"):
        told = subprocess.run(["dciodvfy", target], capture_output=True, text=True, check=False)
        assert "Error" not in told.stderr


def test_a_capture_says_that_its_map_failed(image, target):
    report = make_full_report(explanation=make_map(has_passed=False))
    write_secondary_capture(target, report, image)
    assert "did not pass its check" in dcmread(target).DerivationDescription


@pytest.mark.parametrize("verdict", ["answer", "refused"])
def test_there_is_no_capture_without_a_map(verdict, image, target):
    report = make_full_report(verdict)
    report = report if verdict == "refused" else replace(report, explanation=None)
    with pytest.raises(PrecmedError, match="no map"):
        write_secondary_capture(target, report, image)


@pytest.mark.parametrize("verdict", ["answer", "refer", "refused"])
@pytest.mark.parametrize("signer", ["", "Dr. Haddad"])
def test_dciodvfy_finds_no_error(verdict, signer, image, target):
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    report = make_full_report(verdict, decisions=decided("other", "nodule"))
    write_structured_report(target, report, image, signer=signer)
    said = subprocess.run(["dciodvfy", target], capture_output=True, text=True, check=False)
    assert "Comprehensive3DSR" in said.stderr
    assert "Error" not in said.stderr


def test_dciodvfy_finds_no_error_in_a_capture(image, target):
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    write_secondary_capture(target, make_full_report(), image)
    said = subprocess.run(["dciodvfy", target], capture_output=True, text=True, check=False)
    assert "SCImage" in said.stderr
    assert "Error" not in said.stderr


@pytest.mark.parametrize("is_blind", [False, True])
def test_the_template_validator_finds_no_error(is_blind, image, target):
    if shutil.which("java") is None or not PIXELMED.exists():
        pytest.skip("PixelMed (libpixelmed-java) is not installed")
    report = make_full_report(decisions=decided("other", "nodule", is_blind=is_blind))
    write_structured_report(target, report, image, signer="" if is_blind else "Dr. Haddad")
    said = subprocess.run([*JAVA, target], capture_output=True, text=True, check=False)
    text = said.stdout + said.stderr
    assert "Root Template Validation Complete" in text
    assert "Error" not in text


def test_dsrdump_shows_finding_and_certainty(image, target):
    if shutil.which("dsrdump") is None:
        pytest.skip("dsrdump (dcmtk) is not installed")
    write_structured_report(target, make_full_report(), image)
    said = subprocess.run(["dsrdump", target], capture_output=True, text=True, check=False).stdout
    assert '"Finding")=(C2,99PRECMED,"effusion")' in said
    assert '"Certainty of Finding")="93.0"' in said
