"""The sentences of many criteria at once, compiled when a pack is loaded: what `because` says, in a fraction of its time."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from engine.explain import reasons
from engine.open import tests_of
from engine.pack.expression import Among, Compare, Expression, Known, Literal
from engine.pack.program import Pack
from engine.regions import Regions
from engine.shown import Spelling, look
from engine.snapshot import Snapshot

_Parts = tuple[tuple[int, str], ...]
"""The parts of a sentence: the place of a measure's text, and the words after it."""


_MOST = 10_000
"""Patterns that are kept for a criterion; patients have few."""


class Reasons:
    """Why each of some criteria is met, not met or unknown.

    Which parts a sentence has depends on the regions of the values that it tests. Each pattern of regions is worked out once, by
    `reasons`. What differs from patient to patient is the measures' texts.
    """

    def __init__(self, pack: Pack, criteria: Iterable[str], spelled: Spelling = str) -> None:
        self._pack, self._spelled = pack, spelled
        self._nodes = [pack.criteria[name].expression for name in criteria]
        tests: dict[str, list[Literal]] = {}
        for test in tests_of(pack, self._nodes):
            tests.setdefault(test.measure, []).append(test)
        self._look = look(pack, {measure: Regions.of(mine) for measure, mine in tests.items()}, spelled)
        self._places: dict[str | None, int] = {measure: place for place, measure in enumerate([*tests, None])}
        self._reads = [sorted({self._places[test.measure] for test in tests_of(pack, [node])}) for node in self._nodes]
        self._seen: list[dict[Hashable, Any]] = [{} for _ in self._nodes]
        self._say = self._compiled()

    def __call__(self, snapshot: Snapshot) -> list[str]:
        """The sentence of each criterion, in the order they were given in."""
        regions, texts = self._look(snapshot)
        try:
            return self._say(regions, texts)
        except KeyError:  # there is a pattern that was not met before
            self._learn(regions, snapshot)
            return self._say(regions, texts)

    def _compiled(self) -> Callable[[Sequence[Hashable], Sequence[str]], list[str]]:
        """A function from the regions and texts of the measures to the sentences; KeyError where a pattern is new."""
        said = []
        for place, (node, reads) in enumerate(zip(self._nodes, self._reads, strict=True)):
            if _is_test(node):
                said.append(f"t[{reads[0]}] + seen{place}[r[{reads[0]}]]")
            else:
                said.append(f"told(seen{place}[{''.join(f'r[{each}], ' for each in reads) or '()'}], t)")
        names: dict[str, Any] = {"told": _told, **{f"seen{place}": seen for place, seen in enumerate(self._seen)}}
        say: Callable[[Sequence[Hashable], Sequence[str]], list[str]]
        say = eval(f"lambda r, t: [{', '.join(said)}]", names)  # noqa: S307 - written here, of numbers
        return say

    def _learn(self, regions: Sequence[Hashable], snapshot: Snapshot) -> None:
        for node, reads, seen in zip(self._nodes, self._reads, self._seen, strict=True):
            pattern = regions[reads[0]] if _is_test(node) else tuple([regions[place] for place in reads])
            if pattern not in seen:
                if len(seen) >= _MOST:
                    seen.clear()
                found = dict.fromkeys(reasons(self._pack, node, snapshot))
                parts = tuple([(self._places[measure], self._spelled(words)) for measure, words in found])
                seen[pattern] = parts[0][1] if _is_test(node) else parts


def _is_test(node: Expression) -> bool:
    """Whether all that is said is the text of the one measure that is tested, and words after it."""
    return isinstance(node, Compare | Among | Known)


def _told(parts: _Parts, texts: Sequence[str]) -> str:
    if len(parts) == 1:
        ((place, words),) = parts
        return texts[place] + words
    return "; ".join(dict.fromkeys([texts[place] + words for place, words in parts]))
