"""The models whose answers are in a record, each written down once; used by `record*` alone."""

from dataclasses import replace

from precmed_gui.archive.record_chain import COLUMNS, Row, Tail, opened_document
from precmed_gui.archive.record_errors import damaged
from precmed_gui.archive.record_file import RecordFile
from precmed_gui.archive.record_rows import Model, model_entry, model_in, origin_in
from precmed_gui.diagnosis.record import ModelFigures, ModelOrigin, UsedModel


class Models:
    """The models by row, brought up to date with what other windows added."""

    def __init__(self) -> None:
        self._by_row: dict[int, Model] = {}
        self._rows: dict[Model, int] = {}
        self._origins: dict[str, ModelOrigin] = {}
        self._figures: dict[str, ModelFigures] = {}

    def copy(self) -> "Models":
        """Another one that knows the same."""
        other = Models()
        other._by_row, other._rows = dict(self._by_row), dict(self._rows)
        other._origins, other._figures = dict(self._origins), dict(self._figures)
        return other

    def refreshed(self, file: RecordFile) -> dict[int, Model]:
        """All models of the record; raises `DamagedRecord` if one cannot be read."""
        last = max(self._by_row, default=0)
        query = f"SELECT {COLUMNS} FROM rows WHERE kind = 'model' AND number > ?"
        for fields in file.connection.execute(query, (last,)):
            row = Row(*fields)
            try:
                document = opened_document(file.keys, row)
                model, origin = model_in(document), origin_in(document)
            except (KeyError, TypeError, ValueError) as error:
                raise damaged() from error
            self._take(row.number, model, origin)
        return self._by_row

    def _take(self, number: int, model: Model, origin: ModelOrigin | None) -> None:
        """Know one more row; what it says of a model holds for the rows before it, too."""
        if origin is not None:
            self._origins[model.digest] = origin
        if model.figures is not None:
            self._figures[model.digest] = model.figures
            for row, known in self._by_row.items():
                if known.digest == model.digest:
                    self._by_row[row] = replace(known, figures=model.figures)
        figures = self._figures.get(model.digest)
        self._by_row[number], self._rows[model] = replace(model, figures=figures), number

    def row_of(self, model: Model, origin: ModelOrigin | None, file: RecordFile, tail: Tail) -> int:
        """The row of `model`; a new one if it has none yet, or none says all of it."""
        if not self._is_known(model, origin):
            self.refreshed(file)
        if not self._is_known(model, origin):
            tail.append(model_entry(model, origin))
            self.refreshed(file)
        return self._rows[model]

    def used(self, file: RecordFile) -> tuple[UsedModel, ...]:
        """Each model once, by its digest, the one used first first."""
        found: dict[str, UsedModel] = {}
        for model in self.refreshed(file).values():
            use, test = model.intended_use, model.test_sentence
            origin = self._origins.get(model.digest)
            one = UsedModel(model.name, model.digest, use, test, origin, model.figures)
            found.setdefault(model.digest, one)
        return tuple(found.values())

    def _is_known(self, model: Model, origin: ModelOrigin | None) -> bool:
        has_origin = origin is None or model.digest in self._origins
        has_figures = model.figures is None or model.digest in self._figures
        return model in self._rows and has_origin and has_figures
