"""`GET /`: the cohort: who there is, what is concluded, due and missing; survival; and what was wrong with the data."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from engine.conclusion import NO_OUTCOME
from engine.pack.pages import ColumnSpec
from engine.pack.program import ConclusionRule, Pack
from fhir_adapter.issue import FAULTS
from fhir_adapter.sentence import name_of
from marrow.service.pages.asked import SOON, address, is_narrowed, read_asked
from marrow.service.pages.curves import Drawing, Listed
from marrow.service.pages.rendering import NOT_NOW, answers, here, message, page
from marrow.service.store.listed import Asked, Entry, Listing, Problem
from marrow.service.store.rows import StoreUnavailable
from marrow.service.work.calls import aside

_WORDS = re.compile(r"\{\w+\}")
_MOST_MISSING = 2


class Store(Listed, Protocol):
    """Raises StoreUnavailable."""

    def listed(self, asked: Asked, /) -> Listing: ...

    def problems(self) -> list[Problem]: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """What a column says of a patient: an outcome, and of which of its conclusions."""

    outcome: str
    of: str


@dataclass(frozen=True, slots=True)
class Row:
    """A patient's line. day: since the start, None where there is none; due: in so many days."""

    id: str
    day: int | None
    cells: tuple[Cell, ...]
    due: int | None
    due_day: int | None
    awaits: str
    missing: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A column's outcomes to choose from. options: outcome, what it stands for, and how many patients."""

    name: str
    label: str
    chosen: str
    options: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem in the data."""

    code: str
    severity: str
    words: str
    issues: int
    patients: int
    address: str


def add_listing(app: FastAPI, pack: Pack, store: Callable[[], Store | None], today: Callable[[], int]) -> None:
    """The route. store: None while there is none."""
    drawing = Drawing(pack)

    @app.get("/", summary="The cohort", response_class=HTMLResponse, responses=answers("the patients, for people"))
    async def cohort(request: Request) -> Response:
        known = store()
        if known is None:
            return message(pack, here(request), NOT_NOW)
        asked = read_asked(request.query_params.multi_items(), pack.pages.patients.columns, today())
        try:
            found = await aside(known.listed, asked)
            problems = await aside(known.problems)
            curves = await drawing.curves(known)
        except StoreUnavailable:
            return message(pack, here(request), NOT_NOW)
        day = today()
        return page(
            pack, here(request), "cohort.html",
            asked=asked, found=found, curves=curves, today=day, soon=SOON, narrowed=is_narrowed(asked),
            rows=[_row(pack, entry, day) for entry in found.entries],
            columns=pack.pages.patients.columns, day=pack.pages.patients.day,
            choices=[_choice(pack, column, asked, found.counts) for column in pack.pages.patients.columns],
            kinds=[_kind(problem, asked, day) for problem in problems],
            pages=-(-found.found // asked.size),
            to=lambda **changes: address(asked, day, **changes),
        )  # fmt: skip


def _row(pack: Pack, entry: Entry, today: int) -> Row:
    told = {name: (conclusion, outcome) for name, conclusion, outcome in entry.shown}
    return Row(
        id=entry.patient.removeprefix("Patient/"),
        day=None if entry.start is None else today - entry.start,
        cells=tuple(_cell(pack, column, told) for column in pack.pages.patients.columns),
        due=None if entry.due is None else entry.due - today,
        due_day=entry.due,
        awaits=_name(pack, entry.awaits),
        missing=entry.missing[:_MOST_MISSING],
        more=max(0, len(entry.missing) - _MOST_MISSING),
    )


def _cell(pack: Pack, column: ColumnSpec, told: Mapping[str, tuple[str, str]]) -> Cell:
    """Of which conclusion it is stands beside an outcome where there are several."""
    conclusion, outcome = told.get(column.name, ("", ""))
    rule = pack.conclusions.get(conclusion)
    window = None if rule is None else pack.windows.get(rule.window or "")
    several = len(column.conclusions) > 1 and outcome not in NO_OUTCOME
    return Cell(outcome, window.label if several and window is not None else "")


def _name(pack: Pack, conclusion: str) -> str:
    rule = pack.conclusions.get(conclusion)
    return "" if rule is None else name_of(pack, rule)


def _choice(pack: Pack, column: ColumnSpec, asked: Asked, counts: Mapping[tuple[str, str], int]) -> Choice:
    labels = dict(_labels(pack, column))
    known = [*labels, *NO_OUTCOME]
    there = sorted(
        (value for name, value in counts if name == column.name), key=lambda one: known.index(one) if one in known else 99
    )
    options = tuple((value, labels.get(value, ""), counts[column.name, value]) for value in there)
    return Choice(column.name, column.label, asked.values.get(column.name, ""), options)


def _labels(pack: Pack, column: ColumnSpec) -> Iterator[tuple[str, str]]:
    """What each outcome of a column stands for."""
    rules: list[ConclusionRule] = [pack.conclusions[name] for name in column.conclusions]
    names = dict.fromkeys(outcome.name for rule in rules for outcome in rule.outcomes)
    for name in names:
        labels = dict.fromkeys(one.label for rule in rules for one in rule.outcomes if one.name == name)
        yield name, next(iter(labels)) if len(labels) == 1 else next(iter(labels)).partition(" (")[0]


def _kind(problem: Problem, asked: Asked, today: int) -> Kind:
    fault = FAULTS.get(problem.code)
    words = problem.code if fault is None else _WORDS.sub("…", fault.message)
    where = address(asked, today, issue=problem.code, page=1, values={}, begins="", due_by=None, lacks=False)
    return Kind(problem.code, "unknown" if fault is None else fault.severity, words, problem.issues, problem.patients, where)
