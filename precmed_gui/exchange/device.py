"""The UID by which DICOM objects name this installation: the same in all that it writes."""

import re
import uuid
from contextlib import suppress

from precmed_gui.diagnosis.errors import FailedStorage
from precmed_gui.diagnosis.storage import write_atomically
from precmed_gui.places import home_folder

_FILE = "device-uid.txt"
_FORM = re.compile(r"2\.25\.[1-9][0-9]{0,38}")


def device_uid() -> str:
    """The UID kept in the user's folder, made at first use (PS3.5 B.2: 2.25 and a random UUID).

    Where the folder cannot be written it is a new one each time.
    """
    file = home_folder() / _FILE
    try:
        known = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        known = ""
    if _FORM.fullmatch(known):
        return known
    made = f"2.25.{uuid.uuid4().int}"
    with suppress(FailedStorage):
        write_atomically(file, f"{made}\n".encode("ascii"))
    return made
