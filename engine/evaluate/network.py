"""A pack as rules that durable-rules answers rightly: one for each way to an answer, `all` of tests of one integer attribute.

An attribute holds an end of a measure as an ordinal, a count of codes, or a truth that other rules derived (1 met, 0 not met,
absent unknown). A criterion has rules for met and, by De Morgan, for not met: where neither fires it is unknown, as in Kleene.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from engine.evaluate.ordinals import LARGEST, fraction_digits, ordinal
from engine.evaluate.sources import Codes, End, Presence, Source
from engine.evaluate.subset import MOST_TESTS_IN_RULE, ReteRefusal
from engine.evaluate.ways import HOLDS, Premise, Sides, Way, all_of, any_of, at_least, count_of_ways, truth_of
from engine.pack.expression import Among, AtLeast, Compare, Constant, Every, Expression, Known, Literal, Named, Not, Some, walk
from engine.pack.program import ConclusionRule, Pack

LIMITS_OF_ATTRIBUTE: Final = 30
"""Each limit may be tested twice (below, at most), and one fact may match 64 tests."""
WAYS: Final = 24
"""Alternatives that one expression is written out to before it is taken apart."""


class Rule(NamedTuple):
    """Where all tests hold, the attribute `head` has the value."""

    head: str
    value: int
    tests: tuple[Premise, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """The attributes that hold what a judgement says of one conclusion; `outcome` counts in `outcomes`."""

    applies: str
    settled: str
    branches: tuple[str, ...]
    outcome: str
    outcomes: tuple[str, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """sources: the attributes that are read from a snapshot. given: those that the pack's parameters alone decide.

    heads: the rules, by derived attribute, each after those that it needs.
    """

    sources: tuple[tuple[Source, str], ...]
    given: tuple[tuple[str, int], ...]
    heads: tuple[tuple[Rule, ...], ...]
    criteria: tuple[str, ...]
    conclusions: tuple[Answers, ...]


def network(pack: Pack, criteria: Iterable[str], conclusions: Iterable[str]) -> Network:
    """The rules that these criteria and conclusions of the pack need; raises ReteRefusal for what cannot be written safely."""
    writer = _Writer(pack)
    named = tuple(writer.answer(Named(name)) for name in criteria)
    drawn = tuple(writer.conclusion(pack.conclusions[name]) for name in conclusions)
    heads = tuple(tuple(rules) for rules in writer.heads.values() if rules)
    return Network(tuple(writer.sources.items()), tuple(writer.given.items()), heads, named, drawn)


class _Writer:
    """Writes rules, and remembers what it has already written."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._limits = _limits(pack)
        self._open: set[str] = set()
        self._parts: dict[Expression, Sides] = {}
        self._derived: dict[object, str] = {}
        self.sources: dict[Source, str] = {}
        self.given: dict[str, int] = {}
        self.heads: dict[str, list[Rule]] = {}

    def answer(self, expression: Expression | None, otherwise: Sides = HOLDS) -> str:
        """The attribute that holds the truth of an expression."""
        if expression is None:
            return self._head(otherwise)
        return self._head(self._criterion(expression.criterion) if isinstance(expression, Named) else self._sides(expression))

    def conclusion(self, rule: ConclusionRule) -> Answers:
        """Outcome by outcome: one branch is met, and every branch before it that would give another outcome is not met."""
        branches = [HOLDS if outcome.when is None else self._part(outcome.when) for outcome in rule.outcomes]
        names = tuple(dict.fromkeys(outcome.name for outcome in rule.outcomes))
        ways: dict[int, tuple[Way, ...]] = {}
        for k, outcome in enumerate(rule.outcomes):
            before = [branches[j].not_met for j in range(k) if rule.outcomes[j].name != outcome.name]
            value = names.index(outcome.name)
            ways[value] = any_of([*ways.get(value, ()), *all_of([branches[k].met, *before])])
        return Answers(
            self.answer(rule.applies),
            self.answer(rule.due.settled if rule.due else None, otherwise=HOLDS.turned()),
            tuple(self.answer(outcome.when) for outcome in rule.outcomes),
            self._derive(("outcome", rule.name), ways),
            names,
            tuple(self.answer(flag.when) for flag in rule.flags),
        )

    def _criterion(self, name: str) -> Sides:
        if name not in self._pack.criteria:
            raise ReteRefusal(f"criterion `{name}` is not in the pack")
        if name in self._open:
            raise ReteRefusal(f"criterion `{name}` needs itself")
        self._open.add(name)
        sides = self._sides(self._pack.criteria[name].expression)
        self._open.discard(name)
        return sides

    def _part(self, expression: Expression) -> Sides:
        """An expression as what stands in other rules: at most one way to each side, or the truth derived for it."""
        known = self._parts.get(expression)
        if known is None:
            sides = self._criterion(expression.criterion) if isinstance(expression, Named) else self._sides(expression)
            known = self._parts[expression] = sides if sides.is_plain else truth_of(self._head(sides))
        return known

    def _sides(self, expression: Expression) -> Sides:
        match expression:
            case Compare() | Among() | Known():
                return self._literal(expression)
            case Constant(value):
                return HOLDS if value else HOLDS.turned()
            case Named():
                return self._part(expression)
            case Not(part):
                return self._part(part).turned()
            case Every(parts) | Some(parts) if len(parts) > MOST_TESTS_IN_RULE:
                kind = type(expression)
                return self._sides(kind(tuple(kind(parts[i : i + 16]) for i in range(0, len(parts), 16))))
            case Every(parts):
                return at_least(len(parts), [self._part(part) for part in parts])
            case Some(parts):
                return at_least(1, [self._part(part) for part in parts])
            case AtLeast(least, parts) if count_of_ways(least, len(parts)) > WAYS:
                return self._sides(_halved(least, parts))
            case AtLeast(least, parts):
                return at_least(least, [self._part(part) for part in parts])

    def _literal(self, literal: Literal) -> Sides:
        index = self._pack.measures[literal.measure].index
        match literal:
            case Compare():
                return self._comparison(literal, index)
            case Among(_, codes):
                within = self._attribute(Codes(index, codes, among=True))
                outside = self._attribute(Codes(index, codes, among=False))
                every = frozenset({Premise(within, False, 1), Premise(outside, True, 1)})
                none = frozenset({Premise(within, True, 1), Premise(outside, False, 1)})
                return Sides((every,), (none,))
            case Known(_, known):
                present = truth_of(self._attribute(Presence(index)))
                return present if known else present.turned()

    def _comparison(self, literal: Compare, index: int) -> Sides:
        limits = self._limits[literal.measure]
        digits = max(map(fraction_digits, limits))
        part = limits.index(literal.limit) // LIMITS_OF_ATTRIBUTE
        place = ordinal(literal.limit, digits) + (literal.op in ("at_most", "above"))
        if abs(place) >= LARGEST:
            raise ReteRefusal(f"measure `{literal.measure}`: a limit with {digits} decimals is too large for durable-rules")
        below = Premise(self._attribute(End(index, True, digits, part)), True, place)
        not_below = Premise(self._attribute(End(index, False, digits, part)), False, place)
        sides = Sides((frozenset({below}),), (frozenset({not_below}),))
        return sides if literal.op in ("below", "at_most") else sides.turned()

    def _attribute(self, source: Source) -> str:
        return self.sources.setdefault(source, f"a{len(self.sources)}")

    def _head(self, sides: Sides) -> str:
        return self._derive(sides, {1: sides.met, 0: sides.not_met})

    def _derive(self, key: object, ways: dict[int, tuple[Way, ...]]) -> str:
        """The attribute that gets a value by each of its ways, written once for the same key."""
        if key not in self._derived:
            short = [(value, self._shortened(way)) for value, some in ways.items() for way in some]
            head = self._derived[key] = f"d{len(self.heads)}"
            self.given.update((head, value) for value, way in short if not way)
            self.heads[head] = [Rule(head, value, tuple(sorted(way))) for value, way in short if way]
        return self._derived[key]

    def _shortened(self, way: Way) -> Way:
        """The same way in as few tests as a rule may have, by truths derived from groups of them."""
        while len(way) > MOST_TESTS_IN_RULE:
            tests = sorted(way)
            groups = [frozenset(tests[i : i + MOST_TESTS_IN_RULE]) for i in range(0, len(tests), MOST_TESTS_IN_RULE)]
            way = frozenset(Premise(self._derive(group, {1: (group,)}), False, 1) for group in groups)
        return way


def _halved(least: int, parts: tuple[Expression, ...]) -> Some:
    """The same count as so many of one half with the rest of the other: still Kleene's, since counts of halves add up."""
    half = len(parts) // 2
    left, right = parts[:half], parts[half:]
    counts = range(max(0, least - len(right)), min(least, len(left)) + 1)
    return Some(tuple(Every((AtLeast(count, left), AtLeast(least - count, right))) for count in counts))


def _limits(pack: Pack) -> dict[str, list[Decimal]]:
    """The limits of each measure, in order."""
    found: dict[str, set[Decimal]] = {}
    for expression in _expressions(pack):
        for node in walk(expression):
            if isinstance(node, Compare):
                found.setdefault(node.measure, set()).add(node.limit)
    return {measure: sorted(limits) for measure, limits in found.items()}


def _expressions(pack: Pack) -> Iterator[Expression]:
    for criterion in pack.criteria.values():
        yield criterion.expression
    for rule in pack.conclusions.values():
        settled = rule.due.settled if rule.due else None
        whens = (rule.applies, settled, *(outcome.when for outcome in rule.outcomes), *(flag.when for flag in rule.flags))
        yield from (expression for expression in whens if expression is not None)
