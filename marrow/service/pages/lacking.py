"""What is missing for a conclusion, when it would have to be from, and what it would decide, in sentences."""

from collections.abc import Iterator

from engine.conclusion import UNDETERMINED
from engine.deciding import Decider, Deciding
from engine.describe import unit_text
from engine.moment import day_text
from engine.pack.program import ConclusionRule, Pack
from marrow.service.pages.case import Case, lookback_of


class Lacking:
    """What would decide each conclusion of one pack; laid out when it is first asked for."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._deciding: dict[str, Deciding] = {}

    def sentences(self, case: Case, rule: ConclusionRule) -> tuple[str, ...]:
        """A sentence for each value that is to be found; none where the conclusion is drawn."""
        drawn = next(each for each in case.evaluated.conclusions if each.name == rule.name)
        if drawn.outcome != UNDETERMINED:
            return ()
        if rule.name not in self._deciding:
            self._deciding[rule.name] = Deciding(self._pack, rule)
        found = self._deciding[rule.name](case.evaluated.snapshot)
        return tuple(dict.fromkeys(_capital(_sentence(case, rule, one, len(found))) for one in found))


def _sentence(case: Case, rule: ConclusionRule, decider: Decider, several: int) -> str:
    what = _listed([_wanted(case, name) for name in decider.measures], "and")
    labels = _listed([_outcome(rule, name) for name in decider.outcomes], "and")
    alone = several > 1 and len(decider.measures) == 1
    if decider.always and len(decider.outcomes) > 1:
        return f"{what} would decide between {labels}."
    if decider.always:
        return f"{what} would be enough to conclude: {labels}."
    if decider.sometimes:
        might = _listed([_outcome(rule, name) for name in decider.outcomes], "or")
        return f"{what}{' alone' if alone else ''} may decide it, depending on the value: {might}."
    return f"{what} is needed{' beside others' if alone else ''}: alone it decides nothing."


def _wanted(case: Case, name: str) -> str:
    """A measure with its unit, and the days that a value of it would have to be from."""
    measure = case.pack.measures.get(name)
    if measure is None:
        return name.replace("_", " ")
    unit = "" if measure.unit in (None, "1", "d") else f" ({unit_text(measure.unit)})"
    days = "".join(f" {words}" for words in _days(case, name))
    return f"{measure.label}{unit}{days}"


def _days(case: Case, name: str) -> Iterator[str]:
    measure = case.pack.measures[name]
    if measure.window is None or measure.window not in case.pack.windows:
        return
    days = case.window(measure.window, lookback_of(measure))
    if days is None:
        return
    first = None if days.lo is None else day_text(days.anchor.first + days.lo)
    last = None if days.hi is None else day_text(days.anchor.last + days.hi)
    if first is not None and last is not None:
        yield f"from {first} to {last}" if first != last else f"on {first}"
    elif last is not None:
        yield f"on or before {last}"
    elif first is not None:
        yield f"on or after {first}"


def _outcome(rule: ConclusionRule, name: str) -> str:
    labels = dict.fromkeys(one.label for one in rule.outcomes if one.name == name)
    label = next(iter(labels))
    return label if len(labels) == 1 else label.partition(" (")[0]


def _listed(parts: list[str], last: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
