"""Who is in the analysis, in which group, followed for how long on which endpoint; and who cannot be placed, by reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from engine.cohort.columns import NO_DAY, VAGUE, Columns
from engine.cohort.results import Group, LeftOut
from engine.cohort.survival import Followed
from engine.conclusion import NOT_APPLICABLE, NOT_DUE, UNDETERMINED
from engine.pack.program import Pack
from engine.pack.statistics import ALL, EndpointSpec

_NOT_IN_A_GROUP = {UNDETERMINED: "undetermined", NOT_DUE: "not due", NOT_APPLICABLE: "none"}


@dataclass(frozen=True, slots=True)
class Placed:
    """The groups, and the patients of each by their place in the columns."""

    groups: tuple[Group, ...]
    places: tuple[tuple[int, ...], ...]
    left_out: tuple[LeftOut, ...]


def place(pack: Pack, columns: Columns) -> Placed:
    """Every patient in a group, or left out by the first reason that there is."""
    spec = pack.statistics.groups
    names = (ALL,) if spec is None else spec.outcomes
    labels = {ALL: "all patients"} if spec is None else _labels(pack, spec.conclusion) | spec.labels
    places: dict[str, list[int]] = {name: [] for name in names}
    lost: Counter[tuple[str, str | None]] = Counter()
    known: dict[tuple[int, ...], tuple[str | None, str]] = {}
    for patient, alike in enumerate(_alike(pack, columns)):
        if alike not in known:
            known[alike] = placement(pack, columns, patient)
        group, reason = known[alike]
        if reason:
            lost[reason, group] += 1
        else:
            places[group or ALL].append(patient)
    groups = tuple(Group(name, labels[name], len(places[name])) for name in names)
    return Placed(groups, tuple(map(tuple, places.values())), counted(lost, names))


def _alike(pack: Pack, columns: Columns) -> Iterator[tuple[int, ...]]:
    """For each patient what `placement` goes by; it is the same for many."""
    spec = pack.statistics
    asked = [spec.groups.conclusion] if spec.groups is not None else []
    read: list[Iterable[int]] = [columns.outcomes[name].codes for name in (*asked, *(one.conclusion for one in spec.population))]
    if spec.start is not None:
        read.append(map(min, columns.days[spec.start], repeat(NO_DAY + 1)))
    return zip(*read, strict=True) if read else repeat((), columns.patients)


def _labels(pack: Pack, conclusion: str) -> dict[str, str]:
    return {outcome.name: outcome.label for outcome in pack.conclusions[conclusion].outcomes}


def placement(pack: Pack, columns: Columns, patient: int) -> tuple[str | None, str]:
    """The group of a patient, and why the patient is not in the analysis."""
    spec = pack.statistics
    group = ALL
    if spec.groups is not None:
        group = columns.outcomes[spec.groups.conclusion][patient]
        if group not in spec.groups.outcomes:
            label = pack.conclusions[spec.groups.conclusion].label
            return None, f"{label}: {_NOT_IN_A_GROUP.get(group, group)}"
    if spec.start is not None and columns.days[spec.start][patient] <= NO_DAY:
        return group, _no_day(pack, columns, spec.start, patient)
    for asked in spec.population:
        outcome = columns.outcomes[asked.conclusion][patient]
        if outcome not in asked.outcomes:
            return group, f"{pack.conclusions[asked.conclusion].label}: {_NOT_IN_A_GROUP.get(outcome, outcome)}"
    return group, ""


def _no_day(pack: Pack, columns: Columns, measure: str, patient: int) -> str:
    label = pack.measures[measure].label
    return f"{label}: {'not known to the day' if columns.days[measure][patient] == VAGUE else 'none on record'}"


def follow(pack: Pack, columns: Columns, spec: EndpointSpec, places: Sequence[int]) -> tuple[Followed, Counter[str]]:
    """Days to the first event or to the end of follow-up; how many could not be placed, by reason."""
    days: list[int] = []
    events: list[int] = []
    lost: Counter[str] = Counter()
    for found in map(follower(pack, columns, spec), places):
        if isinstance(found, str):
            lost[found] += 1
        else:
            days.append(found[0])
            events.append(found[1])
    return Followed(tuple(days), tuple(events)), lost


def followed_for(pack: Pack, columns: Columns, spec: EndpointSpec, patient: int) -> tuple[int, int] | str:
    """Days and the kind of event, 0 for none; or why they cannot be told."""
    return follower(pack, columns, spec)(patient)


def follower(pack: Pack, columns: Columns, spec: EndpointSpec) -> Callable[[int], tuple[int, int] | str]:
    """What answers `followed_for` for one patient after another of the same columns."""
    starts, contacts = columns.days[spec.start], columns.days[spec.last_contact]
    censored_at = [(name, columns.days[name]) for name in spec.censored_at]
    first_event = _first_event(pack, columns, spec)

    def of(patient: int) -> tuple[int, int] | str:
        start = starts[patient]
        if start <= NO_DAY:
            return _no_day(pack, columns, spec.start, patient)
        first = first_event(patient)
        if isinstance(first, str):
            return first
        vague = next((name for name, days in censored_at if days[patient] == VAGUE), None) if censored_at else None
        if vague is not None:
            return _no_day(pack, columns, vague, patient)
        ends = [day for _, days in censored_at if (day := days[patient]) > NO_DAY]
        if first is not None and (not ends or first[0] <= min(ends)):
            return (first[0] - start, first[1]) if first[0] >= start else "an event before the start"
        last = contacts[patient]
        if last > NO_DAY:
            ends.append(last)
        if not ends:
            return _no_day(pack, columns, spec.last_contact, patient)
        end = min(ends)
        return (end - start, 0) if end >= start else "follow-up ends before the start"

    return of


def _first_event(pack: Pack, columns: Columns, spec: EndpointSpec) -> Callable[[int], tuple[int, int] | str | None]:
    """What says of a patient the day of the first event and its kind (from 1, in the pack's order).

    It answers None where there was no event, and with the reason where that cannot be told.
    """
    read = []
    for kind, event in enumerate(spec.events, start=1):
        outcomes, label = columns.outcomes[event.conclusion], pack.conclusions[event.conclusion].label
        said = [
            f"{label}: {_NOT_IN_A_GROUP[each]}" if each in (UNDETERMINED, NOT_DUE) else each in event.outcomes
            for each in outcomes.values
        ]
        read.append((kind, event.label, outcomes.codes, said, columns.effective[event.conclusion]))

    def of(patient: int) -> tuple[int, int] | str | None:
        first: tuple[int, int] | None = None
        for kind, label, codes, said, days in read:
            happened = said[codes[patient]]
            if happened is False:
                continue
            if isinstance(happened, str):
                return happened
            day = days[patient]
            if day <= NO_DAY:
                return f"{label}: not known to the day"
            if first is None or day < first[0]:
                first = day, kind
        return first

    return of


def counted(lost: Counter[tuple[str, str | None]], groups: Iterable[str]) -> tuple[LeftOut, ...]:
    """Reasons by group, in the order of the groups and then of the alphabet."""
    order = {name: at for at, name in enumerate(groups)}
    keys = sorted(lost, key=lambda key: (order.get(key[1] or "", -1), key[0]))
    return tuple(LeftOut(reason, group, lost[reason, group]) for reason, group in keys)
