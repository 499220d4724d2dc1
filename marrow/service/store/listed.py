"""The list of patients: one row for each who was evaluated, read by page, by what is concluded, by what is due and missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select

from marrow.service.store.database import insert
from marrow.service.store.rows import Ended, Summary
from marrow.service.store.tables import facets, issues, summaries

Order = Literal["patient", "start", "due"]
Stamp = tuple[int, float]
"""How many patients there are, and when the last was evaluated."""


class _Row(msgspec.Struct, array_like=True):
    awaits: str
    missing: tuple[str, ...]
    shown: tuple[tuple[str, str, str], ...]


class _Followed(msgspec.Struct, array_like=True):
    group: str | None
    why: str
    ended: tuple[tuple[str, int, int, str], ...]


_ROW, _FOLLOWED = msgspec.json.Decoder(_Row), msgspec.json.Decoder(_Followed)


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A page of the list. values: by column, the outcome to show alone. begins: how ids begin. due_by: a day.

    issue: a kind of issue that the data have. page: from 1; a page after the last is the last.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    begins: str = ""
    due_by: int | None = None
    lacks: bool = False
    issue: str = ""
    order: Order = "patient"
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """A patient (`Patient/id`) as listed; see Summary."""

    patient: str
    start: int | None
    due: int | None
    awaits: str
    missing: tuple[str, ...]
    shown: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Listing:
    """A page. found: how many fit what was asked for, every: how many there are. counts: of all, by column and outcome."""

    entries: tuple[Entry, ...]
    page: int
    found: int
    every: int
    lacking: int
    counts: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, repr=False)
class Followed:
    """A patient in the analysis. group: None where the patient is left out, for the reason `why`."""

    group: str | None
    why: str
    ended: tuple[Ended, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of issue: how many there are, of how many patients."""

    code: str
    issues: int
    patients: int


def write(connection: Connection, patient: str, summary: Summary | None, now: float) -> None:
    """The row of a patient; None: there is none any more."""
    if summary is None:
        connection.execute(delete(summaries).where(summaries.c.patient == patient))
        connection.execute(delete(facets).where(facets.c.patient == patient))
        return
    ended = tuple((one.endpoint, one.days, one.kind, one.why) for one in summary.ended)
    row = {
        "patient": patient,
        "start": summary.start,
        "due": summary.due,
        "lacking": len(summary.missing),
        "kept": now,
        "shown": msgspec.json.encode(_Row(summary.awaits, summary.missing, summary.shown)),
        "followed": msgspec.json.encode(_Followed(summary.group, summary.why, ended)),
    }
    query = insert(connection, summaries).values(row)
    values = {name: query.excluded[name] for name in row if name != "patient"}
    connection.execute(query.on_conflict_do_update(index_elements=[summaries.c.patient], set_=values))
    connection.execute(delete(facets).where(facets.c.patient == patient))
    if summary.shown:
        told = [{"patient": patient, "name": name, "value": outcome} for name, _, outcome in summary.shown]
        connection.execute(insert(connection, facets), told)


def read(connection: Connection, asked: Asked) -> Listing:
    """A page, with the counts by which it can be narrowed down."""
    every, lacking = connection.execute(
        select(func.count(), func.count().filter(summaries.c.lacking > 0)).select_from(summaries)
    ).one()
    wanted = list(_wanted(asked))
    found = every if not wanted else connection.scalar(select(func.count()).select_from(summaries).where(*wanted)) or 0
    page = max(1, min(asked.page, -(-found // asked.size)))
    query = _ordered(select(summaries).where(*wanted), asked.order).limit(asked.size).offset((page - 1) * asked.size)
    entries = tuple(_entry(row) for row in connection.execute(query))
    by = select(facets.c.name, facets.c.value, func.count()).group_by(facets.c.name, facets.c.value)
    counts = {(name, value): many for name, value, many in connection.execute(by)}
    return Listing(entries, page, found, every, lacking, counts)


def followed(connection: Connection) -> list[Followed]:
    """Of everybody how the endpoints ended."""
    read_rows = (_FOLLOWED.decode(text) for text in connection.scalars(select(summaries.c.followed)))
    return [Followed(one.group, one.why, tuple(Ended(*each) for each in one.ended)) for one in read_rows]


def stamp(connection: Connection) -> Stamp:
    """What changes whenever anything in the list does."""
    every, last = connection.execute(
        select(func.count(), func.coalesce(func.max(summaries.c.kept), 0.0)).select_from(summaries)
    ).one()
    return every, last


def problems(connection: Connection) -> list[Problem]:
    """The issues of all patients, by kind."""
    query = select(issues.c.code, func.sum(issues.c.count), func.count()).group_by(issues.c.code).order_by(issues.c.code)
    return [Problem(code, int(total), patients) for code, total, patients in connection.execute(query)]


def _wanted(asked: Asked) -> "list[ColumnElement[bool]]":
    wanted: list[ColumnElement[bool]] = []
    for name, value in asked.values.items():
        fits = (facets.c.patient == summaries.c.patient) & (facets.c.name == name) & (facets.c.value == value)
        wanted.append(exists(select(facets.c.patient).where(fits)))
    if asked.begins:
        first = f"Patient/{asked.begins}"
        wanted += [summaries.c.patient >= first, summaries.c.patient < first + "\U0010ffff"]
    if asked.due_by is not None:
        wanted.append(summaries.c.due <= asked.due_by)
    if asked.lacks:
        wanted.append(summaries.c.lacking > 0)
    if asked.issue:
        has = (issues.c.patient == summaries.c.patient) & (issues.c.code == asked.issue)
        wanted.append(exists(select(issues.c.patient).where(has)))
    return wanted


def _ordered(query: Select[Any], order: Order) -> Select[Any]:
    if order == "patient":
        return query.order_by(summaries.c.patient)
    column = summaries.c.due if order == "due" else summaries.c.start
    newest = column.desc() if order == "start" else column.asc()
    return query.order_by(newest.nulls_last(), summaries.c.patient)


def _entry(row: Any) -> Entry:
    found = _ROW.decode(row.shown)
    return Entry(row.patient, row.start, row.due, found.awaits, found.missing, found.shown)
