"""A table says of images what it knows, and never of one image what belongs to another."""

import io
import zipfile
from pathlib import Path

import pytest

from precmed_gui.diagnosis.cases import Case, Cohort, make_cohort
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.tables import Table
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.exchange import table_rows
from precmed_gui.exchange.cohort_table import (
    chosen_meanings,
    guessed_meanings,
    match_table,
    match_text,
    matched,
    open_table,
    read_table,
    require_match,
)


def cohort_of(*paths: str, root: str = "/data/chest", **known: str) -> Cohort:
    cases = [Case(f"{root}/{path}", **known) for path in paths]
    return make_cohort(cases, modality="imaging", name="chest")


def table_of(columns: str, *rows: str) -> Table:
    return Table("t.csv", tuple(columns.split("|")), tuple(tuple(r.split("|")) for r in rows))


def labels(cohort: Cohort) -> dict[str, str | None]:
    return {Path(case.path).name: case.label for case in cohort.cases}


def written(path: Path, text: str, encoding: str = "utf-8") -> str:
    path.write_bytes(text.encode(encoding))
    return str(path)


CHINESE = "文件名,诊断,患者编号,年龄,性别,机构,设备,检查日期\n" + "".join(
    f"img{i}.png,{'肺炎' if i % 2 else '正常'},病人{i // 2},{10 * i}岁,{'男' if i % 2 else '女'},"
    f"市第一医院,型号A,2021-03-0{i + 1}\n"
    for i in range(4)
)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gbk", "GB18030"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", None),
    ],
)
def test_a_table_with_chinese_headers_is_read_in_its_encoding(
    tmp_path: Path, encoding: str, name: str | None
) -> None:
    if name is None:
        with pytest.raises(PrecmedError):
            read_table(written(tmp_path / "t.csv", "文" * 500, encoding))
        return
    table = read_table(written(tmp_path / "t.csv", CHINESE, encoding))
    assert (table.encoding, table.separator, len(table.rows)) == (name, ",", 4)
    cohort = cohort_of("img0.png", "img1.png", "img2.png", "img3.png")
    meanings = guessed_meanings(table, cohort)
    assert meanings == ("file", "label", "patient", "age", "sex", "site", "device", "date")
    match = matched(cohort, table, meanings)
    first, second = match.cohort.cases[0], match.cohort.cases[3]
    assert (first.label, first.patient) == ("正常", "病人0")
    assert dict(first.traits) == {
        "sex": "F", "age": "0–17", "site": "市第一医院", "device": "型号A", "year": "2021",
    }  # fmt: skip
    assert (second.label, second.trait("sex"), second.trait("age")) == ("肺炎", "M", "18–39")
    assert (match.matched, match.unmatched_rows, match.unmatched_files) == (4, (), ())


def test_western_letters_are_read_too(tmp_path: Path) -> None:
    text = "Datei;Diagnose;Größe\nmüller.png;Lungenentzündung;groß\nweiß.png;gesund;klein\n"
    table = read_table(written(tmp_path / "t.csv", text, "cp1252"))
    assert table.columns == ("Datei", "Diagnose", "Größe")
    assert (table.encoding, table.separator) == ("Windows-1252", ";")
    assert table.rows[0][0] == "müller.png"


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ('file,label\n"a, b.png",sick\n"c ""d"".png",well\n', ","),
        ("file;label\na, b.png;sick\nc \"d\".png;well\n", ";"),
        ("file\tlabel\na, b.png\tsick\nc \"d\".png\twell\n", "\t"),
        ("file|label\r\na, b.png|sick\r\nc \"d\".png|well\r\n", "|"),
        ("sep=;\nfile;label\na, b.png;sick\nc \"d\".png;well\n", ";"),
        ("'file';'label'\n'a, b.png';'sick'\n'c \"d\".png';'well'\n", ";"),
    ],
)  # fmt: skip
def test_separator_and_quotation_marks_are_found_out(
    tmp_path: Path, text: str, separator: str
) -> None:
    table = read_table(written(tmp_path / "t.csv", text))
    assert table.separator == separator
    assert table.columns == ("file", "label")
    assert table.rows == (("a, b.png", "sick"), ('c "d".png', "well"))


