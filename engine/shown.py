"""What is said of measures, compiled: one straight-line function from a snapshot to the region and the text of each value.

`engine.explain.value_text` is the slow and obvious form of the texts; a property test keeps the two equal.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from engine.describe import measure_text, number, unit_text
from engine.explain import interval_text
from engine.interval import Interval
from engine.moment import day_text
from engine.pack.program import Measure, Pack
from engine.regions import Regions
from engine.snapshot import Snapshot

Spelling = Callable[[str], str]
"""How a piece of text is written where it goes, such as the escapes of JSON; character by character."""
Look = Callable[[Snapshot], tuple[Sequence[Hashable], Sequence[str]]]
"""Gives the region of each measure, None where it is missing, and its text; after the last an empty one."""


def look(pack: Pack, measures: Mapping[str, Regions], spelled: Spelling = str) -> Look:
    """A function that looks at these measures, in this order."""
    names: dict[str, Any] = {"Interval": Interval, "number": number, "on": _on, "left": bisect_left, "right": bisect_right}
    lines = []
    for place, (name, regions) in enumerate(measures.items()):
        lines += _statements(pack, pack.measures[name], regions, spelled, place, names)
    found = ["".join(f"{letter}{place}, " for place in range(len(measures))) for letter in "rt"]
    source = "def run(snapshot):\n" + "".join(f"    {line}\n" for line in [*lines, f"return ({found[0]}), ({found[1]}'',)"])
    exec(compile(source, f"<measures of {pack.name}>", "exec"), names)  # noqa: S102 - written here, from a checked pack
    run: Look = names["run"]
    return run


def _statements(
    pack: Pack, measure: Measure, regions: Regions, spelled: Spelling, place: int, names: dict[str, Any]
) -> list[str]:
    """What sets the region and the text of one measure; what is no exact number is rare enough for calls."""
    label, shown = measure_text(pack, measure.name), _shown(measure.unit, spelled)
    names |= {f"region{place}": regions.of_value, f"shown{place}": shown, f"missing{place}": _Missing(label, spelled)}
    names |= {f"from{place}": regions.from_, f"above{place}": regions.above, f"source{place}": _source(pack, measure, spelled)}
    names |= {f"head{place}": spelled(f"{label} "), f"unit{place}": spelled(_after(measure.unit))}
    changes = [f"right(from{place}, x)"] if regions.from_ else []
    changes += [f"left(above{place}, x)"] if regions.above else []
    lines = [
        f"m = snapshot[{measure.index}]",
        "v = m.value",
        "if v is None:",
        f"    r{place} = None",
        f"    t{place} = missing{place}[m.reason]",
        "else:",
        "    if v.__class__ is Interval and (x := v.lo) is v.hi and x is not None:",
        f"        r{place} = {' + '.join(changes) or '0'}",
        f"        t{place} = f'{{head{place}}}{{number(x)}}{{unit{place}}}'",
        "    else:",
        f"        r{place} = region{place}(v)",
        f"        t{place} = head{place} + shown{place}(v)",
        "    if m.evidence and (w := m.when) is not None:",
        f"        t{place} += on(w.first) if w.first == w.last else f' on {{w}}'",
    ]
    return lines if measure.tree is None else [*lines, f"    t{place} += source{place}(snapshot)"]


_on = lru_cache(maxsize=50_000)(lambda ordinal: f" on {day_text(ordinal)}")


class _Missing(dict[str, str]):
    """What is said of a missing measure, by the reason; these are the engine's own words, and few."""

    def __init__(self, label: str, spelled: Spelling) -> None:
        super().__init__()
        self._label, self._spelled = label, spelled

    def __missing__(self, reason: str) -> str:
        said = self[reason] = self._spelled(f"{self._label}: not known ({reason or 'not on record'})")
        return said


def _after(unit: str | None) -> str:
    return "" if unit in (None, "1") else f" {unit_text(unit)}"


def _shown(unit: str | None, spelled: Spelling) -> Callable[[Any], str]:
    """A known value with its unit."""
    after = spelled(_after(unit))

    def shown(value: Interval | frozenset[str]) -> str:
        if not isinstance(value, Interval):
            return spelled(" or ".join(sorted(value)))
        exact = value.lo
        return number(exact) + after if exact is not None and exact is value.hi else spelled(interval_text(value, unit))

    return shown


def _source(pack: Pack, measure: Measure, spelled: Spelling) -> Callable[[Snapshot], str]:
    """What a formula's value was computed from."""
    needs = [pack.measures[need] for need in measure.needs]
    parts = [(each.index, spelled(f"{measure_text(pack, each.name)} "), _shown(each.unit, spelled)) for each in needs]

    def source(snapshot: Snapshot) -> str:
        found = [head + shown(value) for index, head, shown in parts if (value := snapshot[index].value) is not None]
        return f" (from {', '.join(found)})" if found else ""

    return source
