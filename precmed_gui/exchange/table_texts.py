"""What a table's bytes say: UTF-8 first, then what Chinese and Western spreadsheets write."""

import codecs

from precmed_gui.diagnosis.errors import PrecmedError
from precmed_gui.language import _

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_OTHERS = {
    "big5hkscs": "Big5", "cp932": "Shift JIS", "cp949": "EUC-KR",
    "cp1251": "Windows-1251", "cp1252": "Windows-1252",
}  # fmt: skip
_SAMPLE = 200_000
_MOSTLY = 0.7


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text of `data`, and what people call its encoding.

    Raises
    ------
    PrecmedError
        If its bytes are not what its mark says, or it is no text at all.
    """
    for mark, codec, title in _MARKS:
        if data.startswith(mark):
            return _strict(data, codec, title, name), title
    wide = _without_mark(data)
    if wide:
        return _strict(data, wide, "UTF-16", name), "UTF-16"
    if b"\0" in data[:_SAMPLE]:
        raise PrecmedError(
            _("“{name}” is no table.").format(name=name),
            _("Tables are CSV files (text) or XLSX files."),
        )
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _guessed(data)


def _strict(data: bytes, codec: str, title: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        row = data[: error.start].decode(codec, "replace").count("\n") + 1
        raise PrecmedError(
            _("Row {row} of “{name}” holds bytes that are no {encoding}.").format(
                row=row, name=name, encoding=title
            ),
            _("Save the table again as CSV (UTF-8) or as XLSX."),
        ) from error


def _without_mark(data: bytes) -> str:
    """UTF-16 without a byte-order mark: every other byte of a mostly Western text is 0."""
    head = data[:2_000]
    half = len(head) // 2
    if half and head[1::2].count(0) > _MOSTLY * half:
        return "utf-16-le"
    return "utf-16-be" if half and head[0::2].count(0) > _MOSTLY * half else ""


def _guessed(data: bytes) -> tuple[str, str]:
    if _looks_chinese(data):
        return data.decode("gb18030"), "GB18030"
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE], cp_isolation=list(_OTHERS)).best()
    codec = best.encoding if best is not None and best.encoding in _OTHERS else "cp1252"
    return data.decode(codec, "replace"), _OTHERS[codec]


def _looks_chinese(data: bytes) -> bool:
    """Whether the bytes are GB18030 whose characters are mostly the usual ones of GB 2312.

    Those are the 3,755 of its first level (lead bytes B0 to D7) and its signs (A1 to A3).
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    signs = [character for character in text[:_SAMPLE] if not character.isascii()]
    usual = sum(_is_usual(character) for character in signs)
    return bool(signs) and usual >= _MOSTLY * len(signs)


def _is_usual(character: str) -> bool:
    code = character.encode("gb18030")
    return len(code) == 2 and code[1] >= 0xA1 and (code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7)