@pytest.mark.parametrize("rows_below", [0, 1, 2, 30])
def test_a_stray_quotation_mark_swallows_no_rows(tmp_path: Path, rows_below: int) -> None:
    below = "".join(f"{n}.png,well,n\n" for n in range(rows_below))
    text = f'file,label,note\na.png,sick,x\nb.png,"sick,y\n{below}'
    table = read_table(written(tmp_path / "t.csv", text))
    assert len(table.rows) == 2 + rows_below
    assert table.rows[1] == ("b.png", "sick", "y") or rows_below == 0


def test_a_stray_mark_among_quoted_cells_is_said_with_its_row(tmp_path: Path) -> None:
    text = 'file,label,note\na.png,"sick, very",x\nb.png,"sick,y\nc.png,well,z\nd.png,well,z\n'
    with pytest.raises(PrecmedError, match="row 3"):
        read_table(written(tmp_path / "t.csv", text))


def test_a_cell_of_several_lines_stays_one_cell(tmp_path: Path) -> None:
    text = 'file,label,note\na.png,sick,"first\nsecond, third\nlast"\nb.png,well,y\n'
    table = read_table(written(tmp_path / "t.csv", text))
    assert table.rows == (("a.png", "sick", "first second, third last"), ("b.png", "well", "y"))


def test_headers_are_found_below_a_title_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    text = "Cases of 2024,,\n,,\nfile,label,label\na.png,sick,x\n,,\nzz.png,well,y\n,,\n"
    table = read_table(written(tmp_path / "t.csv", text))
    assert table.columns == ("file", "label", "label (2)")
    assert table.first_row == 4
    match = matched(cohort_of("a.png"), table, ("file", "label", ""))
    assert match.unmatched_rows == ((6, "zz.png"),)


def test_a_table_without_headers_counts_its_first_row_too(tmp_path: Path) -> None:
    table = read_table(written(tmp_path / "t.csv", "a.png,sick\nb.png,well\n"))
    assert (table.first_row, len(table.rows)) == (1, 2)
    cohort = cohort_of("a.png", "b.png")
    assert guessed_meanings(table, cohort)[0] == "file"
    match = matched(cohort, table, ("file", "label"))
    assert labels(match.cohort) == {"a.png": "sick", "b.png": "well"}


def workbook(path: Path) -> str:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("cases")
    sheet.append(["图像", "诊断", "年龄", "日期", "double"])
    sheet.append(["a.png", "肺炎", 61.0, datetime.date(2020, 5, 17), "=C2*2"])
    sheet.append(["b.png", "正常", 7, datetime.datetime(2021, 1, 2, 3, 4), None])
    book.save(path)
    return str(path)


def test_the_first_filled_sheet_of_a_workbook_is_the_table(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path / "t.xlsx"))
    assert table.columns == ("图像", "诊断", "年龄", "日期", "double")
    assert table.rows == (
        ("a.png", "肺炎", "61", "2020-05-17", ""),
        ("b.png", "正常", "7", "2021-01-02T03:04:00", ""),
    )
    opened = open_table(table.path, cohort_of("a.png", "b.png"), ignore, NeverCancelled())
    assert opened.meanings == ("file", "label", "age", "date", "")
    assert opened.match.cohort.cases[0].traits == (("age", "40–64"), ("year", "2020"))


