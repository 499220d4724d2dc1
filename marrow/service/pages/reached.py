"""Each conclusion as a page tells it: the sentence that is kept, how it was reached, what it rests on, what would decide it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.conclusion import NO_OUTCOME
from engine.describe import measure_text
from engine.explain import interval_text
from engine.interval import Interval
from engine.pack.program import ConclusionRule, Pack
from marrow.service.pages.case import Case
from marrow.service.pages.lacking import Lacking
from marrow.service.pages.tree import Branch, size, tree
from marrow.service.telling import Telling, tell

_SHORT = 16


@dataclass(frozen=True, slots=True)
class Used:
    """A value that a conclusion rests on. refs: the resources that it was read from."""

    label: str
    value: str
    when: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """A conclusion. is_kept: whether the record still comes to what is kept; where not, there is no tree."""

    telling: Telling
    is_kept: bool
    branches: tuple[Branch, ...] = ()
    used: tuple[Used, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether the whole tree can be taken in at once."""
        return size(self.branches) <= _SHORT

    @property
    def is_drawn(self) -> bool:
        return self.telling.outcome not in NO_OUTCOME[1:]


def reached(pack: Pack, lines: Mapping[str, bytes], case: Case | None, lacking: Lacking) -> Iterator[Reached]:
    """In the order of the list's columns, then of the pack. case: None where there is no record to be evaluated."""
    listed = [name for column in pack.pages.patients.columns for name in column.conclusions]
    for name in dict.fromkeys([*listed, *pack.conclusions]):
        rule = pack.conclusions[name]
        telling = tell(pack, lines[name]) if name in lines else None
        if telling is None:
            continue
        if case is None or not case.says(name, lines[name]):
            yield Reached(telling, is_kept=False)
        else:
            yield Reached(telling, True, tree(case, rule), tuple(_used(case, rule)), lacking.sentences(case, rule))


def _used(case: Case, rule: ConclusionRule) -> Iterator[Used]:
    for name in rule.measures:
        measure = case.pack.measures[name]
        found = case.evaluated.snapshot[measure.index]
        if found.value is not None and found.evidence:
            exact = isinstance(found.value, Interval)
            value = interval_text(found.value, measure.unit) if exact else " or ".join(sorted(found.value))  # type: ignore[arg-type]
            yield Used(measure_text(case.pack, name), value, "" if found.when is None else str(found.when), found.evidence)
