"""What a first look decodes of a resource of each type, and down to which elements one that is asked for is cut."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Raw, Struct

from fhir_adapter.elements import Period, Shape, fhir_name
from fhir_adapter.releases import MARKERS
from fhir_adapter.resources import SHAPES
from fhir_adapter.statuses import NOT_HAPPENED, STANDINGS

NOTHING = Raw()
"""An element that is not there."""


class Coded(Shape):
    code: Raw = NOTHING


class Look(Shape):
    """What is looked at of any resource."""

    resource_type: str
    id: str
    meta: Raw = NOTHING
    identifier: Raw = NOTHING
    status: str | None = None
    subject: Raw = NOTHING
    code: Raw = NOTHING


class LookAtObservation(Look):
    component: tuple[Coded, ...] = ()
    effective_date_time: str | None = None
    effective_instant: str | None = None
    effective_period: Period | None = None


class LookAtReport(Look):
    effective_date_time: str | None = None
    effective_period: Period | None = None


class LookAtEncounter(Look):
    period: Period | None = None
    actual_period: Period | None = None


class LookAtImmunization(Look):
    patient: Raw = NOTHING
    occurrence_date_time: str | None = None


class LookAtProcedure(Look):
    performed_date_time: str | None = None
    performed_period: Period | None = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None


class LookAtCondition(Look):
    verification_status: Raw = NOTHING
    recorded_date: str | None = None


class LookAtAdministration(Look):
    medication_codeable_concept: Raw = NOTHING
    effective_date_time: str | None = None
    effective_period: Period | None = None
    occurence_date_time: str | None = None
    occurence_period: Period | None = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None


class _Brief(NamedTuple):
    """The elements to which a resource is cut down: the one with its time, and those that say the rest beside `status`."""

    when: str
    said: tuple[str, ...]


_BRIEF = {
    "Observation": _Brief(
        "effective_date_time",
        (
            "code", "value_quantity", "value_codeable_concept", "value_string", "value_boolean", "value_integer",
            "interpretation", "reference_range", "method", "data_absent_reason",
        ),
    ),
    "MedicationAdministration": _Brief("effective_date_time", ("medication_codeable_concept", "dosage")),
    "Procedure": _Brief("performed_date_time", ("code",)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """How a resource of one type is cut down.

    when: its time. said: the elements that say the rest, named as they are written. others: whatever else is read of the type or
    shows a release; only where that is `absent`, nothing is lost by the cut. shown: elements that every one has.
    """

    when: Callable[[Any], str | None]
    said: Callable[[Any], tuple[Raw, ...]]
    names: tuple[bytes, ...]
    others: Callable[[Any], tuple[object, ...]]
    absent: tuple[object, ...]
    shown: tuple[str, ...]

    def down(self, look: Any) -> bytes:
        """What is left of a resource: JSON. Its status has to be one that is known."""
        found: list[bytes | Raw] = [b'{"status":"', look.status.encode(), b'"']
        for name, value in zip(self.names, self.said(look), strict=True):
            if value:
                found += (name, value)
        found.append(b"}")
        return b"".join(found)


@dataclass(frozen=True, slots=True)
class Way:
    """How one type is looked at.

    happened: whether a status says that it took place, `otherwise` for any not named. times: when the patient was seen.
    """

    kind: str
    decode: Callable[[bytes], Any]
    happened: dict[str | None, bool]
    otherwise: bool
    times: Callable[[Any], tuple[str | Period | None, ...]]
    subject: Callable[[Any], Raw]
    cut: Cut | None


def _way(kind: str, shape: type[Look]) -> Way:
    statuses: dict[str | None, bool] = {name: how != "absent" for name, how in STANDINGS.get(kind, {}).items()}
    statuses |= dict.fromkeys(NOT_HAPPENED.get(kind, ()), False)
    names = shape.__struct_fields__
    times = _several(tuple(name for name in names if name.endswith(("date_time", "instant", "recorded_date", "period"))))
    subject = attrgetter("patient" if "patient" in names else "subject")
    whole, cut = _cut(kind, shape) if kind in _BRIEF else (shape, None)
    return Way(kind, msgspec.json.Decoder(whole).decode, statuses, kind not in STANDINGS, times, subject, cut)


def _cut(kind: str, shape: type[Look]) -> tuple[type[Struct], Cut]:
    """The look with everything else that is read of the type, or shows a release, beside it in its bytes."""
    brief = _BRIEF[kind]
    read = dict.fromkeys((*shape.__struct_fields__, *brief.said, *SHAPES[kind].__struct_fields__))
    marks = [name for name in MARKERS.get(kind, {}) if name not in {*map(fhir_name, read)}]
    more = [(name, Raw, NOTHING) for name in (*read, *marks) if name not in shape.__struct_fields__]
    whole = msgspec.defstruct(f"_Whole{kind}", more, bases=(shape,), rename="camel", gc=False)
    looked_at = {"resource_type", "id", "meta", "identifier", "status", "subject", brief.when, *brief.said}
    others = tuple(name for name in whole.__struct_fields__ if name not in looked_at)
    defaults = dict(zip(reversed(whole.__struct_fields__), reversed(whole.__struct_defaults__), strict=False))
    return whole, Cut(
        when=attrgetter(brief.when),
        said=_several(brief.said),
        names=tuple(f',"{fhir_name(name)}":'.encode() for name in brief.said),
        others=_several(others),
        absent=tuple(defaults[name] for name in others),
        shown=(fhir_name(brief.when),),
    )


def _several(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) == 1:
        one = attrgetter(names[0])
        return lambda look: (one(look),)
    return cast(Callable[[Any], tuple[Any, ...]], attrgetter(*names))


WAYS = {
    kind: _way(kind, shape)
    for kind, shape in (
        ("Observation", LookAtObservation),
        ("DiagnosticReport", LookAtReport),
        ("Encounter", LookAtEncounter),
        ("Immunization", LookAtImmunization),
        ("Procedure", LookAtProcedure),
        ("Condition", LookAtCondition),
        ("MedicationAdministration", LookAtAdministration),
    )
}
"""The types that can be looked at; every other is read in full."""
