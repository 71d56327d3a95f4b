"""What stands beside an answer is kept with it: training images, maps, the origin of its model."""

from dataclasses import replace

import numpy as np
import pytest
from made_record import shown, verified
from made_report import make_report

from precmed_gui.archive import record_keys
from precmed_gui.archive.record import map_of, open_record, shown_of
from precmed_gui.archive.record_chain import canonical, opened_document
from precmed_gui.archive.record_errors import UnknownAnswer
from precmed_gui.archive.record_rows import model_entry, model_of
from precmed_gui.archive.used_models import used_model
from precmed_gui.diagnosis.cases import Case
from precmed_gui.diagnosis.evaluation import Figure, ReliabilityBin
from precmed_gui.diagnosis.explanation import Explanation, MapChecks
from precmed_gui.diagnosis.prediction import Neighbour, Prediction
from precmed_gui.diagnosis.record import Decision, ModelFigures, ModelOrigin, UsedModel
from precmed_gui.evaluation.answer_texts import figures_of

NEAREST = (
    Neighbour("/data/case8.png", "ill", 0.001),
    Neighbour("/data/secret.png", "well", 0.25),
)
ORIGIN = ModelOrigin("small", "2026-01-01", "1.2", "Chest", "f" * 64, 30, 20, (("well", 30),), 6)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite"


@pytest.fixture(params=["", "words"], ids=["plain", "encrypted"])
def record(path, request, monkeypatch):
    monkeypatch.setattr(record_keys, "SCRYPT_COST", 2)
    record = open_record(path, request.param)
    yield record
    record.close()


def a_map(strength=0.5, **more):
    checks = MapChecks(0.1, 0.9, passed=True)
    pixels = np.full((4, 6), strength, np.float32)
    return Explanation(Case("/data/case1.png"), 2, "ill", "gradient", pixels, checks, 1.0, **more)


def test_the_training_images_of_an_answer_come_back_with_it(record):
    kept, bare = record.keep_shown([replace(shown(1), nearest=NEAREST), shown(2)])
    record.decide(Decision(kept.number, "agree", "ill", "Dr. A"))
    assert record.shown(kept.number) == kept
    assert kept.nearest == NEAREST
    assert [one for one, _decisions in record.every()] == [kept, bare]
    assert record.nearest_of(bare.number) == ()
    assert [one.is_same for one in record.nearest_of(kept.number)] == [True, False]
    assert verified(record).valid


def test_classes_without_a_training_image_are_kept_and_asked_for_by_row(record):
    said = replace(shown(1), nearest=NEAREST, unkept=("odd",))
    [kept] = record.keep_shown([said])
    assert record.shown(kept.number) == kept
    row = replace(kept, nearest=(), unkept=())
    assert record.whole(row) == kept
    record.erase("patient-0")
    assert record.shown(kept.number).unkept == ("odd",)


def test_a_row_of_an_earlier_version_says_nothing_of_classes_without_images(record):
    [kept] = record.keep_shown([replace(shown(1), nearest=NEAREST)])
    [row] = record._rows("kind = 'nearest'", None)
    document = opened_document(record.file.keys, row)
    assert "unkept" not in document
    assert (record.whole(shown(1)).nearest, record.whole(kept)) == ((), kept)


def test_an_answer_without_training_images_is_written_as_before(record):
    record.keep_shown([shown(1)])
    assert verified(record).rows == 3


def test_they_are_erased_with_the_patient_of_the_answer(record, path):
    [kept] = record.keep_shown([replace(shown(1), nearest=NEAREST)])
    record.note_map(map_of(a_map(), kept.number))
    record.erase("patient-0")
    assert [one.path for one in record.nearest_of(kept.number)] == ["", ""]
    assert [one.label for one in record.shown(kept.number).nearest] == ["ill", "well"]
    assert [one.digest for one in record.maps_of(kept.number)] == [""]
    assert verified(record).valid
    assert b"secret.png" not in path.read_bytes()


def test_an_erased_patient_is_not_named_beside_the_answers_of_others_either(record, path):
    answers = [replace(shown(1), nearest=NEAREST), shown(8), replace(shown(12), nearest=NEAREST)]
    first, _second, third = record.keep_shown(answers)
    assert record.erase("patient-2") == 1
    for one in (first, third):
        assert [found.path for found in record.nearest_of(one.number)] == ["", ""]
        assert record.shown(one.number).case_key == one.case_key
    assert verified(record).valid
    assert b"case8.png" not in path.read_bytes()


def test_a_training_image_is_erased_by_its_own_name(record):
    first, second = record.keep_shown([replace(shown(1), nearest=NEAREST), shown(2)])
    assert record.erase("/data/secret.png") == 1
    assert record.erase("/data/secret.png") == 0
    assert record.nearest_of(first.number)[1].path == ""
    assert record.shown(second.number) == second


