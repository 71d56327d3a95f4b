"""A ZIP file opens like the folder it holds, or is refused before it can do harm."""

import io
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from precmed_gui.diagnosis.cases import Cohort
from precmed_gui.diagnosis.work import Cancelled, NeverCancelled, Step, ignore
from precmed_gui.modalities.imaging import MODALITY, zips
from precmed_gui.places import home_folder

LABELS = {"#": "正常", "@": "肺炎"}


def png(shade: int = 99) -> bytes:
    target = io.BytesIO()
    Image.new("L", (8, 8), shade).save(target, "PNG")
    return target.getvalue()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def found(*paths: Path, report: Callable[[object], None] = ignore) -> Cohort:
    return MODALITY.find_cases(list(paths), report, NeverCancelled())


def reasons(cohort: Cohort) -> dict[str, str]:
    return {file.path.rpartition(" › ")[2]: file.reason for file in cohort.unreadable}


def sorted_folders(path: Path) -> Path:
    """A collection as people pack it: a folder with a folder a class, and what macOS adds."""
    return zipped(
        path,
        {
            "chest/": b"",
            "chest/NORMAL/a.png": png(1),
            "chest/NORMAL/b.png": png(2),
            "chest/PNEUMONIA/a.png": png(3),
            "chest/labels.csv": b"file,label\n",
            "chest/readme.txt": b"hello",
            "__MACOSX/chest/NORMAL/._a.png": b"x",
        },
    )


def test_a_zip_opens_like_the_folder_it_holds(tmp_path: Path) -> None:
    cohort = found(sorted_folders(tmp_path / "chest.zip"))
    assert [(Path(case.path).name, case.label) for case in cohort.cases] == [
        ("a.png", "NORMAL"), ("b.png", "NORMAL"), ("a.png", "PNEUMONIA"),
    ]  # fmt: skip
    assert all(Path(case.path).is_relative_to(home_folder()) for case in cohort.cases)
    assert {Path(file.path).name for file in cohort.unreadable} == {"readme.txt"}


def test_the_same_archive_is_unpacked_once(tmp_path: Path) -> None:
    path = sorted_folders(tmp_path / "chest.zip")
    first = found(path)
    Path(first.cases[0].path).write_bytes(png(7))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = found(Path(shutil.copy(path, elsewhere)))
    assert [case.path for case in again.cases] == [case.path for case in first.cases]
    assert Path(first.cases[0].path).read_bytes() == png(7)
    other = zipped(tmp_path / "chest.zip", {"NORMAL/c.png": png(5), "SICK/d.png": png(6)})
    assert {Path(case.path).name for case in found(other).cases} == {"c.png", "d.png"}


def test_two_archives_may_be_two_classes(tmp_path: Path) -> None:
    well = zipped(tmp_path / "well.zip", {"a.png": png(1)})
    sick = zipped(tmp_path / "sick.zip", {"b.png": png(2)})
    assert {case.label for case in found(well, sick).cases} == {"well", "sick"}


@pytest.mark.parametrize(
    "name",
    ["../../evil.png", "a/../../evil.png", "/etc/evil.png", r"..\evil.png", r"C:\evil.png",
     ".. /evil.png", "a/.. ./evil.png",
     r"\\server\share\evil.png"],
)  # fmt: skip
def test_an_archive_that_would_write_elsewhere_is_refused_by_name(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "in").mkdir()
    path = zipped(tmp_path / "in" / "x.zip", {"fine.png": png(), name: png()})
    cohort = found(path)
    assert cohort.cases == ()
    (file,) = cohort.unreadable
    assert file.path == str(path)
    assert name in file.reason
    assert not list(home_folder().rglob("*.png"))
    assert set(tmp_path.rglob("*")) == {path.parent, path}


def test_links_and_names_of_devices_are_left_out_by_name(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("NUL.png", png())
        archive.writestr("a:b?.png", png())
        archive.writestr("x" * 240 + ".png", png())
        archive.writestr("inner.zip", b"PK")
        archive.writestr("fine.png", png())
    cohort = found(path)
    assert {Path(case.path).name for case in cohort.cases} == {"a_b_.png", "fine.png"}
    assert "link" in reasons(cohort)["link.png"]
    assert "Windows" in reasons(cohort)["NUL.png"]
    assert "archive" in reasons(cohort)["inner.zip"]
    assert len(reasons(cohort)) == 4
    assert reasons(found(path)) == reasons(cohort)
    assert not any(place.is_symlink() for place in home_folder().rglob("*"))


def declared(path: Path, size: int) -> Path:
    """An archive whose table of contents claims that its first member unpacks to `size` bytes."""
    zipped(path, {"a.png": png(), "b.png": png()})
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", size)
    path.write_bytes(data)
    return path


def test_a_bomb_is_refused_before_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros.png", "w", force_zip64=True) as member,
    ):
        for _megabyte in range(300):
            member.write(bytes(1_000_000))
    assert path.stat().st_size < 1_000_000
    (file,) = found(path).unreadable
    assert "zeros.png" in file.reason
    assert not (home_folder() / "unpacked").exists()
    (file,) = found(declared(tmp_path / "claims.zip", 4_000_000_000)).unreadable
    assert "a.png" in file.reason


