"""The sentences of many criteria at once, laid out when a pack is loaded: what `because` says, in a fraction of its time."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from engine.describe import measure_text, number, unit_text
from engine.explain import interval_text, reasons
from engine.interval import Interval
from engine.moment import day_text
from engine.open import tests_of
from engine.pack.expression import Expression, Literal
from engine.pack.program import Measure, Pack
from engine.regions import Region, region_of
from engine.snapshot import Measured, Snapshot

Spelling = Callable[[str], str]
"""How a piece of text is written where the sentences go, such as the escapes of JSON; character by character."""
_Parts = tuple[tuple[int, str], ...]
"""The parts of a sentence: the place of a measure's text (the last is empty), and the words after it."""

_day = lru_cache(maxsize=50_000)(lambda ordinal: f" on {day_text(ordinal)}")


class Reasons:
    """Why each of some criteria is met, not met or unknown.

    Which parts a sentence has depends on the regions of the values that it tests. Each pattern of regions is worked out once, by
    `reasons`; there are as many as the pack's tests tell apart. What differs from patient to patient is the measures' texts.
    """

    def __init__(self, pack: Pack, criteria: Iterable[str], spelled: Spelling = str) -> None:
        self._pack, self._spelled = pack, spelled
        nodes = [pack.criteria[name].expression for name in criteria]
        tests: dict[str, list[Literal]] = {}
        for test in tests_of(pack, nodes):
            tests.setdefault(test.measure, []).append(test)
        self._places: dict[str | None, int] = {measure: place for place, measure in enumerate(tests)}
        self._places[None] = len(tests)
        self._said = tuple(
            (pack.measures[each].index, _said(pack, pack.measures[each], region_of(mine), spelled))
            for each, mine in tests.items()
        )
        self._criteria = tuple([self._criterion(node) for node in nodes])

    def __call__(self, snapshot: Snapshot) -> list[str]:
        """The sentence of each criterion, in the order they were given in."""
        regions: list[Hashable] = []
        texts: list[str] = []
        for index, (region, known, missing) in self._said:
            measured = snapshot[index]
            value = measured.value
            if value is None:
                regions.append(None)
                texts.append(missing[measured.reason])
            else:
                regions.append(region(value))
                texts.append(known(measured, snapshot))
        texts.append("")
        found = []
        for pick, seen, node in self._criteria:
            pattern = pick(regions)
            parts = seen.get(pattern)
            if parts is None:
                parts = seen[pattern] = self._parts(node, snapshot)
            if len(parts) == 1:
                ((place, words),) = parts
                found.append(texts[place] + words)
            else:
                found.append("; ".join(dict.fromkeys([texts[place] + words for place, words in parts])))
        return found

    def _criterion(self, node: Expression) -> tuple[Callable[[Sequence[Any]], Any], dict[Hashable, _Parts], Expression]:
        measures = dict.fromkeys(test.measure for test in tests_of(self._pack, [node]))
        return _getter([self._places[each] for each in measures]), {}, node

    def _parts(self, node: Expression, snapshot: Snapshot) -> _Parts:
        found = dict.fromkeys(reasons(self._pack, node, snapshot))
        return tuple([(self._places[measure], self._spelled(words)) for measure, words in found])


class _Said(NamedTuple):
    """What is said of one measure: of a value, and by reason of none."""

    region: Region
    known: Callable[[Measured, Snapshot], str]
    missing: "_Missing"


class _Missing(dict[str, str]):
    """What is said of a missing measure, by the reason; these are the engine's own words, and few."""

    def __init__(self, label: str, spelled: Spelling) -> None:
        super().__init__()
        self._label, self._spelled = label, spelled

    def __missing__(self, reason: str) -> str:
        said = self[reason] = self._spelled(f"{self._label}: not known ({reason or 'not on record'})")
        return said


def _said(pack: Pack, measure: Measure, region: Region, spelled: Spelling) -> _Said:
    label, shown = measure_text(pack, measure.name), _shown(measure.unit, spelled)
    head, from_ = f"{spelled(label)} ", _from(pack, measure, spelled)

    def known(measured: Measured, snapshot: Snapshot) -> str:
        text = head + shown(measured.value)
        when = measured.when
        if when is not None and measured.evidence:
            text += _day(when.first) if when.first == when.last else f" on {when}"
        return text if from_ is None else text + from_(snapshot)

    return _Said(region, known, _Missing(label, spelled))


def _shown(unit: str | None, spelled: Spelling) -> Callable[[Any], str]:
    """A known value with its unit."""
    after = spelled("" if unit in (None, "1") else f" {unit_text(unit)}")

    def shown(value: Interval | frozenset[str]) -> str:
        if not isinstance(value, Interval):
            return spelled(" or ".join(sorted(value)))
        exact = value.lo
        return number(exact) + after if exact is not None and exact is value.hi else spelled(interval_text(value, unit))

    return shown


def _from(pack: Pack, measure: Measure, spelled: Spelling) -> Callable[[Snapshot], str] | None:
    """What a formula's value was computed from; None of what is no formula."""
    if measure.tree is None:
        return None
    needs = [pack.measures[need] for need in measure.needs]
    parts = [(each.index, f"{spelled(measure_text(pack, each.name))} ", _shown(each.unit, spelled)) for each in needs]

    def told(snapshot: Snapshot) -> str:
        found = [head + shown(value) for index, head, shown in parts if (value := snapshot[index].value) is not None]
        return f" (from {', '.join(found)})" if found else ""

    return told


def _getter(places: Sequence[int]) -> Callable[[Sequence[Any]], Any]:
    """Reads several places of a sequence at once: as a tuple, or the one thing alone where there is one place."""
    return itemgetter(*places) if places else lambda _: ()
