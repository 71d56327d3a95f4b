from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score, confusion_matrix, recall_score

from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.evaluation.agreement import agreement
from precmed_gui.evaluation.intervals import wilson
from precmed_gui.evaluation.reader_statistics import mcnemar, reader_statistics
from precmed_gui.evaluation.reader_texts import reader_texts
from precmed_gui.evaluation.readings import Reading, readings_of
from precmed_gui.window.reader_statistics_view import NO_FIGURE, statistics_rows

LABELS = ("normal", "pneumonia")
THREE = ("clear", "effusion", "nodule")


def made(count: int, labels: tuple[str, ...] = LABELS, seed: int = 0) -> list[Reading]:
    """Readers who are right in 70 %, then 85 %; a model in 80 %."""
    random = np.random.default_rng(seed)
    readings = []
    for number in range(count):
        truth = str(random.choice(labels))
        said = [truth if random.random() < p else str(random.choice(labels)) for p in (0.6, 0.7)]
        final = truth if random.random() < 0.8 else said[0]
        readings.append(
            Reading(f"case{number}", f"p{number}", labels, said[1], 0.8, "Dr A", said[0], final,
                    truth, float(random.uniform(5, 60)), float(random.uniform(2, 30)))
        )  # fmt: skip
    return readings


def row(number: int, blind: str, model: str, final: str, truth: str, **more: object) -> Reading:
    case = f"case{number}"
    said = (model, 0.9, "Dr A", blind, final, truth)
    return Reading(case, str(more.pop("patient", case)), LABELS, *said, **more)  # type: ignore[arg-type]


def rates(truth: Sequence[str], said: Sequence[str], label: str) -> tuple[float, float]:
    return (
        recall_score(truth, said, labels=[label], average=None)[0],
        recall_score([t != label for t in truth], [s != label for s in said]),
    )


@pytest.mark.parametrize("labels", [LABELS, THREE])
def test_the_three_arms_equal_scikit_learn(labels: tuple[str, ...]) -> None:
    readings = made(120, labels)
    found = reader_statistics(readings)
    truth = [one.truth for one in readings]
    for arm, name in ((found.blind, "blind"), (found.model, "model"), (found.together, "final")):
        said = [getattr(one, name) for one in readings]
        counts = confusion_matrix(truth, said)
        assert arm is not None
        assert (arm.n, arm.right) == (120, np.trace(counts))
        assert arm.accuracy == wilson(arm.right, 120)
        for one in arm.classes:
            assert one.sensitivity is not None
            assert one.specificity is not None
            wanted = rates(truth, said, one.label)
            assert (one.sensitivity.value, one.specificity.value) == pytest.approx(wanted)
    assert [one.label for one in found.blind.classes] == list(labels)  # type: ignore[union-attr]


@pytest.mark.parametrize("labels", [LABELS, THREE])
def test_kappa_equals_scikit_learn_and_lies_in_its_interval(labels: tuple[str, ...]) -> None:
    readings = made(90, labels, seed=4)
    kappa = reader_statistics(readings).blind_and_model.kappa
    assert kappa is not None
    wanted = cohen_kappa_score([one.blind for one in readings], [one.model for one in readings])
    assert kappa.value == pytest.approx(wanted)
    assert kappa.low < kappa.value < kappa.high
    # Fleiss, Cohen and Everitt's standard error for a plain sample is near .1 here.
    assert 0.2 < kappa.high - kappa.low < 0.6


def test_kappa_of_a_table_computed_by_hand() -> None:
    """Cohen's kappa of [[20, 5], [10, 15]] is (0.7 - 0.5) / 0.5."""
    first = ["a"] * 25 + ["b"] * 25
    second = ["a"] * 20 + ["b"] * 5 + ["a"] * 10 + ["b"] * 15
    found = agreement(first, second, [str(n) for n in range(50)])
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(0.4)
    assert found.same == wilson(35, 50)


def test_full_agreement_is_not_certain() -> None:
    answers = ["a", "b"] * 5
    found = agreement(answers, answers, [str(n) for n in range(10)]).kappa
    assert found is not None
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx((wilson(10, 10).low - 0.5) / 0.5)


def test_kappa_is_not_defined_where_only_one_class_is_ever_named() -> None:
    found = agreement(["a"] * 4, ["a"] * 4, list("1234"))
    assert found.kappa is None
    assert found.same == wilson(4, 4)
    assert agreement([], [], []).same is None


