"""Collects every translatable text of the product and compiles the translations.

Run by `make translations` after a text has changed; new texts are left empty in the .po file, for a
translator. The tests fail while one is.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE = Path(__file__).resolve().parent
PACKAGE = LOCALE.parent.parent / "precmed_gui"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def collect() -> Catalog:
    """All texts in the source, with the files they stand in."""
    catalog = Catalog(project="PrecMed", version="", charset="utf-8")
    for name, _line, message, comments, context in extract_from_dir(
        PACKAGE, keywords=KEYWORDS, comment_tags=["Translators:"]
    ):
        if message:
            catalog.add(message, None, [(name, None)], (), comments, context=context)
    return catalog


def update(language: str) -> list[str]:
    """Bring the .po of a language up to date and compile it; answers what is not translated."""
    folder = LOCALE / language / "LC_MESSAGES"
    po_file = folder / "precmed.po"
    catalog = Catalog(locale=language, project="PrecMed", charset="utf-8")
    if po_file.exists():
        with po_file.open("rb") as file:
            catalog = read_po(file, locale=language, domain="precmed")
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with po_file.open("wb") as file:
        write_po(file, catalog, width=100, sort_output=True, ignore_obsolete=True, no_location=True,
                 omit_header=False)
    (folder / "precmed.mo").write_bytes(compiled(catalog))
    return untranslated(catalog)


def compiled(catalog: Catalog) -> bytes:
    """The catalog as gettext reads it at run time."""
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """The texts without a translation."""
    def is_empty(string: str | tuple[str, ...]) -> bool:
        return not all(string) if isinstance(string, tuple) else not string

    return [str(message.id) for message in catalog if message.id and is_empty(message.string)]


if __name__ == "__main__":
    missing = update("zh_CN")
    for text in missing:
        print(f"not translated: {text}", file=sys.stderr)
    sys.exit(bool(missing))
