"""The tables of the record and how a file of an earlier version gets them; used by `record_file`.

`rows` is the record: one row an event, in one chain (`record_chain`), never changed. `head` says
where it ends. `answers`, `words` and `tallies` follow from it and make the worklist quick. `keys`
is what `record_keys` needs; its generation changes when the whole file is replaced.
"""

APPLICATION = 0x50724D72
"""What marks the file as ours, in SQLite's header."""

_ROWS = """
CREATE TABLE rows (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL, about INTEGER NOT NULL,
    content BLOB NOT NULL, identity BLOB, identity_digest BLOB, hash BLOB NOT NULL)
"""
_ONLY_APPENDED = """
CREATE TRIGGER rows_are_appended BEFORE INSERT ON rows
WHEN NEW.number != 1 + (SELECT coalesce(max(number), 0) FROM rows)
BEGIN SELECT RAISE(ABORT, 'a row is only ever added at the end'); END
"""
_NEVER_DELETED = """
CREATE TRIGGER rows_stay BEFORE DELETE ON rows
BEGIN SELECT RAISE(ABORT, 'a row is never deleted'); END
"""
_ONLY_ERASED = """
CREATE TRIGGER rows_are_only_erased BEFORE UPDATE ON rows
WHEN NEW.identity IS NOT NULL OR NEW.number IS NOT OLD.number OR NEW.kind IS NOT OLD.kind
    OR NEW.at IS NOT OLD.at OR NEW.about IS NOT OLD.about OR NEW.content IS NOT OLD.content
    OR NEW.identity_digest IS NOT OLD.identity_digest OR NEW.hash IS NOT OLD.hash
BEGIN SELECT RAISE(ABORT, 'only an identity is ever erased'); END
"""
_ANSWERS = """
CREATE TABLE answers (
    number INTEGER PRIMARY KEY, case_key BLOB NOT NULL, patient BLOB, state TEXT NOT NULL,
    decision INTEGER)
"""
_FIRST = (
    _ROWS,
    "CREATE INDEX rows_about ON rows (about, number) WHERE about > 0",
    "CREATE INDEX rows_models ON rows (number) WHERE kind = 'model'",
    "CREATE INDEX rows_erasures ON rows (number) WHERE kind = 'erasure'",
    _ONLY_APPENDED,
    _NEVER_DELETED,
    _ONLY_ERASED,
    "CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER, hash BLOB)",
    _ANSWERS,
    "CREATE INDEX answers_state ON answers (state, number)",
    "CREATE INDEX answers_case ON answers (case_key, number)",
    "CREATE INDEX answers_patient ON answers (patient, number) WHERE patient IS NOT NULL",
    "CREATE TABLE words (number INTEGER PRIMARY KEY, text BLOB NOT NULL)",
    "CREATE TABLE tallies (state TEXT PRIMARY KEY, cases INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO tallies VALUES ('', 0), ('waiting', 0), ('read', 0), ('referred', 0)",
    "CREATE TRIGGER tally_added AFTER INSERT ON answers BEGIN"
    " UPDATE tallies SET cases = cases + 1 WHERE state = NEW.state; END",
    "CREATE TRIGGER tally_removed AFTER DELETE ON answers BEGIN"
    " UPDATE tallies SET cases = cases - 1 WHERE state = OLD.state; END",
    "CREATE TRIGGER tally_moved AFTER UPDATE OF state ON answers BEGIN"
    " UPDATE tallies SET cases = cases - 1 WHERE state = OLD.state;"
    " UPDATE tallies SET cases = cases + 1 WHERE state = NEW.state; END",
    "CREATE TABLE keys (id INTEGER PRIMARY KEY CHECK (id = 1), generation BLOB NOT NULL,"
    " index_key BLOB, salt BLOB, wrapped BLOB)",
)
_SECOND = ("CREATE INDEX rows_nearest ON rows (number) WHERE kind = 'nearest'",)
_THIRD = (
    "CREATE INDEX rows_trainings ON rows (number) WHERE kind = 'training'",
    "ALTER TABLE keys ADD COLUMN scrypt_n INTEGER",
    "ALTER TABLE keys ADD COLUMN scrypt_r INTEGER",
    "ALTER TABLE keys ADD COLUMN scrypt_p INTEGER",
)
STEPS = (_FIRST, _SECOND, _THIRD)
"""What makes a file of version n one of version n + 1; SQLite's user_version counts them.

A new kind of row needs a new step, too: a program that does not know it would call it a bad row,
and so says instead that the record is a newer one's.
"""
