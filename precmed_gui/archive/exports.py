"""What the record keeps of a file that went out; the window and the commands note it."""

import hashlib
from pathlib import Path

from precmed_gui.diagnosis.record import Export


def export_of(
    kind: str, file: Path, shown: int = 0, cases: int = 0, *, signed_by: str = ""
) -> Export:
    """The row of a file that is written already: its name and SHA-256, "" if that is gone by now.

    Parameters
    ----------
    kind, shown, cases, signed_by
        As in `Export`.
    """
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        digest = ""
    return Export(shown, kind, file.name, digest, cases=cases, signed_by=signed_by)
