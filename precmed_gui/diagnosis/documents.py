"""Frozen dataclasses from the plain dictionaries that `asdict` and JSON make of them."""

from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

_Document = TypeVar("_Document")


def from_document(kind: type[_Document], document: object) -> _Document:
    """An instance of the dataclass `kind`; fields it does not know are left out.

    Raises
    ------
    ValueError
        If a field is missing or of another type than declared.
    """
    made: _Document = _value(kind, document)
    return made


def _value(kind: Any, value: object) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _one_of(get_args(kind), value)
    if origin is Literal:
        return _literal(get_args(kind), value)
    if origin is tuple:
        return _tuple(get_args(kind), value)
    if origin is dict:
        return _dict(get_args(kind), value)
    if is_dataclass(kind):
        return _dataclass(kind, value)
    if kind is float and type(value) in (int, float):
        return float(value)  # type: ignore[arg-type]
    if type(value) is kind:
        return value
    raise ValueError(f"{value!r} is no {kind}")


def _one_of(kinds: tuple[Any, ...], value: object) -> Any:
    if value is None and NoneType in kinds:
        return None
    if any(type(value) is kind for kind in kinds):
        return value
    return _value(next(kind for kind in kinds if kind is not NoneType), value)


def _literal(choices: tuple[Any, ...], value: object) -> Any:
    if value not in choices:
        raise ValueError(f"{value!r} is none of {choices}")
    return value


def _tuple(kinds: tuple[Any, ...], value: object) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{value!r} is no list")
    if kinds[-1] is Ellipsis:
        return tuple(_value(kinds[0], item) for item in value)
    return tuple(_value(kind, item) for kind, item in zip(kinds, value, strict=True))


def _dict(kinds: tuple[Any, ...], value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no object")
    return {str(key): _value(kinds[1], item) for key, item in value.items()}


def _dataclass(kind: Any, value: object) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no object")
    hints = _hints(kind)
    known = {field.name for field in fields(kind)}
    values = {name: _value(hints[name], item) for name, item in value.items() if name in known}
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(str(error)) from error


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
