"""What a check finds in a cohort that has exactly one fault, and on real collections."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pictures import checked, finding, kinds, names, opened, picture, write, write_cohort
from PIL import Image, ImageDraw

from precmed_gui.cohorts import check
from precmed_gui.cohorts.duplicates import near_pairs
from precmed_gui.cohorts.fixes import fixed
from precmed_gui.cohorts.split import divide, receipt
from precmed_gui.diagnosis.cases import Case, Cohort, with_excluded
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Step, ignore
from precmed_gui.places import cache_folder

QUIET = {"metadata", "cost"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cohort(tmp_path / "c")


def test_a_cohort_in_order_gives_no_warning(folder: Path) -> None:
    report = checked(opened(folder))
    assert kinds(report) == QUIET
    assert not report.blocks
    assert report.sizes == ((96, 96), (96, 96))
    assert report.modes == (("grey, 8 bits", 48),)
    assert report.duplicates.exact == report.duplicates.near == ()


def test_equal_pixels_under_other_names_are_found_and_excluded(folder: Path) -> None:
    write(folder, "ill/copy.bmp", picture(3))
    cohort = opened(folder)
    found = finding(checked(cohort), "duplicates")
    assert [names(group) for group in found.groups] == [{"i03.png", "copy.bmp"}]
    repaired = fixed(cohort, found, found.fixes[0])
    assert "duplicates" not in kinds(checked(repaired))


def test_near_copies_become_one_patient(folder: Path) -> None:
    write(folder, "ill/turned.png", np.rot90(picture(3)).copy())
    cohort = opened(folder)
    found = finding(checked(cohort), "near_duplicates")
    assert names(found.keys) == {"i03.png", "turned.png"}
    grouped = fixed(cohort, found, found.fixes[1])
    assert grouped.patient_count == 48


def test_the_copy_to_keep_has_a_class_and_is_larger(folder: Path) -> None:
    small = np.asarray(Image.fromarray(picture(3)).resize((64, 64)))
    write(folder, "ill/a_small.png", small)
    found = finding(checked(opened(folder)), "near_duplicates")
    assert Path(found.groups[0][0]).name == "i03.png"


def test_one_picture_in_two_classes(folder: Path) -> None:
    write(folder, "well/copy.png", picture(3))
    cohort = opened(folder)
    found = finding(checked(cohort), "across_labels")
    assert names(found.keys) == {"i03.png", "copy.png"}
    assert "ill" in found.reasons[0]
    settled = fixed(cohort, found, found.fixes[0], "well")
    assert "across_labels" not in kinds(checked(settled))


def test_a_second_check_compares_nothing_again_and_says_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "ill/turned.png", np.rot90(picture(3)).copy())
    write(folder, "well/lighter.png", np.minimum(picture(1005), 200) + np.uint8(20))
    cohort = opened(folder)
    first = checked(cohort)
    assert len(first.duplicates.near) == 2
    count: list[int] = []

    def counted(*arguments: object) -> object:
        count.append(1)
        return near_pairs(*arguments)

    monkeypatch.setattr(check, "near_pairs", counted)
    assert checked(cohort).duplicates == first.duplicates
    fewer = with_excluded(cohort, [cohort.cases[0].key, first.duplicates.near[0][1]])
    assert checked(fewer).duplicates.near == first.duplicates.near[1:]
    turned_round = replace(cohort, cases=cohort.cases[::-1])
    found = checked(turned_round).duplicates.near
    assert {frozenset(group) for group in found} == {
        frozenset(group) for group in first.duplicates.near
    }
    assert not count
    write(folder, "ill/new.png", picture(800))
    checked(opened(folder))
    assert count == [1]
    for kept in (cache_folder() / "facts").glob("pairs-*"):
        kept.write_bytes(kept.read_bytes()[:100])
    assert checked(cohort).duplicates == first.duplicates


def given(folder: Path) -> Cohort:
    cohort = opened(folder)
    parts = ("train",) * 14 + ("validation",) * 5 + ("test",) * 5
    cases = tuple(
        replace(case, part=part, patient=f"p{number}")
        for number, (case, part) in enumerate(zip(cohort.cases, parts * 2, strict=True))
    )
    return replace(cohort, cases=cases)


def test_a_patient_in_two_parts_blocks_until_the_images_are_divided_anew(folder: Path) -> None:
    cohort = given(folder)
    cases = [
        replace(case, patient="p1") if i == 23 else case for i, case in enumerate(cohort.cases)
    ]
    leaking = replace(cohort, cases=tuple(cases))
    report = checked(leaking)
    assert report.blocks
    assert (report.patient_leaks, report.duplicate_leaks) == (1, 0)
    found = finding(report, "patient_leak")
    assert report.findings[0] is found
    assert "p1" in found.reasons[0]
    by_kind = {fix.kind: fix for fix in found.fixes}
    for kind in ("redivide", "repair"):
        after = checked(fixed(leaking, found, by_kind[kind]))
        assert after.patient_leaks == 0
        assert not after.blocks
        assert after.split.patients_shared == 0


def test_a_copy_in_two_parts_is_counted_once_and_leaves_the_split_to_come(folder: Path) -> None:
    cohort = given(folder)
    write(folder, "ill/i20.png", picture(3))  # in the test part; i03 trains
    report = checked(cohort)
    assert (report.patient_leaks, report.duplicate_leaks) == (0, 1)
    assert report.split.images[0] == ("ill", 13, 5, 5)
    found = finding(report, "duplicate_leak")
    assert found.severity == "warns"
    repaired = fixed(cohort, found, found.fixes[0])
    assert [case.name for case in repaired.cases if case.is_excluded] == ["i03.png"]
    assert checked(repaired).duplicate_leaks == 0


def test_the_receipt_shown_is_that_of_the_training(folder: Path) -> None:
    write(folder, "ill/copy.png", picture(3))
    cohort = opened(folder)
    report = checked(cohort)
    fingerprints = ["same" if c.name in ("i03.png", "copy.png") else c.name for c in cohort.cases]
    split, _leaks = divide(cohort, 1, fingerprints)
    made = receipt(cohort, split)
    assert report.split.fingerprint == made.fingerprint
    assert report.split.images == made.images
    assert sum(sum(counts) for _label, *counts in made.images) == 49


def test_an_unreadable_file_moves_out_of_the_cases(folder: Path) -> None:
    whole = (folder / "ill" / "i02.png").read_bytes()
    (folder / "ill" / "i02.png").write_bytes(whole[: len(whole) // 2])
    report = checked(opened(folder))
    assert len(report.cohort.cases) == 47
    assert names(finding(report, "unreadable").keys) == {"i02.png"}
    assert finding(report, "unreadable").severity == "warns"


def test_a_text_beside_the_images_only_tells(folder: Path) -> None:
    (folder / "LICENSE").write_text("MIT")
    assert finding(checked(opened(folder)), "unreadable").severity == "tells"


def test_a_wrong_ending_is_told_with_the_kind(folder: Path) -> None:
    (folder / "ill" / "i02.png").rename(folder / "ill" / "i02.jpg")
    found = finding(checked(opened(folder)), "wrong_extension")
    assert names(found.keys) == {"i02.jpg"}
    assert "PNG" in found.reasons[0]


def blank(value: int) -> np.ndarray:
    return np.full((96, 96), value, np.uint8)


@pytest.mark.parametrize(
    ("kind", "pixels"),
    [
        ("blank", blank(90)),
        ("tiny", picture(77, 20)),
        ("inverted", 255 - picture(78)),
        ("exposure", np.clip(picture(78).astype(int) + 110, 0, 255).astype(np.uint8)),
        ("exposure", (picture(78) * 0.15).astype(np.uint8)),
        ("colour", np.stack([picture(78), blank(30), picture(78)], axis=2)),
        ("sizes", picture(79, 300)),
    ],
)
def test_one_odd_picture_is_found_and_only_it(folder: Path, kind: str, pixels: np.ndarray) -> None:
    write(folder, "ill/odd.png", pixels)
    found = finding(checked(opened(folder)), kind)
    if kind != "sizes":
        assert names(found.keys) == {"odd.png"}
    assert found.title
    assert found.why


def test_nothing_is_called_inverted_among_pictures_of_many_things(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for number in range(40):
        small = Image.fromarray(random.integers(0, 256, (5, 5), dtype=np.uint8))
        for label in ("a", "b"):
            pixels = np.asarray(small.resize((64, 64)).rotate(90 if label == "a" else 0))
            write(tmp_path, f"{label}/{number}.png", pixels if label == "a" else 255 - pixels)
    assert "inverted" not in kinds(checked(opened(tmp_path)))


def test_writing_at_the_border_is_suspected_and_one_letter_is_not(folder: Path) -> None:
    for name, text in {"named.png": "DOE JANE 1961", "marked.png": "R"}.items():
        image = Image.fromarray(picture(90 + len(text), 256))
        ImageDraw.Draw(image).text((8, 8), text, fill=255, font_size=18)
        write(folder, f"ill/{name}", np.asarray(image))
    found = finding(checked(opened(folder)), "burnt_in_text")
    assert names(found.keys) == {"named.png"}
    assert "suspicion" in found.why


def with_cases(*cases: Case) -> Cohort:
    return Cohort(cases=cases, label_order=tuple(dict.fromkeys(str(c.label) for c in cases)))


def test_patients_in_several_classes_are_named(folder: Path) -> None:
    cohort = opened(folder)
    cases = [replace(case, patient=f"p{i % 47}") for i, case in enumerate(cohort.cases)]
    found = finding(checked(replace(cohort, cases=tuple(cases))), "patient_in_classes")
    assert names(found.keys) == {"i00.png", "w23.png"}
    assert "p0" in found.reasons[0]
    assert found.severity == "warns"


def test_few_cases_imbalance_and_names_alike(tmp_path: Path) -> None:
    for number in range(40):
        write(tmp_path, f"Normal/{number}.png", picture(number))
    for number in range(6):
        write(tmp_path, f"ill/{number}.png", picture(100 + number))
        write(tmp_path, f"normals/{number}.png", picture(200 + number))
    cohort = opened(tmp_path)
    report = checked(cohort)
    assert "“ill”" in finding(report, "few_cases").title
    assert finding(report, "imbalance").title.startswith("7 times")
    alike = finding(report, "alike_names")
    merged = fixed(cohort, alike, alike.fixes[0])
    assert merged.label_counts() == {"ill": 6, "Normal": 46}


def test_what_cannot_be_divided_blocks_with_the_reason(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path, f"one/{number}.png", picture(number))
    report = checked(opened(tmp_path))
    assert report.blocks
    assert "one class" in finding(report, "split").why
    assert report.split.problem


def test_a_rule_for_patients_is_suggested_where_names_tell(tmp_path: Path) -> None:
    for number in range(30):
        for label in ("ill", "well"):
            for view in "ab":
                seed = number * 4 + (view == "a") + 2 * (label == "ill")
                name = f"{label}/{label}{number:03}_{view}.png"
                write(tmp_path, name, picture(seed, 40))
    found = finding(checked(opened(tmp_path)), "metadata")
    assert found.severity == "warns"
    assert "ill" in found.why


def test_classes_in_different_kinds_of_files_are_told(tmp_path: Path) -> None:
    for number in range(12):
        write(tmp_path, f"ill/{number}.png", picture(number))
        write(tmp_path, f"well/{number}.jpg", picture(100 + number))
    assert ".jpg" in finding(checked(opened(tmp_path)), "kinds").title


def test_a_mixture_of_examinations_is_told(folder: Path) -> None:
    cohort = opened(folder)
    cases = [
        replace(case, traits=(("modality", "CT" if i < 5 else "MR"),))
        for i, case in enumerate(cohort.cases)
    ]
    found = finding(checked(replace(cohort, cases=tuple(cases))), "kinds")
    assert len(found.keys) == 5
    assert "CT" in found.title


def test_the_cost_grows_with_the_images(folder: Path) -> None:
    small = checked(opened(folder / "ill")).cost
    large = checked(opened(folder)).cost
    assert large.disk == 2 * small.disk == 48 * 96 * 96
    assert large.minutes > small.minutes
    assert large.free_disk > 0


def test_an_empty_cohort_is_no_error() -> None:
    report = checked(Cohort())
    assert report.blocks
    assert report.sizes == ((0, 0), (0, 0))


def test_a_check_tells_where_it_is_and_can_be_stopped(folder: Path) -> None:
    from precmed_gui.cohorts.check import check_cohort

    events: list[object] = []
    check_cohort(opened(folder), 1, events.append, NeverCancelled())
    assert len({event.stage for event in events if isinstance(event, Step)}) >= 3

    class Stop(NeverCancelled):
        def raise_if_set(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        check_cohort(opened(folder), 1, ignore, Stop())


@pytest.mark.shared
def test_the_messy_brain_collection(shared_data: Path) -> None:
    report = checked(opened(shared_data / "images" / "brain_mri_messy"))
    assert report.cohort.label_counts() == {"no": 98, "yes": 155}
    assert len(report.duplicates.exact) == 22
    assert sum(map(len, report.duplicates.exact)) == 47
    assert len(report.duplicates.near) == 18
    assert dict(report.modes) == {"grey, 8 bits": 218, "colour, 8 bits": 35}
    assert report.sizes == ((150, 198), (1920, 1080))
    assert names(finding(report, "burnt_in_text").keys) == {"Y12.jpg", "Y188.jpg"}


@pytest.mark.shared
@pytest.mark.parametrize(("name", "leaks"), [("breast", 1), ("pneumonia", 8), ("retina", 0)])
def test_pictures_shared_by_official_parts(shared_data: Path, name: str, leaks: int) -> None:
    cohort = opened(shared_data / "medmnist" / f"{name}mnist.npz")
    report = checked(cohort)
    assert (report.patient_leaks, report.duplicate_leaks) == (0, leaks)
    if leaks:
        found = finding(report, "duplicate_leak")
        assert len(found.groups) == leaks
        repaired = fixed(cohort, found, found.fixes[0])
        assert sum(case.is_excluded for case in repaired.cases) == {1: 1, 8: 10}[leaks]


@pytest.mark.shared
def test_chest_x_rays_of_different_people_are_no_copies(shared_data: Path) -> None:
    cohort = opened(shared_data / "images" / "chest_xray_224")
    report = checked(replace(cohort, cases=cohort.cases[::4]))
    assert report.duplicates.near == ()
    assert "burnt_in_text" not in kinds(report)
