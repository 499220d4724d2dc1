"""Survival curves of everybody who is listed, drawn aside and kept until the list is another; a page never waits for them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import structlog
from markupsafe import Markup

from engine.cohort.placing import counted
from engine.cohort.results import NO_DATE, Endpoint, Group, LeftOut, Results
from engine.cohort.study import endpoints_of
from engine.cohort.survival import Followed as Times
from engine.pack.program import Pack
from engine.pack.statistics import ALL
from marrow.fault import unforeseen
from marrow.report.drawings import placed
from marrow.service.store.listed import Followed, Stamp
from marrow.service.store.rows import StoreFault, StoreUnavailable
from marrow.service.work.calls import aside

LOG = structlog.get_logger("marrow.service.pages")
_PATIENCE = 0.3
"""Seconds that a page waits for a first drawing."""


class Listed(Protocol):
    """Raises StoreUnavailable."""

    def stamp(self) -> Stamp: ...

    def followed(self) -> list[Followed]: ...


@dataclass(frozen=True, slots=True)
class Figure:
    """One endpoint. left_out: whom it could not place, by reason."""

    name: str
    label: str
    svg: Markup
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """What is drawn. patients: in the analysis; left_out: of everybody."""

    patients: int
    figures: tuple[Figure, ...]
    left_out: tuple[LeftOut, ...]


class Drawing:
    """The curves of one pack, one drawing at a time."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._drawn: tuple[Stamp, Curves] | None = None
        self._task: asyncio.Task[None] | None = None

    async def curves(self, store: Listed) -> Curves | None:
        """The newest that are drawn; None while the first are being drawn. Raises StoreUnavailable."""
        stamp = await aside(store.stamp)
        if (self._drawn is None or self._drawn[0] != stamp) and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._draw(store, stamp))
        if self._drawn is None and self._task is not None:
            await asyncio.wait([self._task], timeout=_PATIENCE)
        return None if self._drawn is None else self._drawn[1]

    async def _draw(self, store: Listed, stamp: Stamp) -> None:
        try:
            self._drawn = stamp, await aside(lambda: drawn(self._pack, store.followed()))
        except (StoreUnavailable, StoreFault):
            return  # the next page that is asked for tries again
        except Exception as error:  # noqa: BLE001 - the list is shown without them, and the log says where it failed
            LOG.error("a fault in Marrow itself", code=unforeseen(error))


def drawn(pack: Pack, patients: Sequence[Followed]) -> Curves:
    """The curves of patients."""
    groups, left_out = _groups(pack, patients)
    followed = {spec.name: [_of_group(spec.name, patients, group.name) for group in groups] for spec in pack.statistics.endpoints}
    endpoints = endpoints_of(pack, groups, followed)
    results = Results(NO_DATE, groups, endpoints, (), (), (), (), (), (), (), left_out)
    return Curves(sum(group.n for group in groups), tuple(_figure(pack, results, one) for one in endpoints), left_out)


def _figure(pack: Pack, results: Results, endpoint: Endpoint) -> Figure:
    from marrow.report.figures import endpoint_figure

    month = pack.statistics.month_days
    assert isinstance(month, Decimal)
    svg = placed(endpoint_figure(results, endpoint, month), endpoint.name)
    plain = svg.replace(' style="max-width:100%;height:auto"', "", 1)  # a page's security policy asks for it in a style sheet
    return Figure(endpoint.name, endpoint.label, Markup(plain), endpoint.left_out)  # noqa: S704 (checked when placed)


def _groups(pack: Pack, patients: Sequence[Followed]) -> tuple[tuple[Group, ...], tuple[LeftOut, ...]]:
    spec = pack.statistics.groups
    names = (ALL,) if spec is None else spec.outcomes
    labels = {ALL: "all patients"} if spec is None else spec.labels
    sizes = Counter(one.group or ALL for one in patients if not one.why)
    lost: Counter[tuple[str, str | None]] = Counter((one.why, one.group) for one in patients if one.why)
    return tuple(Group(name, labels.get(name, name), sizes[name]) for name in names), counted(lost, names)


def _of_group(endpoint: str, patients: Sequence[Followed], group: str) -> tuple[Times, Counter[str]]:
    mine = [
        one
        for each in patients
        if not each.why and (each.group or ALL) == group
        for one in each.ended
        if one.endpoint == endpoint
    ]
    told = [one for one in mine if not one.why]
    lost = Counter(one.why for one in mine if one.why)
    return Times(tuple(one.days for one in told), tuple(one.kind for one in told)), lost
