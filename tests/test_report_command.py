"""`precmed report` over an image, and over an answer that the record holds."""

import json

import numpy as np
import pytest
from made_dicom import RAMP, write_dicom
from made_reading import LABELS, make_map, make_shown
from PIL import Image
from pydicom import dcmread

from precmed_gui.archive.record import open_record
from precmed_gui.cli import main
from precmed_gui.cohorts.picture_facts import fingerprint
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.report import ReportForm
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.learning.shelf import model_digest
from precmed_gui.modalities import open_cohort
from precmed_gui.modalities.imaging import MODALITY
from precmed_gui.modalities.imaging.anatomy import draw_anatomy, draw_finding, draw_picture
from precmed_gui.places import record_file, shipped_models_folder
from precmed_gui.reported_cases import Asked, case_of_record

pytestmark = pytest.mark.usefixtures("qapp")
DEMO = str(shipped_models_folder() / "demo-phantoms")


@pytest.fixture(scope="module")
def pixels():
    random = np.random.default_rng(3)
    anatomy = draw_anatomy(random)
    return draw_picture(anatomy, draw_finding("effusion", anatomy, random), random)


@pytest.fixture
def picture(tmp_path, pixels):
    path = tmp_path / "Jane Doe.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def dicom(tmp_path, pixels):
    return write_dicom(
        tmp_path / "chest.dcm", pixels, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.4",
        Modality="DX", WindowCenter=128, WindowWidth=256,
    )  # fmt: skip


def run(capsys, *arguments):
    code = main(["report", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_an_image_becomes_a_pdf_whose_name_says_nothing_of_the_patient(picture, tmp_path, capsys):
    folder = tmp_path / "out"
    folder.mkdir()
    code, out, _err = run(capsys, picture, "--pdf", folder, "--model", DEMO, "--json")
    assert code == 0
    document = json.loads(out)
    assert document["verdict"] in {"answer", "refer"}
    assert (document["number"], document["head"]) == (0, "")
    [file] = folder.iterdir()
    assert document["files"] == [str(file)]
    assert "Jane" not in file.name
    assert file.read_bytes().startswith(b"%PDF")
    assert not record_file().exists()


def test_a_kept_answer_is_reported_with_its_decision_and_the_head(dicom, tmp_path, capsys):
    assert main(["predict", DEMO, str(dicom), "--archive", "--json"]) == 0
    number = json.loads(capsys.readouterr().out)["archive"]["rows"][0]
    code, out, err = run(
        capsys, number, "--pdf", tmp_path / "r.pdf", "--sr", tmp_path / "r.dcm", "--json",
        "--decision", "refer", "--reader", "Dr. Haddad", "--comment", "Please look again.",
    )  # fmt: skip
    assert code == 0, err
    document = json.loads(out)
    found = dcmread(tmp_path / "r.dcm")
    assert found.VerificationFlag == "UNVERIFIED"
    assert document["head"].encode() in (tmp_path / "r.dcm").read_bytes()
    record = open_record(record_file())
    try:
        [decision] = record.decisions_of(number)
        assert (decision.kind, decision.reader) == ("refer", "Dr. Haddad")
        assert record.row_of_head(document["head"])
        assert {one.kind for one in record.exports_of(number)} == {"pdf", "sr"}
    finally:
        record.close()


def test_the_language_of_the_report_is_not_that_of_the_terminal(picture, tmp_path, capsys):
    file = tmp_path / "r.pdf"
    code, out, _err = run(
        capsys, picture, "--pdf", file, "--model", DEMO, "--language", "zh_CN", "--paper", "Letter"
    )
    assert code == 0
    assert "Written:" in out
    assert file.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["99", "--pdf", "x.pdf"], "no answer with the number 99"),
        (["missing.png", "--pdf", "x.pdf"], "missing.png"),
    ],
)
def test_what_is_not_there_is_told(arguments, said, capsys):
    code, _out, err = run(capsys, *arguments)
    assert code == 1
    assert said in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--pdf", "x.pdf", "--paper", "A5"],
        ["--pdf", "x.pdf", "--language", "fr"],
        ["--pdf", "x.pdf", "--decision", "maybe"],
        ["--pdf", "x.pdf", "--decision", "other"],
        ["--sr", "x.dcm", "--sign"],
    ],
)
def test_wrong_use_is_told_before_anything_is_read(arguments, capsys):
    code, _out, err = run(capsys, "case.png", *arguments)
    assert code == 2
    assert err


