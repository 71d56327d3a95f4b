"""What the columns of a table mean, guessed from their headers and from what stands in them."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from precmed_gui.diagnosis.cases import Part
from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.diagnosis.tables import ColumnMeaning, Table
from precmed_gui.language import _

PART_WORDS: dict[str, Part] = {
    "train": "train", "training": "train", "训练": "train", "训练集": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "验证": "validation", "验证集": "validation",
    "test": "test", "testing": "test", "测试": "test", "测试集": "test",
}  # fmt: skip
SEX_WORDS = {
    "f": "F", "female": "F", "woman": "F", "w": "F", "女": "F", "女性": "F",
    "m": "M", "male": "M", "man": "M", "男": "M", "男性": "M",
    "o": "O", "other": "O", "其他": "O",
}  # fmt: skip

_WORDS: dict[ColumnMeaning, str] = {
    "file": "file filename path filepath image imagename imageid imageindex imagefile img imgname "
    "picture photo xray 文件 文件名 文件名称 路径 文件路径 图像 图像名 图像编号 图片 图片名 "
    "图片名称 图片编号 影像 影像号 影像文件",
    "label": "label labels class diagnosis category target finding findings findinglabels result "
    "disease dx grade truth groundtruth pathology level type 诊断 诊断结果 标签 类别 分类 结果 "
    "疾病 病种 分级 病理 病理结果",
    "patient": "patient patientid patientname patientnumber patientno subject subjectid pid mrn "
    "person personid caseid id identifier 患者 患者编号 患者号 患者id 患者姓名 病人 病人编号 "
    "病人号 姓名 病历号 住院号 门诊号 受试者 受试者编号 编号",
    "age": "age patientage ageyears ageinyears 年龄 患者年龄 岁数 年龄岁",
    "sex": "sex gender patientsex patientgender 性别 患者性别",
    "site": "site center centre hospital institution institutionname clinic location "
    "机构 医院 中心 单位 院区 检查机构 医疗机构",
    "device": "device scanner machine manufacturer model equipment vendor camera modelname "
    "设备 机型 仪器 设备型号 厂家 厂商 检查设备",
    "date": "date studydate examdate examinationdate acquisitiondate scandate year "
    "日期 检查日期 检查时间 检查日 拍摄日期 采集日期 年份 就诊日期",
    "part": "part split set subset dataset fold usage partition "
    "划分 部分 集合 子集 数据集 分组 数据划分",
}
_BY_WORD = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
_SAMPLE = 500
_SOME = 0.3
_MOSTLY = 0.8


@lru_cache(maxsize=10_000)
def normal(text: str) -> str:
    """Letters and figures alone, small: "Patient ID" and "patient_id" are one."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", wide)


def guessed_columns(
    table: Table, is_known_file: Callable[[str], bool]
) -> tuple[ColumnMeaning, ...]:
    """A meaning for each column; each meaning at most once, "" where nothing speaks for any.

    Parameters
    ----------
    is_known_file
        Whether a cell names an image of the cohort.
    """
    samples = [_sample(table, place) for place in range(len(table.columns))]
    meanings: list[ColumnMeaning] = [""] * len(samples)
    scores = [(_share(cells, is_known_file), place) for place, cells in enumerate(samples)]
    best, where = max(scores, key=lambda found: (found[0], -found[1]))
    if best >= _SOME:
        meanings[where] = "file"
    for is_strict in (True, False):
        for place, header in enumerate(table.columns):
            meaning = _of_header(header, is_strict=is_strict)
            if not meanings[place] and meaning and meaning not in meanings:
                meanings[place] = _if_fits(meaning, samples[place])
    for place, cells in enumerate(samples):
        meaning = _of_content(cells)
        if not meanings[place] and meaning and meaning not in meanings:
            meanings[place] = meaning
    return tuple(meanings)


def stated_columns(
    table: Table, guess: Sequence[ColumnMeaning], stated: dict[str, str]
) -> tuple[ColumnMeaning, ...]:
    """`guess`, except where the user says otherwise ("" to ignore a column).

    Raises
    ------
    PrecmedError
        If a column is not in the table.
    """
    places = {column.casefold(): place for place, column in enumerate(table.columns)}
    meanings: list[ColumnMeaning] = list(guess)
    for column, meaning in stated.items():
        if column.casefold() not in places:
            raise PrecmedError(
                _("The table has no column “{column}”.").format(column=column),
                _("Its columns are: {columns}.").format(columns=", ".join(table.columns)),
            )
        meanings = ["" if known == meaning else known for known in meanings]
        meanings[places[column.casefold()]] = meaning  # type: ignore[call-overload]
    return tuple(meanings)


def _sample(table: Table, place: int) -> list[str]:
    cells = (row[place] for row in table.rows[: 4 * _SAMPLE])
    return [cell for cell in cells if cell][:_SAMPLE]


def _share(cells: list[str], is_so: Callable[[str], bool]) -> float:
    return sum(map(is_so, cells)) / len(cells) if cells else 0.0


def _of_header(header: str, *, is_strict: bool) -> ColumnMeaning:
    """By the whole header, else by a word in it."""
    if is_strict:
        return _BY_WORD.get(normal(header), "")
    parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", header)
    words = [normal(word) for word in re.split(r"[\W_]+", parted)]
    long_words = [*words, *(one + other for one, other in pairwise(words))]
    return next((_BY_WORD[word] for word in reversed(long_words) if word in _BY_WORD), "")


def _if_fits(meaning: ColumnMeaning, cells: list[str]) -> ColumnMeaning:
    """A part, a sex or an age must look like one: "set" may be a set of anything."""
    checks: dict[str, Callable[[str], bool]] = {
        "part": lambda cell: normal(cell) in PART_WORDS,
        "sex": lambda cell: normal(cell) in SEX_WORDS,
        "age": lambda cell: bool(re.search(r"\d", cell)),
        "date": lambda cell: bool(re.search(r"\d", cell)),
    }
    check = checks.get(meaning)
    return meaning if check is None or _share(cells, check) >= _SOME else ""


def _of_content(cells: list[str]) -> ColumnMeaning:
    if len({normal(cell) for cell in cells}) < 2:
        return ""
    if _share(cells, lambda cell: normal(cell) in SEX_WORDS) >= _MOSTLY:
        return "sex"
    return "part" if _share(cells, lambda cell: normal(cell) in PART_WORDS) >= _MOSTLY else ""
