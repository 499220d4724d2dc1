"""One small mistake in a pack as it is written: where it is made, and what stands there instead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Any, Final, NamedTuple

from engine.pack.load import Reading
from engine.pack.parse import Path, Source


class _Nothing(Enum):
    REMOVED = "removed"


REMOVED: Final = _Nothing.REMOVED


class Change(NamedTuple):
    """A change inside an item. path: from the item on; value: what stands there instead, REMOVED for nothing.

    kind: the sort of mistake it stands for ("comparison"); what: the change in words ("below -> at_most").
    """

    path: Path
    value: Any
    kind: str
    what: str

    def below(self, *path: str | int) -> "Change":
        """The same change of something that stands further down."""
        return self._replace(path=(*path, *self.path))


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake that somebody might make in a rule.

    id: the same in every run; rule: section and name of the item ("criteria.meets_saa"). file, path: where it is made.
    reads: what a chart has to hold so that the mistake can show, as pieces of its JSON; empty where it may show in any.
    """

    id: str
    rule: str
    kind: str
    what: str
    file: str
    path: Path
    value: Any
    reads: frozenset[str] = frozenset()

    def made_in(self, reading: Reading) -> Reading:
        """The pack's files with this mistake; what it does not touch is shared."""
        if isinstance(self.value, str) and not self.path:
            return replace(reading, texts={**reading.texts, self.file: self.value})
        sources = tuple(_changed(one, self) if one.file == self.file else one for one in reading.sources)
        return replace(reading, sources=sources)


def _changed(source: Source, mistake: Mistake) -> Source:
    return Source(source.file, changed(source.data, mistake.path, mistake.value), source.lines)


def changed(node: Any, path: Sequence[str | int], value: Any) -> Any:
    """A copy of a node with something else at a path, or with nothing there."""
    if not path:
        return value
    step, *rest = path
    if isinstance(node, list):
        assert isinstance(step, int)
        inner = [] if value is REMOVED and not rest else [changed(node[step], rest, value)]
        return [*node[:step], *inner, *node[step + 1 :]]
    if value is REMOVED and not rest:
        return {key: inner for key, inner in node.items() if key != step}
    return {**node, step: changed(node[step], rest, value) if rest else value}


# --- what is changed the same way wherever it stands -------------------------------------------------------------------


def numbers(value: Any, kind: str, *, whole: bool) -> Iterator[Change]:
    """A little more and a little less; nothing where no number stands but a parameter's name.

    whole: whether only whole numbers make sense here; others change by one in the place after their last.
    """
    if isinstance(value, Decimal):
        for other in near(value, whole=whole):
            yield Change((), other, kind, f"{value} -> {other}")


def near(value: Decimal, *, whole: bool) -> tuple[Decimal, Decimal]:
    """The next number above and below: 28 has 29 and 27, 0.5 has 0.51 and 0.49."""
    exponent = value.as_tuple().exponent
    step = Decimal(1) if whole else Decimal(1).scaleb(min(int(exponent), 0) - 1)
    return value + step, value - step


def ends(value: Any, kind: str, *, whole: bool) -> Iterator[Change]:
    """Each end of a pair moved by a little; an end that is open becomes closed at nothing in particular, so it is left alone."""
    if isinstance(value, list):
        for place, end in enumerate(value):
            for change in numbers(end, kind, whole=whole):
                yield change.below(place)._replace(what=f"{'from' if place == 0 else 'to'} {change.what}")


def left_out(values: Any, kind: str, least: int = 1) -> Iterator[Change]:
    """A list without each of its members, where so many are left."""
    if isinstance(values, list) and len(values) > least:
        for place, value in enumerate(values):
            yield Change((place,), REMOVED, kind, f"without {short(value)}")


def exchanged(values: list[Any], kind: str, names: Sequence[str]) -> Iterator[Change]:
    """A list with two neighbours exchanged."""
    for place in range(len(values) - 1):
        if values[place] != values[place + 1]:
            other = [*values[:place], values[place + 1], values[place], *values[place + 2 :]]
            yield Change((), other, kind, f"{names[place + 1]} before {names[place]}")


def flipped(node: Mapping[str, Any], key: str, kind: str, default: bool = False) -> Iterator[Change]:
    """A yes that becomes no, and a no that becomes yes."""
    value = node.get(key, default)
    if isinstance(value, bool):
        yield Change((key,), not value, kind, f"{key} {_yes(value)} -> {_yes(not value)}")


def another(node: Mapping[str, Any], key: str, kind: str, others: Mapping[str, str]) -> Iterator[Change]:
    """A word that becomes the one that it is most easily mistaken for."""
    if node.get(key) in others:
        yield Change((key,), others[node[key]], kind, f"{key} {node[key]} -> {others[node[key]]}")


def gone(node: Mapping[str, Any], key: str, kind: str) -> Iterator[Change]:
    """What may be left out, left out."""
    if node.get(key) is not None:
        yield Change((key,), REMOVED, kind, f"without {key}")


def short(node: Any) -> str:
    """A node as a few words that tell it from its neighbours."""
    match node:
        case bool():
            return _yes(node)
        case dict():
            return "{" + ", ".join(f"{key}: {short(value)}" for key, value in node.items()) + "}"
        case list():
            return "[" + ", ".join(map(short, node)) + "]"
        case None:
            return "null"
        case _:
            return str(node)


def _yes(value: bool) -> str:
    return "true" if value else "false"