def test_a_class_the_model_does_not_have_is_refused(picture, tmp_path, capsys):
    code, _out, err = run(
        capsys, picture, "--pdf", tmp_path / "r.pdf", "--model", DEMO,
        "--decision", "other", "--label", "unicorn", "--reader", "A",
    )  # fmt: skip
    assert code == 1
    assert "unicorn" in err
    assert not (tmp_path / "r.pdf").exists()


def test_a_picture_that_is_no_dicom_has_no_sr(picture, tmp_path, capsys):
    code, _out, err = run(capsys, picture, "--sr", tmp_path / "r.dcm", "--model", DEMO)
    assert code == 1
    assert "no DICOM file" in err
    assert not (tmp_path / "r.dcm").exists()


def test_what_is_refused_is_not_decided_either(picture, tmp_path, capsys):
    record = open_record(record_file())
    [kept] = record.keep_shown([of_a_gone_model(picture)])
    code, _out, err = run(
        capsys, kept.number, "--sr", tmp_path / "r.dcm", "--decision", "agree", "--reader", "A"
    )
    assert code == 1
    assert "no DICOM file" in err
    assert record.decisions_of(kept.number) == ()
    record.close()


def test_nobody_agrees_with_a_model_that_refused(picture, tmp_path, capsys):
    record = open_record(record_file())
    refused = make_shown("refused", case_key=str(picture), model_digest="", fingerprint="")
    [kept] = record.keep_shown([refused])
    asked = ["--pdf", tmp_path / "r.pdf", "--decision", "agree", "--reader", "A"]
    for more, said in ([], "no answer to agree with"), (["--label", LABELS[0]], "agree with"):
        code, _out, err = run(capsys, kept.number, *asked, *more)
        assert code == 1
        assert said in err
    assert record.decisions_of(kept.number) == ()
    record.close()


def test_a_signature_is_kept_and_only_of_whom_decided(dicom, tmp_path, capsys):
    assert main(["predict", DEMO, str(dicom), "--archive", "--json"]) == 0
    number = json.loads(capsys.readouterr().out)["archive"]["rows"][0]
    asked = ["--sr", tmp_path / "r.dcm", "--sign", "--reader"]
    decided = ["--decision", "other", "--label", LABELS[2]]
    code, _out, err = run(capsys, dicom, *asked, "Dr. A", *decided, "--model", DEMO)
    assert code == 1
    assert "no record holds" in err
    assert run(capsys, number, *asked, "Dr. A", "--decision", "refer")[0] == 2
    code, _out, err = run(capsys, number, *asked, "Dr. A", *decided)
    assert code == 0, err
    assert dcmread(tmp_path / "r.dcm").VerificationFlag == "VERIFIED"
    code, _out, err = run(capsys, number, "--sr", tmp_path / "x.dcm", "--sign", "--reader", "B")
    assert code == 1
    assert "by Dr. A" in err
    assert not (tmp_path / "x.dcm").exists()
    record = open_record(record_file())
    [export] = record.exports_of(number)
    assert (export.kind, export.signed_by) == ("sr", "Dr. A")
    record.close()


def test_a_report_is_about_one_case(picture, tmp_path, capsys):
    Image.new("L", (200, 200), 30).save(tmp_path / "second.png")
    code, _out, err = run(capsys, tmp_path, "--pdf", tmp_path / "r.pdf", "--model", DEMO)
    assert code == 1
    assert "2 cases" in err


def test_an_image_that_changed_since_is_not_printed_beside_its_old_answer(
    picture, tmp_path, capsys
):
    shown = make_shown(
        case_key=str(picture), fingerprint="0" * 32,
        model_digest=model_digest(shipped_models_folder() / "demo-phantoms"),
    )  # fmt: skip
    record = open_record(record_file())
    record.keep_shown([shown])
    number = record.worklist()[0].shown.number
    record.close()
    code, _out, err = run(capsys, number, "--pdf", tmp_path / "r.pdf")
    assert code == 1
    assert "has changed" in err
    assert not (tmp_path / "r.pdf").exists()


