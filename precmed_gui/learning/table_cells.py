"""Cells of the tables in a model folder: harmless in a spreadsheet, and read back exactly."""

_GUARD = "'"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", _GUARD)


def guarded(text: str) -> str:
    """Keep a spreadsheet from running a name as a formula."""
    return _GUARD + text if text.startswith(_FORMULA_STARTS) else text


def unguarded(cell: str) -> str:
    """What was guarded."""
    return cell.removeprefix(_GUARD)
