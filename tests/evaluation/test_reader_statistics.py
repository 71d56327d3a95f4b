from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score, confusion_matrix, recall_score

from precmed_gui.diagnosis.record import Decision, Shown
from precmed_gui.diagnosis.work import NeverCancelled
from precmed_gui.evaluation.agreement import agreement
from precmed_gui.evaluation.intervals import wilson
from precmed_gui.evaluation.reader_statistics import by_reader, mcnemar, reader_statistics
from precmed_gui.evaluation.reader_texts import reader_texts
from precmed_gui.evaluation.readings import Reading, readings_of

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
        seconds = float(random.uniform(5, 60))
        readings.append(
            Reading(f"case{number}", f"p{number}", labels, said[1], 0.8, "Dr A", said[0], final,
                    truth, seconds, seconds + float(random.uniform(2, 30)))
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
        assert arm.kappa is not None
        assert arm.kappa.value == pytest.approx(cohen_kappa_score(truth, said))
        assert arm.kappa.low < arm.kappa.value < arm.kappa.high
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


def test_kappa_with_the_truth_is_not_weighted() -> None:
    """Naming the class next to the true one is as wrong as naming the farthest."""
    truths = list(THREE) * 10
    kappas = []
    for wrong in (1, 2):
        said = [THREE[(THREE.index(t) + wrong) % 3] if n < 9 else t for n, t in enumerate(truths)]
        cases = [replace(one, truth=t, final=s, blind="", blind_kind="")
                 for one, t, s in zip(made(30, THREE), truths, said, strict=True)]  # fmt: skip
        arm = reader_statistics(cases).together
        assert arm is not None
        assert arm.kappa is not None
        kappas.append(arm.kappa.value)
        assert arm.kappa.value == pytest.approx(cohen_kappa_score(truths, said))
    assert kappas[0] == pytest.approx(kappas[1])


def test_kappa_with_the_truth_counts_patients_not_cases() -> None:
    """The same answers, of sixty patients or of six with ten cases each."""
    alone = reader_statistics(made(60)).model
    shared = [replace(one, patient=f"p{place // 10}") for place, one in enumerate(
        sorted(made(60), key=lambda one: (one.truth, one.model == one.truth)))]  # fmt: skip
    together = reader_statistics(shared).model
    assert alone is not None
    assert alone.kappa is not None
    assert together is not None
    assert together.kappa is not None
    assert together.kappa.value == pytest.approx(alone.kappa.value)
    width = together.kappa.high - together.kappa.low
    assert width > 1.3 * (alone.kappa.high - alone.kappa.low)


def test_kappa_with_the_truth_is_not_defined_where_one_class_only_is_true() -> None:
    readings = [row(n, "normal", label, "normal", "normal") for n, label in enumerate(LABELS * 3)]
    found = reader_statistics(readings)
    assert found.model is not None
    assert found.model.kappa is None
    assert found.model.accuracy == wilson(3, 6)
    assert "Kappa with the truth: not defined." in "\n".join(reader_texts(found))


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


def test_times_are_quartiles_of_readings_with_both_steps() -> None:
    """Neither those left after the first step, nor without a clock, nor opened anew between."""
    steps = [(10, 12), (20, 22), (30, 32), (40, 42), (0, 0), (99, 0), (0, 99), (50, 7)]
    readings = [
        row(number, "normal", "normal", "normal", "", blind_seconds=before, final_seconds=after)
        for number, (before, after) in enumerate(steps)
    ]
    found = reader_statistics(readings)
    for times, later in ((found.blind_times, 0), (found.final_times, 2)):
        assert times is not None
        assert (times.n, times.median) == (4, 25 + later)
        assert (times.lower, times.upper) == (17.5 + later, 32.5 + later)
    text = reader_texts(found)[-1]
    assert text == (
        "Time a case, of 4 readings with both steps: alone 25 s (middle half 18 to 32 s), alone "
        "and then with the model together 27 s (middle half 20 to 34 s)."
    )


def test_first_steps_alone_have_no_times() -> None:
    found = reader_statistics(
        [row(n, "normal", "normal", "", "", blind_seconds=9.0) for n in range(5)]
    )
    assert (found.blind_times, found.final_times, found.open_times) == (None, None, None)
    assert not any("Time a case" in text for text in reader_texts(found))


def test_who_thinks_better_of_it_on_another_day_is_timed_on_the_first() -> None:
    kept = [
        (shown(1, "a"), [
            Decision(1, "other", "normal", "Dr A", is_blind=True, seconds=20),
            Decision(1, "agree", "pneumonia", "Dr A", seconds=30),
            Decision(1, "other", "normal", "Dr A", seconds=4),
        ]),
    ]  # fmt: skip
    [reading] = readings_of(kept, {})
    assert (reading.final, reading.blind_seconds, reading.final_seconds) == ("normal", 20, 30)


def test_times_with_the_model_from_the_start_are_not_mixed_with_those_of_blinded_readings() -> None:
    blinded = [
        row(n, "normal", "normal", "normal", "", blind_seconds=20.0, final_seconds=30.0)
        for n in range(3)
    ]
    opened = [row(9, "", "normal", "normal", "", final_kind="agree", final_seconds=8.0)]
    found = reader_statistics([*blinded, *opened])
    times = (found.blind_times, found.final_times, found.open_times)
    assert [(one.n, one.median) for one in times if one] == [(3, 20.0), (3, 30.0), (1, 8.0)]
    text = reader_texts(found)[-1]
    assert "alone and then with the model together 30 s" in text
    assert "of 1 reading with the model from the start: 8.0 s" in text


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
    for words in ("Reader alone:", "Model alone:", "Reader with model:", "McNemar p", "kappa",
                  "Kappa with the truth: 0."):  # fmt: skip
        assert words in whole
    assert "was right more often: +" in whole
    assert "Time a case, of 120 readings with both steps: alone" in whole
    beside_table = reader_texts(reader_statistics(made(120)), has_arms=False)
    assert beside_table == tuple(text for text in texts if ": sensitivity" not in text)
    assert len(texts) - len(beside_table) == 3
    same = [row(n, "normal", "normal", "normal", "normal") for n in range(6)]
    assert "cannot tell whether the model helped" in "\n".join(
        reader_texts(reader_statistics(same))
    )


def test_all_readers_come_first_then_each_with_the_same_model() -> None:
    first = [replace(one, digest="new") for one in made(30, seed=1)]
    second = [replace(one, reader="Dr B", digest="old" if n < 18 else "new")
              for n, one in enumerate(made(20, seed=2))]  # fmt: skip
    found = dict(by_reader([*first, *second], NeverCancelled()))
    assert list(found) == ["", "Dr A", "Dr B"]
    assert [one.readings for one in found.values()] == [32, 30, 2]
    assert found["Dr B"].other_models == 18
    assert found["Dr A"].blind == reader_statistics(first).blind
    assert [name for name, _one in by_reader(first, NeverCancelled())] == [""]
    assert [name for name, _one in by_reader([], NeverCancelled())] == [""]


def test_a_p_value_close_to_nothing_reads_well() -> None:
    cases = [row(n, "normal", "pneumonia", "pneumonia", "pneumonia") for n in range(14)]
    assert "(McNemar p < 0.001)" in "\n".join(reader_texts(reader_statistics(cases)))
    assert "(McNemar p = 0.031)" in "\n".join(reader_texts(reader_statistics(cases[:6])))