def test_kappa_is_not_defined_where_one_of_the_two_names_one_class_only() -> None:
    for pair in ((["a"] * 6, list("aabbab")), (list("aabbab"), ["a"] * 6)):
        found = agreement(*pair, list("123456"))
        assert (found.kappa, found.same) == (None, wilson(3, 6))
    readings = [row(n, "normal", label, "normal", "") for n, label in enumerate(LABELS * 3)]
    assert "one of them named one class only" in "\n".join(
        reader_texts(reader_statistics(readings))
    )


def test_cases_of_one_patient_make_intervals_wider() -> None:
    readings = made(60)
    alone = reader_statistics(readings).blind
    random = np.random.default_rng(1)
    order = sorted(readings, key=lambda one: (one.blind == one.truth, random.random()))
    shared = [
        Reading(one.case, f"p{place // 6}", one.labels, one.model, one.probability, one.reader,
                one.blind, one.final, one.truth)
        for place, one in enumerate(order)
    ]  # fmt: skip
    together = reader_statistics(shared)
    assert alone is not None
    assert together.blind is not None
    assert together.patients == 10
    wide, narrow = together.blind.accuracy, alone.accuracy
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (5, 0), (7, 2), (2, 7), (4, 4), (300, 260)])
def test_mcnemar_is_the_binomial_test(gained: int, lost: int) -> None:
    wanted = binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert mcnemar(gained, lost) == pytest.approx(wanted)


def test_mcnemar_of_many_changes_stays_a_number() -> None:
    assert 0 < mcnemar(3000, 2900) < 1


def test_changes_are_told_apart() -> None:
    readings = [
        row(1, "normal", "pneumonia", "pneumonia", "pneumonia"),
        row(2, "normal", "pneumonia", "pneumonia", "normal"),
        row(3, "pneumonia", "pneumonia", "normal", "normal"),
        row(4, "normal", "normal", "normal", "normal"),
        row(5, "normal", "pneumonia", "pneumonia", ""),
        row(6, "", "pneumonia", "pneumonia", "pneumonia"),
    ]
    found = reader_statistics(readings)
    assert found.changes is not None
    assert (found.changes.n, found.changes.changed, found.changes.to_model) == (5, 4, 3)
    assert (found.changes.wrong_to_right, found.changes.right_to_wrong) == (2, 1)
    assert found.changes.p_value == 1.0
    assert (found.readings, found.compared) == (6, 4)
    assert found.gain is not None
    assert found.gain.value == pytest.approx(0.25)


def test_several_readings_of_a_patient_have_no_mcnemar_test() -> None:
    cases = [row(n, "normal", "pneumonia", "pneumonia", "pneumonia") for n in range(12)]
    alone = reader_statistics(cases).changes
    assert alone is not None
    assert alone.p_value == pytest.approx(2 / 2**12)
    shared = reader_statistics([replace(one, patient=f"p{n // 6}") for n, one in enumerate(cases)])
    assert shared.changes is not None
    assert (shared.changes.wrong_to_right, shared.changes.p_value) == (12, None)
    assert "McNemar" not in "\n".join(reader_texts(shared))


@pytest.mark.parametrize("gained", range(0, 13, 2))
@pytest.mark.parametrize("lost", range(0, 13, 3))
def test_the_two_verdicts_never_contradict_each_other(gained: int, lost: int) -> None:
    better = [row(n, "normal", "normal", "pneumonia", "pneumonia") for n in range(gained)]
    worse = [row(20 + n, "normal", "normal", "pneumonia", "normal") for n in range(lost)]
    same = [row(40 + n, "normal", "normal", "normal", "normal") for n in range(10)]
    text = "\n".join(reader_texts(reader_statistics([*better, *worse, *same])))
    assert ("right more often" in text) == ("went to the right" in text)
    assert ("right less often" in text) == ("went to the wrong" in text)
    assert not ("That could be chance" in text and "cannot tell" not in text)
    assert ("right more often" in text) <= (gained > lost)