def test_an_answer_of_predict_knows_its_pixels(picture, tmp_path, capsys):
    assert main(["predict", DEMO, str(picture), "--archive", "--json"]) == 0
    number = json.loads(capsys.readouterr().out)["archive"]["rows"][0]
    assert run(capsys, number, "--pdf", tmp_path / "r.pdf")[0] == 0
    Image.new("L", (200, 200), 30).save(picture)
    code, _out, err = run(capsys, number, "--pdf", tmp_path / "again.pdf")
    assert code == 1
    assert "has changed" in err
    assert not (tmp_path / "again.pdf").exists()


def of_a_gone_model(picture):
    read = fingerprint(MODALITY.read(Case(str(picture))))
    return make_shown(case_key=str(picture), fingerprint=read, model_digest="")


def test_a_gone_model_leaves_the_answer_as_it_was_kept(picture, tmp_path, capsys):
    record = open_record(record_file())
    [kept] = record.keep_shown([of_a_gone_model(picture)])
    record.close()
    assert run(capsys, kept.number, "--pdf", tmp_path / "r.pdf")[0] == 0
    assert (tmp_path / "r.pdf").exists()


def test_another_image_of_the_same_name_is_found_out_without_the_model(picture, tmp_path, capsys):
    record = open_record(record_file())
    [kept] = record.keep_shown([of_a_gone_model(picture)])
    record.close()
    Image.new("L", (200, 200), 30).save(picture)
    code, _out, err = run(capsys, kept.number, "--pdf", tmp_path / "r.pdf")
    assert code == 1
    assert "has changed" in err
    assert not (tmp_path / "r.pdf").exists()


def test_a_ct_image_of_a_gone_model_is_reported_with_a_remark(tmp_path, capsys):
    dicom = write_dicom(
        tmp_path / "ct.dcm", RAMP, Modality="CT", RescaleIntercept=-100, RescaleSlope=1
    )
    record = open_record(record_file())
    [kept] = record.keep_shown([make_shown(case_key=str(dicom), model_digest="")])
    record.close()
    code, _out, err = run(capsys, kept.number, "--pdf", tmp_path / "r.pdf")
    assert code == 0
    assert "Nobody can tell" in err


def test_a_map_is_captured_for_the_archive_of_the_image(dicom, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("precmed_gui.reported_cases._map_of", lambda *_asked: make_map())
    file = tmp_path / "map.dcm"
    code, _out, err = run(capsys, dicom, "--capture", file, "--model", DEMO)
    assert code == 0, err
    found = dcmread(file)
    assert found.StudyInstanceUID == "1.2.3"
    assert LABELS[1] in found.DerivationDescription


def test_a_series_without_a_fingerprint_is_reported_whole_or_not_at_all(tmp_path, capsys):
    for place in range(3):
        write_dicom(
            tmp_path / f"{place}.dcm", RAMP + place, Modality="CT", SeriesInstanceUID="1.2.3",
            StudyInstanceUID="1.2", ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            ImagePositionPatient=[0, 0, place],
        )  # fmt: skip
    (case,) = open_cohort([str(tmp_path)], ignore, NeverCancelled()).cases
    shown = make_shown(case_key=case.key, fingerprint="", model_digest="", slices=case.slices)
    record = open_record(record_file())
    [kept] = record.keep_shown([shown])
    record.close()
    found = Asked(str(kept.number), None, False, ReportForm())
    with case_of_record(found, ignore, NeverCancelled()) as opened:
        assert opened.case.slices == 3
    (tmp_path / "2.dcm").unlink()
    code, _out, err = run(capsys, kept.number, "--pdf", tmp_path / "r.pdf")
    assert code == 1
    assert "1 of the 3 slices" in err
    assert not (tmp_path / "r.pdf").exists()


def test_a_map_on_a_report_is_kept_with_the_answer(picture, tmp_path, capsys, monkeypatch):
    assert main(["predict", DEMO, str(picture), "--archive", "--json"]) == 0
    number = json.loads(capsys.readouterr().out)["archive"]["rows"][0]
    monkeypatch.setattr("precmed_gui.reported_cases._map_of", lambda *_asked: make_map())
    assert run(capsys, number, "--pdf", tmp_path / "r.pdf", "--map")[0] == 0
    record = open_record(record_file())
    [found] = record.maps_of(number)
    record.close()
    assert found.label == make_map().label