def test_a_workbook_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    source, target = workbook(tmp_path / "t.xlsx"), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member))
        with new.open("xl/sharedStrings2.xml", "w") as file:
            for _megabyte in range(420):
                file.write(bytes(1_000_000))
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(target.getvalue())
    assert path.stat().st_size < 1_000_000
    with pytest.raises(PrecmedError, match="too large"):
        read_table(str(path))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("t.xlsx", b"PK\x03\x04" + b"x" * 50, "damaged"),
        ("t.xls", b"\xd0\xcf\x11\xe0" + b"x" * 50, "old or locked"),
        ("t.csv", b"\x00\x01\x02\x03" * 50, "no table"),
        ("t.csv", b"", "no rows"),
        ("t.csv", b"file,label\n", "no rows"),
        ("t.csv", b"\xef\xbb\xbffile,label\na.png,\xff\xfe\n", "Row 2"),
        ("t.csv", b"file,label\na.png,s\nb.png," + b"x" * 200_000, "Row 3"),
        ("t.csv", b"a,b\n" * 200_003, "too large"),
        ("t.csv", b"," * 600, "too large"),
    ],
)
def test_what_is_no_table_is_refused_in_words(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(PrecmedError, match=words) as caught:
        read_table(str(path))
    assert caught.value.hint


def test_a_table_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PrecmedError, match="cannot be opened"):
        read_table(str(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("column", "meaning"),
    [
        ("Image Index", "file"), ("image_path", "file"), ("Finding Labels", "label"),
        ("Patient ID", "patient"), ("患者年龄（岁）", "age"), ("Patient Gender", "sex"),
        ("HospitalName", "site"), ("StudyDate", "date"), ("Comment", ""),
    ],
)  # fmt: skip
def test_headers_say_what_columns_mean(column: str, meaning: str) -> None:
    cell = {"sex": "F", "age": "12", "date": "2020-01-01"}.get(meaning, "x1")
    assert guessed_meanings(table_of(column, cell), Cohort()) == (meaning,)


def test_what_stands_in_a_column_counts_more_than_its_header() -> None:
    cohort = cohort_of("a.png", "b.png")
    table = table_of("image|study|x|y", "1|a|train|M", "2|b|test|F")
    assert guessed_meanings(table, cohort) == ("", "file", "part", "sex")


def test_a_half_matching_table_says_what_is_missing_on_both_sides() -> None:
    cohort = cohort_of("sick/a.png", "sick/b.png", "well/c.png", "well/d.png", label="old")
    table = table_of("path|dx", "sick/a.png|pneumonia", "well/c.png|", "well/x.png|n", "y.png|n")
    match = matched(cohort, table, ("file", "label"))
    assert match.matched == 2
    assert match.unmatched_rows == ((4, "well/x.png"), (5, "y.png"))
    assert match.unmatched_files == ("/data/chest/sick/b.png", "/data/chest/well/d.png")
    assert labels(match.cohort) == {
        "a.png": "pneumonia", "b.png": "old", "c.png": "old", "d.png": "old",
    }  # fmt: skip
    assert "2 images have a row" in match_text(match)
    assert "2 rows have no image" in match_text(match)
    require_match(match, table)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("train/sick/a.png", "train/sick/a.png"),
        (r"D:\elsewhere\Train\SICK\A.PNG", "train/sick/a.png"),
        ("./sick/a.png", ""),
        ("a.png", ""),
        ("only.png", "test/well/only.png"),
        ("only", "test/well/only.png"),
        ("only.dcm", "test/well/only.png"),
        ("images/only.png", "test/well/only.png"),
        ("train/well/only.png", ""),
        ("scan.nii.gz", "test/well/scan.nii.gz"),
        ("scan", "test/well/scan.nii.gz"),
        ("well/other.png", ""),
        ("", ""),
    ],
)
def test_a_row_finds_its_file_and_never_one_of_another_folder(cell: str, found: str) -> None:
    cohort = cohort_of(
        "train/sick/a.png", "test/sick/a.png", "test/well/only.png", "test/well/scan.nii.gz",
        "train/well/b.png",
    )  # fmt: skip
    cohort = (
        cohort
        if cell.startswith("images") is False
        else cohort_of("test/well/only.png", "x/y/z.png")
    )
    match = matched(cohort, table_of("f|l", f"{cell}|new"), ("file", "label"))
    assert [case.path for case in match.cohort.cases if case.label == "new"] == (
        [f"/data/chest/{found}"] if found else []
    )
    is_doubtful = cell in ("./sick/a.png", "a.png")
    assert len(match.ambiguous_rows) == is_doubtful
    assert len(match.unmatched_rows) == (not found and not is_doubtful and bool(cell))


def test_of_two_rows_the_one_whose_folders_agree_is_about_the_file() -> None:
    cohort = cohort_of("sick/a.png", "well/b.png", root="/data/one")
    table = table_of("f|l", "two/sick/a.png|wrong", "one/sick/a.png|right")
    match = matched(cohort, table, ("file", "label"))
    assert labels(match.cohort)["a.png"] == "right"
    assert match.unmatched_rows == ((2, "two/sick/a.png"),)


def test_rows_that_contradict_each_other_are_not_used() -> None:
    cohort = cohort_of("a.png", "b.png")
    table = table_of("f|l", "a.png|x", "a|y", "b.png|z", "b.png|z")
    match = matched(cohort, table, ("file", "label"))
    assert labels(match.cohort) == {"a.png": None, "b.png": "z"}
    assert match.ambiguous_rows == ((2, "a.png"), (3, "a"))
    assert match.unmatched_files == ()


