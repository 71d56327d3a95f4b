r"""The chain of the record: every row is sealed with all before it.

Used by `record*` alone. The hash of a row is the SHA-256 of a canonical form, which is JSON in
ASCII with sorted keys and no spaces (anything else escaped as ``\uXXXX``, floats in the shortest
decimal form that reads back as the same 64 bits):

    {"about":…,"at":"…","content":"…","identity":"…"|null,"kind":"…","number":…,"previous":"…"}

``previous`` is the hash of the row before (64 zeros for row 1), ``about`` the row this one speaks
of or 0. ``content`` and ``identity`` are not themselves in it: they are canonical JSON documents,
each with a random 128-bit ``salt`` of its own, and the chain has their SHA-256. Who a patient is
(key and name of the case, patient, fingerprint, comments, names of exported files and of training
images, digests of maps) stands in ``identity`` only. Erasing a patient deletes these documents with
their salts: the digests that remain fit every identity equally well, so that they say nothing, and
the chain still verifies. Which rows were emptied stands in a later row of kind "erasure"; an empty
one that no erasure names is a bad row. As the chain has digests of documents and not of what is in
the file, encrypting a record, or giving it another passphrase, leaves every hash as printed on
earlier reports.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from precmed_gui.archive.record_errors import damaged
from precmed_gui.archive.record_file import RecordFile, require_same, writing
from precmed_gui.archive.record_keys import Keys, read, written

FORMAT = 1
NO_HASH = bytes(32)
KINDS = (
    "record", "model", "shown", "nearest", "map", "decision", "export", "erasure",
    "restored", "training",
)  # fmt: skip
COLUMNS = "number, kind, at, about, content, identity, identity_digest, hash"
_SALT = 16
_encoded = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
).encode
_quoted = json.encoder.encode_basestring_ascii
"""A text as `canonical` writes it, without the cost of an encoder a row."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the file has it; the two documents may be encrypted."""

    number: int
    kind: str
    at: str
    about: int
    content: bytes
    identity: bytes | None
    identity_digest: bytes | None
    hash: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """What a new row says; `identity` is what an erasure takes away, None where there is none."""

    kind: str
    content: Mapping[str, Any]
    identity: Mapping[str, Any] | None = None
    about: int = 0


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document down."""
    return _encoded(document).encode("ascii")


def opened_document(keys: Keys, row: Row) -> Document:
    """The content of a row, its identity among it as far as that is still there.

    Raises
    ------
    DamagedRecord
        If it cannot be read.
    """
    try:
        document: Document = json.loads(read(keys, f"{row.number} content", row.content).decode())
        if row.identity is not None:
            document |= json.loads(read(keys, f"{row.number} identity", row.identity).decode())
    except (ValueError, TypeError) as error:
        raise damaged() from error
    return document


def link(previous: bytes, row: Row, content: bytes) -> bytes:
    """The hash of a row whose readable content is `content`."""
    digest = row.identity_digest
    identity = "null" if digest is None else f'"{digest.hex()}"'
    form = (
        f'{{"about":{row.about:d},"at":{_quoted(row.at)}'
        f',"content":"{hashlib.sha256(content).hexdigest()}","identity":{identity}'
        f',"kind":{_quoted(row.kind)},"number":{row.number:d},"previous":"{previous.hex()}"}}'
    )
    return hashlib.sha256(form.encode("ascii")).digest()


class Tail:
    """The end of the chain inside one write transaction; made by `appending`."""

    def __init__(self, file: RecordFile) -> None:
        self._connection, self._keys = file.connection, file.keys
        row = self._connection.execute("SELECT number, hash FROM head").fetchone()
        self._number: int = row[0] if row else 0
        self._hash: bytes = row[1] if row else NO_HASH
        self.at = datetime.now(UTC).isoformat(timespec="milliseconds")
        """When the rows of this transaction are written."""
        if row is None:
            if self._connection.execute("SELECT 1 FROM rows").fetchone():
                raise damaged()
            self.append(Entry("record", {"format": FORMAT}))

    def append(self, entry: Entry) -> int:
        """Write one row down; its number."""
        number = self._number + 1
        content = canonical({**entry.content, "salt": secrets.token_hex(_SALT)})
        identity, digest = None, None
        if entry.identity is not None:
            identity = canonical({**entry.identity, "salt": secrets.token_hex(_SALT)})
            digest = hashlib.sha256(identity).digest()
            identity = written(self._keys, f"{number} identity", identity)
        stored = written(self._keys, f"{number} content", content)
        said = (number, entry.kind, self.at, entry.about, stored, identity, digest)
        self._hash = link(self._hash, Row(*said, NO_HASH), content)
        self._connection.execute(
            "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*said, self._hash)
        )
        self._number = number
        return number

    def finish(self) -> None:
        """Say where the chain ends now."""
        row = (self._number, self._hash)
        self._connection.execute("INSERT OR REPLACE INTO head VALUES (1, ?, ?)", row)


@contextmanager
def appending(file: RecordFile) -> Iterator[Tail]:
    """One transaction that adds rows: on the disk as a whole when the block ends, or not at all."""
    with writing(file.connection, file.path):
        require_same(file)
        tail = Tail(file)
        yield tail
        tail.finish()
