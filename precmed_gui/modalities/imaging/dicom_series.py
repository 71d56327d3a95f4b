"""CT, MR and PET slices of one series become one case, in the order they lie in the patient.

Alone stay X-rays, ultrasound and other single images, files with several images, and what does
not fit the rest of its series: another size or orientation (localizers), another class or part.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from precmed_gui.diagnosis.cases import Case, Unreadable, natural_key
from precmed_gui.language import _
from precmed_gui.modalities.imaging.dicom_header import (
    Header,
    PixelForm,
    number_of,
    numbers_of,
    text_of,
    texts_of,
)

PLACE_KEYWORDS = (
    "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "Modality",
    "ImageType", "InstanceNumber", "ImagePositionPatient", "ImageOrientationPatient",
)  # fmt: skip
"""What `place_of` asks a header for."""

_SLICED = ("CT", "MR", "PT")
_CAPTURES = "1.2.840.10008.5.1.4.1.1.7"
"""Secondary Capture and its kinds: pictures of screens, stored with the series they show."""
_SAME_DIRECTION = 0.01


@dataclass(frozen=True, slots=True)
class SlicePlace:
    """What a header says about where its slice belongs.

    Parameters
    ----------
    series
        Study and series UID.
    instance
        SOP instance UID, "" where there is none.
    form
        Rows, columns, and whether it is a localizer: equal within a case.
    orientation
        Direction cosines of a row and a column (PS3.3 C.7.6.2.1.1), () where unknown.
    depth
        Millimetres along the normal of the slices, None where unknown.
    number
        Instance number, None where unknown.
    """

    series: tuple[str, str]
    instance: str
    form: tuple[int, int, bool]
    orientation: tuple[float, ...]
    depth: float | None
    number: float | None


@dataclass(frozen=True, slots=True)
class FoundSlice:
    """A case of one file, with its place in a series if it can have one."""

    case: Case
    place: SlicePlace | None = None


Digest = Callable[[str], bytes]
"""What tells the picture in a file from all others."""


@dataclass(slots=True)
class _Group:
    """The slices that become one case."""

    slices: list[FoundSlice] = field(default_factory=list)
    by_instance: dict[str, FoundSlice] = field(default_factory=dict)
    by_picture: dict[tuple[str, bytes], FoundSlice] = field(default_factory=dict)

    def twin(self, one: FoundSlice, digest: Digest) -> FoundSlice | None:
        """The slice that `one` is a copy of; pictures are looked at once, where names are equal."""
        instance = one.place.instance if one.place else ""
        if not instance:
            return None
        first = self.by_instance.setdefault(instance, one)
        if first is one:
            return None
        if (instance, b"") not in self.by_picture:
            self.by_picture[instance, b""] = first
            self.by_picture[instance, digest(first.case.path)] = first
        own = self.by_picture.setdefault((instance, digest(one.case.path)), one)
        return None if own is one else own


def place_of(header: Header, form: PixelForm) -> SlicePlace | None:
    """Where a slice belongs; None for what is never one of a series."""
    series = text_of(header, "SeriesInstanceUID")
    is_slice = (
        form.frames == 1
        and form.samples == 1
        and text_of(header, "Modality").upper() in _SLICED
        and not text_of(header, "SOPClassUID").startswith(_CAPTURES)
    )
    if not series or not is_slice:
        return None
    orientation = _direction(numbers_of(header, "ImageOrientationPatient"))
    return SlicePlace(
        series=(text_of(header, "StudyInstanceUID"), series),
        instance=text_of(header, "SOPInstanceUID"),
        form=(form.rows, form.columns, "LOCALIZER" in texts_of(header, "ImageType")),
        orientation=orientation,
        depth=_depth(numbers_of(header, "ImagePositionPatient"), orientation),
        number=number_of(header, "InstanceNumber"),
    )


def _direction(numbers: Sequence[float]) -> tuple[float, ...]:
    is_whole = len(numbers) == 6 and all(map(math.isfinite, numbers))
    return tuple(numbers) if is_whole else ()


def _depth(position: Sequence[float], orientation: Sequence[float]) -> float | None:
    """The position along the normal of the slice, which is row x column."""
    if not orientation or len(position) != 3 or not all(map(math.isfinite, position)):
        return None
    (a, b, c), (d, e, f) = orientation[:3], orientation[3:]
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    return sum(part * place for part, place in zip(normal, position, strict=True))


def grouped(found: Iterable[FoundSlice], digest: Digest) -> tuple[list[Case], list[Unreadable]]:
    """The cases, those of one series joined, where the first of their files stood.

    Two files that name the same SOP instance are one slice if they hold the same picture: the
    later one is left out, with the reason. If their pictures differ, both are slices.

    Returns
    -------
    tuple
        The cases, and the files left out.
    """
    groups: list[_Group] = []
    by_key: dict[object, list[_Group]] = {}
    left_out: list[Unreadable] = []
    for one in found:
        group = _group_of(one, by_key)
        if not group.slices:
            groups.append(group)
        twin = group.twin(one, digest)
        if twin is None:
            group.slices.append(one)
        else:
            reason = _("It is a copy of “{name}”, which is in the same series.")
            left_out.append(
                Unreadable(one.case.path, reason.format(name=Path(twin.case.path).name))
            )
    return [_joined(group.slices) for group in groups], left_out


def _group_of(one: FoundSlice, by_key: dict[object, list[_Group]]) -> _Group:
    """The group it belongs to, a new one if none fits."""
    case, place = one.case, one.place
    if place is None:
        return _Group()
    key = (place.series, place.form, case.patient, case.label, case.part)
    groups = by_key.setdefault(key, [])
    for group in groups:
        first = group.slices[0].place
        if first is not None and _is_parallel(first.orientation, place.orientation):
            return group
    groups.append(_Group())
    return groups[-1]


def _is_parallel(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(
        abs(a - b) <= _SAME_DIRECTION for a, b in zip(one, other, strict=True)
    )


def _joined(group: list[FoundSlice]) -> Case:
    if len(group) == 1:
        return group[0].case
    ordered = sorted(group, key=_order(group))
    files = tuple(one.case.path for one in ordered)
    return replace(ordered[0].case, path=files[0], slices=len(files), files=files)


def _order(group: list[FoundSlice]) -> Callable[[FoundSlice], tuple[object, ...]]:
    """By depth if all slices have one, else by instance number if all have one, then by name."""
    places = [one.place for one in group if one.place is not None]
    has_depths = all(place.depth is not None for place in places)
    has_numbers = all(place.number is not None for place in places)

    def key(one: FoundSlice) -> tuple[object, ...]:
        assert one.place is not None
        depth = round(one.place.depth or 0.0, 3) if has_depths else 0.0
        number = one.place.number if has_numbers else 0.0
        return depth, number, natural_key(Path(one.case.path).name), one.case.path

    return key