def test_all_images_of_a_file_and_of_a_series_get_what_its_row_says() -> None:
    pages = [Case("/d/t.tif", item=f"page/{n}") for n in (1, 2)]
    series = Case("/d/s/1.dcm", slices=2, files=("/d/s/1.dcm", "/d/s/2.dcm"))
    cohort = make_cohort([*pages, series], modality="imaging", name="d")
    table = table_of("f|l", "t.tif|x", "s/2.dcm|y")
    match = matched(cohort, table, ("file", "label"))
    assert [case.label for case in match.cohort.cases] == ["x", "x", "y"]
    one = matched(cohort, table_of("f|l", "t.tif#page/2|x"), ("file", "label"))
    assert [case.label for case in one.cohort.cases] == [None, "x", None]


def test_known_classes_keep_their_order_and_new_ones_follow_naturally() -> None:
    cohort = make_cohort(
        [Case("/d/a.png", label="z"), Case("/d/b.png", label="old"), Case("/d/c.png")],
        modality="imaging",
        name="d",
    )
    table = table_of("f|l|p", "b|grade 10|VAL", "c|grade 2|测试集")
    match = matched(cohort, table, ("file", "label", "part"))
    assert match.cohort.label_order == ("z", "grade 2", "grade 10")
    assert [case.part for case in match.cohort.cases] == [None, "validation", "test"]


@pytest.mark.parametrize(
    ("age", "band"),
    [("45", "40–64"), ("45.7", "40–64"), ("006M", "0–17"), ("6 months", "0–17"), ("70岁", "65+"),
     ("３０", "18–39"), ("about 40", ""), ("-3", ""), ("999", "")],
)  # fmt: skip
def test_ages_become_bands(age: str, band: str) -> None:
    match = matched(cohort_of("a.png"), table_of("f|a", f"a.png|{age}"), ("file", "age"))
    assert match.cohort.cases[0].trait("age") == band


def test_traits_of_the_header_stay_where_the_table_says_nothing() -> None:
    cohort = cohort_of("a.png", traits=(("sex", "F"), ("site", "A")))  # type: ignore[arg-type]
    table = table_of("f|s|i|d", "a.png|unknown|B|17/05/2019")
    match = matched(cohort, table, ("file", "sex", "site", "date"))
    assert match.cohort.cases[0].traits == (("sex", "F"), ("site", "B"), ("year", "2019"))


def test_stated_columns_replace_the_guess() -> None:
    cohort, table = cohort_of("a.png"), table_of("image|label|truth", "a.png|x|y")
    assert chosen_meanings(table, cohort, {"Truth": "label"}) == ("file", "", "label")
    assert chosen_meanings(table, cohort, {"label": ""}) == ("file", "", "")
    with pytest.raises(PrecmedError, match="no column “grade”"):
        chosen_meanings(table, cohort, {"grade": "label"})


def test_a_table_about_other_images_is_refused_in_words() -> None:
    cohort, table = cohort_of("a.png"), table_of("image|label", "b.png|x")
    match = match_table(cohort, table, ("file", "label"), ignore, NeverCancelled())
    assert match.cohort == cohort
    with pytest.raises(PrecmedError, match="No row") as caught:
        require_match(match, table)
    assert "b.png" in caught.value.hint
    nameless = matched(cohort, table, ("", "label"))
    with pytest.raises(PrecmedError) as caught:
        require_match(nameless, table)
    assert "image, label" in caught.value.hint


def test_rows_about_files_of_one_name_are_compared_with_few_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = []
    tail = table_rows._tail
    monkeypatch.setattr(table_rows, "_tail", lambda *paths: compared.append(paths) or tail(*paths))
    names = [f"patient{n}/study1/view1_frontal.jpg" for n in range(300)]
    cohort = cohort_of(*(f"train/{name}" for name in names))
    rows = [f"Chest-v1.0/train/{name}|ill" for name in names]
    match = matched(cohort, table_of("Path|l", *rows, "view1_frontal.jpg|x"), ("file", "label"))
    assert match.matched == 300
    assert match.ambiguous_rows == ((302, "view1_frontal.jpg"),)
    assert len(compared) <= 4 * len(names)
