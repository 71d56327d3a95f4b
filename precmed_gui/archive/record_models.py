"""The models whose answers are in a record, each written down once; used by `record*` alone."""

from precmed_gui.archive.record_chain import COLUMNS, Row, Tail, opened_document
from precmed_gui.archive.record_errors import damaged
from precmed_gui.archive.record_file import RecordFile
from precmed_gui.archive.record_rows import Model, model_entry, model_in


class Models:
    """The models by row, brought up to date with what other windows added."""

    def __init__(self) -> None:
        self._by_row: dict[int, Model] = {}
        self._rows: dict[Model, int] = {}

    def refreshed(self, file: RecordFile) -> dict[int, Model]:
        """All models of the record; raises `DamagedRecord` if one cannot be read."""
        last = max(self._by_row, default=0)
        query = f"SELECT {COLUMNS} FROM rows WHERE kind = 'model' AND number > ?"
        for fields in file.connection.execute(query, (last,)):
            row = Row(*fields)
            try:
                model = model_in(opened_document(file.keys, row))
            except (KeyError, TypeError) as error:
                raise damaged() from error
            self._by_row[row.number] = model
            self._rows[model] = row.number
        return self._by_row

    def row_of(self, model: Model, file: RecordFile, tail: Tail) -> int:
        """The row of `model`, a new one if it has none yet."""
        if model not in self._rows:
            self.refreshed(file)
        if model not in self._rows:
            return tail.append(model_entry(model))
        return self._rows[model]