def test_members_that_share_their_bytes_are_a_bomb_too(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a.png": png(1), "b.png": png(2)})
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    (file,) = found(path).unreadable
    assert "b.png" in file.reason


def test_a_member_that_lies_about_its_size_is_left_out(tmp_path: Path) -> None:
    cohort = found(declared(tmp_path / "lies.zip", 10))
    assert {Path(case.path).name for case in cohort.cases} == {"b.png"}
    assert "damaged" in reasons(cohort)["a.png"]


def test_too_many_members_and_too_little_room_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "x.zip", {f"{i}.png": png(i) for i in range(5)})
    monkeypatch.setattr(zips, "MOST_MEMBERS", 4)
    assert "more than 4" in found(path).unreadable[0].reason
    monkeypatch.undo()
    monkeypatch.setattr(zips, "DISK_RESERVE", 1 << 62)
    assert "no room" in found(path).unreadable[0].reason
    monkeypatch.undo()
    monkeypatch.setattr(zips, "MOST_UNPACKED", 100)
    assert "would take" in found(path).unreadable[0].reason


@pytest.mark.parametrize("part", [0.3, 0.7, 0.99])
def test_a_damaged_archive_is_one_sentence(tmp_path: Path, part: float) -> None:
    path = sorted_folders(tmp_path / "chest.zip")
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    (file,) = found(path).unreadable
    assert "damaged" in file.reason


def test_a_damaged_member_does_not_cost_the_others(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a.png": png(1), "b.png": png(2)})
    data = bytearray(path.read_bytes())
    data[40:48] = b"\xff" * 8
    path.write_bytes(data)
    cohort = found(path)
    assert [Path(case.path).name for case in cohort.cases] == ["b.png"]
    assert "damaged" in reasons(cohort)["a.png"]


def test_a_locked_archive_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a.png": png()})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "password" in found(path).unreadable[0].reason


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_of_chinese_systems_come_out_right(tmp_path: Path, encoding: str) -> None:
    raw = {sign: f"{label}/图像.png".encode(encoding) for sign, label in LABELS.items()}
    plain = {sign: sign * len(name) for sign, name in raw.items()}
    path = zipped(tmp_path / "x.zip", {name: png() for name in plain.values()})
    data = path.read_bytes()
    for sign, name in plain.items():
        data = data.replace(name.encode(), raw[sign])
    path.write_bytes(data)
    assert {case.label for case in found(path).cases} == set(LABELS.values())


def test_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    class StopInside(NeverCancelled):
        def __init__(self) -> None:
            self.asked = 0

        def raise_if_set(self) -> None:
            self.asked += 1
            if self.asked > 3:
                raise Cancelled

    path = sorted_folders(tmp_path / "chest.zip")
    with pytest.raises(Cancelled):
        MODALITY.find_cases([path], ignore, StopInside())
    assert list((home_folder() / "unpacked").iterdir()) == []
    events: list[object] = []
    found(path, report=events.append)
    assert any(isinstance(event, Step) and event.total == 5 for event in events)


def test_a_zip_inside_a_folder_is_listed_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(png())
    sorted_folders(tmp_path / "in" / "chest.zip")
    cohort = found(tmp_path / "in")
    assert len(cohort.cases) == 1
    assert "drop it by itself" in reasons(cohort)[str(tmp_path / "in" / "chest.zip")]


def test_an_npz_is_no_zip(tmp_path: Path) -> None:
    assert not zips.is_zip(tmp_path / "x.npz")
    (tmp_path / "x.zip").write_text("no")
    assert not zips.is_zip(tmp_path / "x.zip")
    assert len(found(tmp_path / "x.zip").unreadable) == 1


@pytest.mark.shared
def test_a_real_collection_in_a_zip_is_the_same_as_in_its_folder(
    tmp_path: Path, shared_data: Path
) -> None:
    folder = shared_data / "images" / "brain_mri_messy"
    path = Path(shutil.make_archive(str(tmp_path / "brain"), "zip", folder.parent, folder.name))
    packed, plain = found(path), found(folder)
    assert packed.label_counts() == plain.label_counts()
    assert [case.name for case in packed.cases] == [case.name for case in plain.cases]
    assert len(packed.unreadable) == len(plain.unreadable)


def test_an_archive_with_a_long_name_of_wide_letters_opens(tmp_path: Path) -> None:
    path = zipped(tmp_path / f"{chr(0x1FA7B) * 60}.zip", {"ill/a.png": png(), "well/b.png": png()})
    assert [case.label for case in found(path).cases] == ["ill", "well"]