def test_images_that_only_the_cohort_knows_as_the_patients_are_erased_too(record, path):
    first, second = record.keep_shown([replace(shown(1), nearest=NEAREST), shown(2)])
    assert record.erase("somebody", ("/data/secret.png", "/data/none.png")) == 1
    assert record.nearest_of(first.number)[1].path == ""
    assert record.shown(second.number) == second
    assert verified(record).valid
    assert b"secret.png" not in path.read_bytes()


def test_a_map_is_noted_with_its_checks_and_what_tells_it_from_others(record):
    [kept] = record.keep_shown([shown(1)])
    said = record.note_map(map_of(a_map(), kept.number))
    assert record.maps_of(kept.number) == (said,)
    assert (said.label, said.method, said.slice_number, said.passed) == ("ill", "gradient", 2, True)
    assert said.digest == map_of(a_map(), kept.number).digest
    assert said.digest != map_of(a_map(0.4), kept.number).digest
    with pytest.raises(UnknownAnswer):
        record.note_map(map_of(a_map(), 99))
    assert verified(record).valid


def test_a_model_is_written_down_once_with_where_it_comes_from(record, path):
    one, other = shown(1), replace(shown(2), model_digest="e" * 64)
    record.keep_shown([one])
    record.keep_shown([replace(one, origin=ORIGIN), replace(other, origin=ORIGIN)])
    record.keep_shown(
        [replace(one, origin=ORIGIN), replace(one, test_sentence="ok", origin=ORIGIN)]
    )
    used = UsedModel("chest", "d" * 64, "For tests.", "Right in 8 of 10.", ORIGIN)
    assert record.models() == (used, replace(used, digest="e" * 64))
    kinds = [kind for (kind,) in record.file.connection.execute("SELECT kind FROM rows")]
    assert kinds.count("model") == 4
    assert verified(record).valid


def test_what_is_kept_of_a_model_is_what_its_card_says(record):
    card = make_report().card
    model = used_model(card, "d" * 64)
    answer = Prediction(Case("/a.png"), ("a", "b"), (0.5, 0.5), nearest=NEAREST)
    record.keep_shown([shown_of(answer, model)])
    [found] = record.models()
    assert found == model
    assert found.figures == figures_of(card)
    assert found.figures.coverage == card.evaluation.coverage
    assert found.figures.level == card.sets.level
    assert found.origin.split == card.split.fingerprint
    assert found.origin.images == card.data.images
    assert found.origin.counts == tuple(zip(card.labels, card.data.counts, strict=True))


def test_only_the_newest_undecided_answers_wait(record):
    first, second = record.keep_shown([shown(1), shown(2)])
    [again] = record.keep_shown([shown(1)])
    assert record.waiting() == {second.number, again.number}
    record.decide(Decision(second.number, "agree", "ill", "Dr. A"))
    assert record.waiting() == {again.number}
    assert first.number not in record.waiting()


FIGURES = ModelFigures(
    level=0.9,
    coverage=Figure(0.91, 0.85, 0.95),
    calibration="temperature",
    calibrated_on=40,
    is_tested=True,
    reliability=(ReliabilityBin(0.5, 1.0, 0.8, 40, 32, Figure(0.8, 0.7, 0.9)),),
)


def model_rows(record):
    query = "SELECT count(*) FROM rows WHERE kind = 'model'"
    return record.file.connection.execute(query).fetchone()[0]


def test_what_the_sentences_beside_an_answer_were_made_from_is_kept_once_a_model(record):
    said = replace(shown(1), figures=FIGURES)
    [kept] = record.keep_shown([said])
    record.keep_shown([replace(shown(2), figures=FIGURES), shown(3)])
    assert model_rows(record) == 1
    assert record.shown(kept.number).figures == FIGURES
    assert [row.shown.figures for row in record.worklist()] == [FIGURES] * 3
    assert [one.figures for one, _decisions in record.every()] == [FIGURES] * 3
    assert verified(record).valid


def test_an_answer_kept_before_gets_the_figures_its_model_brings_later(record):
    [before] = record.keep_shown([shown(1)])
    assert record.shown(before.number).figures is None
    record.keep_shown([replace(shown(2), figures=FIGURES)])
    record.keep_shown([replace(shown(3), model_digest="e" * 64)])
    assert model_rows(record) == 3
    assert record.shown(before.number).figures == FIGURES
    assert record.shown(before.number) == before
    assert record.worklist()[0].shown.figures is None
    assert verified(record).valid


def test_a_refused_row_leaves_the_models_as_they_were(record):
    with pytest.raises(ValueError, match="JSON"):
        record.keep_shown([replace(shown(1), figures=FIGURES, probabilities=(float("nan"), 0.5))])
    record.keep_shown([replace(shown(1), figures=FIGURES)])
    assert model_rows(record) == 1
    assert record.worklist()[0].shown.figures == FIGURES


def test_the_row_of_a_model_without_figures_is_written_as_by_earlier_versions():
    wanted = (
        b'{"digest":"' + b"d" * 64 + b'","intended_use":"For tests.","labels":["well","ill"],'
        b'"name":"chest","test_sentence":"Right in 8 of 10."}'
    )
    assert canonical(model_entry(model_of(shown(1))).content) == wanted
