import csv
import io
from pathlib import Path

import numpy as np
import pytest

from precmed_gui.diagnosis.errors import RefusedModel
from precmed_gui.diagnosis.evaluation import JudgedCases
from precmed_gui.learning.judged import judged_text, load_judged, read_judged
from precmed_gui.learning.shelf import PREDICTIONS

LABELS = ("-negative", "“a”, b|c", "+")
KEYS = ("=cmd|' /C calc'!A0.png", "'quoted'.png", "two\nlines, and\rmore.png", "\udcff#page/2")
TRAITS = (
    (("sex", "F"), ("site", "A=B|C %7C")),
    (),
    (("device", "=1+1"), ("age", "18–39")),
    (("@trait", ""),),
)


def judged(*, has_distances: bool = True) -> JudgedCases:
    random = np.random.default_rng(0)
    return JudgedCases(
        labels=LABELS,
        keys=KEYS,
        patients=("1", "1", "-2", "'3"),
        truth=np.array([0, 1, 2, 1]),
        logits=np.log(random.dirichlet(np.ones(3), 4)),
        distances=random.random(4) if has_distances else np.empty(0),
        traits=TRAITS,
    )


def is_same(first: JudgedCases, second: JudgedCases) -> bool:
    plain = ("labels", "keys", "patients", "traits")
    arrays = ("truth", "logits", "distances")
    return all(getattr(first, name) == getattr(second, name) for name in plain) and all(
        np.array_equal(getattr(first, name), getattr(second, name)) for name in arrays
    )


def test_everything_comes_back_exactly() -> None:
    parts = {"validation": judged(), "test": judged(), "fold-12": judged(has_distances=False)}
    found = read_judged(judged_text(parts), LABELS)
    assert list(found) == list(parts)
    assert all(is_same(found[part], parts[part]) for part in parts)


def test_it_comes_back_from_a_file_too(tmp_path: Path) -> None:
    text = judged_text({"test": judged()})
    (tmp_path / PREDICTIONS).write_bytes(text.encode("utf-8", "surrogatepass"))
    assert is_same(load_judged(tmp_path, LABELS)["test"], judged())


def test_no_name_can_be_run_by_a_spreadsheet() -> None:
    rows = list(csv.reader(io.StringIO(judged_text({"test": judged()}), newline="")))
    texts = [*rows[0], *(row[place] for row in rows[1:] for place in (0, 1, 2, 3, -1))]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_checkpoint_has_no_predictions(tmp_path: Path) -> None:
    assert load_judged(tmp_path, LABELS) == {}


HEAD = "part,case,patient,label,distance,a,b,traits"
GOOD = "test,x.png,1,a,0.5,-0.1,-2.3,sex=F"


def test_the_tables_below_are_bad_in_one_place_only() -> None:
    assert read_judged(f"{HEAD}\n{GOOD}\n", ("a", "b"))["test"].keys == ("x.png",)


@pytest.mark.parametrize(
    "table",
    [
        "",
        "part,case,patient,label,distance,b,a,traits\n" + GOOD,
        f"{HEAD}\ntrain,x.png,1,a,0.5,-0.1,-2.3,sex=F",
        f"{HEAD}\nfold-0,x.png,1,a,0.5,-0.1,-2.3,sex=F",
        f"{HEAD}\ntest,x.png,1,c,0.5,-0.1,-2.3,sex=F",
        f"{HEAD}\ntest,x.png,1,a,far,-0.1,-2.3,sex=F",
        f"{HEAD}\ntest,x.png,1,a,inf,-0.1,-2.3,sex=F",
        f"{HEAD}\ntest,x.png,1,a,0.5,nan,-2.3,sex=F",
        f"{HEAD}\ntest,x.png,1,a,0.5,=1+1,-2.3,sex=F",
        f"{HEAD}\ntest,x.png,,a,0.5,-0.1,-2.3,sex=F",
        f"{HEAD}\ntest,x.png,1,a,0.5,-0.1,-2.3",
        f"{HEAD}\ntest,x.png,1,a,0.5,-0.1,-2.3,sex=F,more",
        f"{HEAD}\ntest,x.png,1,a,0.5,-0.1,-2.3,female",
        f"{HEAD}\n{GOOD}\ntest,y.png,1,a,,-0.1,-2.3,sex=F",
        f'{HEAD}\ntest,"x.png,1,a,0.5,-0.1,-2.3,sex=F',
        f"{HEAD}\ntest,{'x' * 200_000},1,a,0.5,-0.1,-2.3,sex=F",
    ],
)
def test_a_damaged_table_is_refused_with_a_hint(tmp_path: Path, table: str) -> None:
    (tmp_path / PREDICTIONS).write_text(table, encoding="utf-8")
    with pytest.raises(RefusedModel, match="predictions") as refusal:
        load_judged(tmp_path, ("a", "b"))
    assert refusal.value.hint


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / PREDICTIONS).write_bytes(b"\xff\xfe" + HEAD.encode())
    with pytest.raises(RefusedModel, match="predictions"):
        load_judged(tmp_path, ("a", "b"))
