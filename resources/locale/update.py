"""Collects every translatable text of the product and compiles the translations.

Run by `make translations` after a text has changed; new texts are left empty in the .po file, for a
translator, and texts that are gone are dropped. The tests fail while one is empty.
"""

import ast
import sys
from io import BytesIO
from pathlib import Path
from typing import TypeGuard

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE = Path(__file__).resolve().parent
PACKAGE = LOCALE.parent.parent / "precmed_gui"
HEADERS = ("Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
COMMENT = "# Texts of PrecMed; `make translations` keeps the list complete and compiles it."


class StableCatalog(Catalog):
    """A catalog without dates and versions in its head: the same texts give the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The head, as far as gettext needs it."""
        return [(name, text) for name, text in super().mime_headers if name in HEADERS]


def stable(catalog: Catalog) -> StableCatalog:
    """The texts of `catalog` under a head that does not change by itself."""
    copy = StableCatalog(
        locale=catalog.locale_identifier, header_comment=COMMENT, charset="utf-8", fuzzy=False
    )
    for message in catalog:
        if message.id:
            copy[message.id] = message
    return copy


def collect() -> Catalog:
    """All texts in the source, also those inside f-strings, which babel itself overlooks."""
    catalog = Catalog(project="PrecMed", version="", charset="utf-8")
    for file in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            texts = [argument.value for argument in call.args if is_text(argument)]
            match call.func.id, texts:
                case "_" | "N_", [text]:
                    catalog.add(text)
                case "ngettext", [singular, plural]:
                    catalog.add((singular, plural))
                case "pgettext", [context, text]:
                    catalog.add(text, context=context)
    return catalog


def is_text(argument: ast.expr) -> TypeGuard[ast.Constant]:
    """Whether an argument of a call is a text written out in the source."""
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str)


def update(language: str) -> list[str]:
    """Bring the .po of a language up to date and compile it; answers what is not translated."""
    folder = LOCALE / language / "LC_MESSAGES"
    po_file = folder / "precmed.po"
    catalog = written(po_file, language) if po_file.exists() else Catalog(locale=language)
    catalog.update(collect(), no_fuzzy_matching=True)
    for message in catalog:
        if message.id and message.fuzzy:  # the text got a plural, or lost it
            message.string = ""
            message.flags.discard("fuzzy")
    folder.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()  # what cannot be written leaves the file as it was
    write_po(
        buffer,
        stable(catalog),
        width=100,
        sort_output=True,
        ignore_obsolete=True,
        no_location=True,
    )
    po_file.write_bytes(buffer.getvalue())
    catalog = written(po_file, language)
    (folder / "precmed.mo").write_bytes(compiled(catalog))
    return [str(message.id) for message in catalog if message.id and not is_translated(message)]


def written(po_file: Path, language: str) -> Catalog:
    """The catalog in a .po file."""
    with po_file.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """The catalog as gettext reads it at run time."""
    buffer = BytesIO()
    write_mo(buffer, stable(catalog))
    return buffer.getvalue()


def is_translated(message: Message) -> bool:
    """Whether every form of a text has its translation."""
    string = message.string
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    missing = update("zh_CN")
    for text in missing:
        sys.stderr.write(f"not translated: {text}\n")
    sys.exit(bool(missing))