def test_readings_left_out_are_told_apart() -> None:
    readings = [
        row(1, "normal", "normal", "normal", "normal"),
        row(2, "normal", "normal", "normal", ""),
        row(3, "normal", "", "normal", "normal"),
        row(4, "", "normal", "normal", "normal", final_kind="agree"),
        row(5, "", "normal", "normal", "normal", blind_kind="refer", final_kind="agree"),
        row(6, "normal", "normal", "", "normal", final_kind="reject"),
        row(7, "normal", "normal", "", "normal", blind_kind="other"),
    ]
    found = reader_statistics(readings)
    reasons = ("truth", "refused", "blind", "referred", "rejected", "unfinished")
    assert found.left_out == tuple((reason, 1) for reason in reasons)
    assert found.readings - found.compared == 6
    text = reader_texts(found)[0]
    assert text == (
        "7 readings. 6 are left out of right and wrong (no true class is known: 1, refused by the "
        "model: 1, not read blinded: 1, referred: 1, rejected: 1 and not confirmed yet: 1)."
    )


def test_readings_with_another_model_are_not_pooled() -> None:
    old = [replace(one, digest="old", model_name="lungs 1") for one in made(9)]
    new = [replace(one, digest="new", model_name="lungs 2") for one in made(30, seed=3)]
    found = reader_statistics([*old, *new])
    assert (found.readings, found.other_models, found.model_name) == (30, 9, "lungs 2")
    assert found.model == reader_statistics(new).model
    assert "about the model “lungs 2”; 9 readings" in "\n".join(reader_texts(found))
    assert reader_statistics([*old, *new], digest="old").model == reader_statistics(old).model
    assert not any("about the model" in text for text in reader_texts(reader_statistics(new)))


def test_an_arm_is_measured_on_readings_where_each_named_a_class() -> None:
    readings = [
        row(1, "normal", "normal", "normal", "normal"),
        row(2, "normal", "", "normal", "normal"),
        row(3, "normal", "pneumonia", "", "normal"),
        row(4, "normal", "pneumonia", "normal", ""),
    ]
    found = reader_statistics(readings)
    assert found.compared == 1
    assert [arm.n for arm in (found.blind, found.model, found.together) if arm] == [1, 1, 1]


def test_without_blind_readings_there_is_no_reader_alone() -> None:
    readings = [row(1, "", "normal", "normal", "normal"), row(2, "", "normal", "normal", "normal")]
    found = reader_statistics(readings)
    assert (found.blind, found.gain, found.changes) == (None, None, None)
    assert found.together is not None
    assert found.together.n == 2


def test_nothing_read_is_no_error() -> None:
    found = reader_statistics([])
    assert (found.blind, found.model, found.together, found.pairs) == (None, None, None, ())
    assert reader_texts(found)


def test_times_are_quartiles_of_those_known() -> None:
    times = [10.0, 20.0, 30.0, 40.0, 0.0]
    readings = [
        row(number, "normal", "normal", "normal", "", blind_seconds=seconds)
        for number, seconds in enumerate(times)
    ]
    found = reader_statistics(readings)
    assert found.blind_times is not None
    assert (found.blind_times.n, found.blind_times.median) == (4, 25.0)
    assert (found.blind_times.lower, found.blind_times.upper) == (17.5, 32.5)
    assert found.final_times is None


def test_times_with_the_model_from_the_start_are_not_mixed_with_those_of_blinded_readings() -> None:
    blinded = [
        row(n, "normal", "normal", "normal", "", blind_seconds=20.0, final_seconds=30.0)
        for n in range(3)
    ]
    opened = [row(9, "", "normal", "normal", "", final_kind="agree", final_seconds=8.0)]
    found = reader_statistics([*blinded, *opened])
    times = (found.blind_times, found.final_times, found.open_times)
    assert [(one.n, one.median) for one in times if one] == [(3, 20.0), (3, 30.0), (1, 8.0)]
    assert statistics_rows(found)[-1][1] == ("20.0", NO_FIGURE, "30.0")
    assert statistics_rows(reader_statistics(opened))[-1][1] == (NO_FIGURE, NO_FIGURE, "8.0")
    text = reader_texts(found)[-1]
    assert "alone and then with the model together: 30 s" in text
    assert "with the model from the start: 8.0 s" in text


@pytest.mark.parametrize("is_blind", [True, False])
def test_two_readers_are_compared_before_the_answer_or_else_both_after_it(is_blind: bool) -> None:
    first = made(40, seed=1)
    second = [
        replace(one, reader="Dr B", blind=one.blind if is_blind else "")
        for one in made(40, seed=2)[:30]
    ]
    found = reader_statistics([*first, *second])
    pair = found.pairs[0]
    assert (pair.first, pair.second, pair.agreement.n) == ("Dr A", "Dr B", 30)
    assert pair.is_blind == is_blind
    said = [[one.blind if is_blind else one.final for one in of] for of in (first[:30], second)]
    assert pair.agreement.kappa is not None
    assert pair.agreement.kappa.value == pytest.approx(cohen_kappa_score(*said))
    when = "before" if is_blind else "after"
    assert f"“Dr A” and “Dr B”, {when} the model's answer" in "\n".join(reader_texts(found))


def test_who_referred_blind_said_nothing_first() -> None:
    """What was taken over from the model afterwards is no first answer."""
    first = [row(n, "normal", "pneumonia", "pneumonia", "") for n in range(4)]
    second = [
        replace(one, reader="Dr B", blind="" if place < 3 else "normal", blind_kind="refer")
        for place, one in enumerate(first)
    ]
    pair = reader_statistics([*first, *second]).pairs[0]
    assert pair.is_blind
    assert (pair.agreement.n, pair.agreement.same) == (1, wilson(1, 1))


def shown(number: int, key: str, verdict: str = "answer") -> Shown:
    return Shown(key, key, f"patient of {key}" if key else "", "", "m", "d", LABELS, (0.2, 0.8),
                 verdict=verdict, number=number)  # fmt: skip


def test_readings_come_from_the_record() -> None:
    kept = [
        (shown(1, "a"), [
            Decision(1, "other", "normal", "Dr A", is_blind=True, seconds=12),
            Decision(1, "agree", "", "Dr A", seconds=3),
            Decision(1, "other", "normal", "Dr B", seconds=9),
        ]),
        (shown(2, "b", "refused"), [Decision(2, "reject", "", "Dr A", is_blind=True)]),
        (shown(3, "c"), [Decision(3, "refer", "", "Dr A")]),
        (shown(4, "d"), []),
        (shown(5, ""), [Decision(5, "agree", "pneumonia", "Dr A")]),
    ]  # fmt: skip
    found = readings_of(kept, {"a": "pneumonia"})
    assert [(one.case, one.reader) for one in found] == [
        ("a", "Dr A"), ("a", "Dr B"), ("b", "Dr A"), ("c", "Dr A"),
    ]  # fmt: skip
    first, other, refused, referred = found
    assert (first.blind, first.final, first.truth) == ("normal", "pneumonia", "pneumonia")
    assert (first.blind_seconds, first.final_seconds, first.probability) == (12, 3, 0.8)
    assert (other.blind, other.final) == ("", "normal")
    assert (refused.model, refused.blind) == ("", "")
    assert (referred.model, referred.final, referred.patient) == ("pneumonia", "", "patient of c")


def test_a_case_read_again_counts_once_with_its_newest_answer() -> None:
    kept = [
        (shown(1, "a"), [Decision(1, "other", "normal", "Dr A")]),
        (shown(2, "a"), [Decision(2, "agree", "pneumonia", "Dr A")]),
        (shown(3, "a"), []),
    ]
    assert [one.final for one in readings_of(kept, {})] == ["pneumonia"]


def test_a_case_read_with_two_models_is_a_reading_with_each() -> None:
    other = replace(shown(2, "a"), model_digest="e", model_name="n")
    decision = Decision(2, "agree", "pneumonia", "Dr A")
    kept = [(shown(1, "a"), [replace(decision, shown=1, is_blind=True)]), (other, [decision])]
    found = [(one.digest, one.model_name, one.blind_kind, one.final_kind) for one in readings_of(
        kept, {}
    )]  # fmt: skip
    assert found == [("d", "m", "agree", ""), ("e", "n", "", "agree")]


def test_the_sentences_say_who_was_right_and_whether_the_model_helped() -> None:
    texts = reader_texts(reader_statistics(made(120)))
    whole = "\n".join(texts)
    assert whole.startswith("120 readings.")
    for words in ("Reader alone:", "Model alone:", "Reader with model:", "McNemar p", "kappa"):
        assert words in whole
    assert "was right more often: +" in whole
    assert "Time a case, alone:" in whole
    same = [row(n, "normal", "normal", "normal", "normal") for n in range(6)]
    assert "cannot tell whether the model helped" in "\n".join(
        reader_texts(reader_statistics(same))
    )
