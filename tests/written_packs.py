"""Packs and snapshots written in Python, and random ones, for tests of evaluators that need no pack files."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random

from engine.interval import Comparison, Interval
from engine.pack.emission import EmissionSpec
from engine.pack.expression import (
    Among,
    AtLeast,
    Compare,
    Constant,
    Every,
    Expression,
    Known,
    Literal,
    Named,
    Not,
    Some,
    walk,
)
from engine.pack.measures import MeasureSpec
from engine.pack.program import ConclusionRule, Criterion, Due, Flag, Measure, Outcome, Pack
from engine.pack.rules import DueSpec
from engine.pack.vocabulary import Manifest
from engine.snapshot import Measured, Snapshot

Value = Interval | frozenset[str] | None


def pack(criteria: Mapping[str, Expression], conclusions: Sequence[ConclusionRule] = ()) -> Pack:
    """A pack of these criteria, with the measures that they and the conclusions speak of."""
    names = sorted({node.measure for node in _nodes(criteria, conclusions) if isinstance(node, Literal)})
    return Pack(
        manifest=Manifest(name="written", version="1.0.0", title="t", source="s", url="u", system="http://x"),
        systems={},
        parameters={},
        concepts={},
        anchors={},
        windows={},
        moving_windows={},
        tables={},
        measures={name: _measure(name, index) for index, name in enumerate(names)},
        criteria={name: _criterion(name, expression) for name, expression in criteria.items()},
        conclusions={rule.name: rule for rule in conclusions},
        emission=EmissionSpec(),
        stages=1,
    )


def conclusion(
    name: str,
    outcomes: Sequence[tuple[str, Expression | None]],
    applies: Expression | None = None,
    settled: Expression | None = None,
    flags: Sequence[Expression] = (),
) -> ConclusionRule:
    """A conclusion with these branches; it has a due day where something settles it."""
    return ConclusionRule(
        name=name,
        base=name,
        window=None,
        label=name,
        source=(),
        applies=applies,
        due=None if settled is None else Due(DueSpec(window="w"), settled),
        criteria=(),
        outcomes=tuple(Outcome(outcome, outcome, when) for outcome, when in outcomes),
        flags=tuple(Flag(f"flag_{number}", "", when) for number, when in enumerate(flags)),
        effective="newest",
        measures=(),
        parameters=frozenset(),
        stage=0,
    )


def snapshot(of: Pack, **values: Value) -> Snapshot:
    """These measures, and nothing of all others."""
    return tuple(Measured(values.get(name)) for name in of.measures)


def exactly(number: str) -> Interval:
    return Interval.exactly(Decimal(number))


def _measure(name: str, index: int) -> Measure:
    spec = MeasureSpec(label=name, unit="1", formula="1")
    return Measure(name, name, None, index, spec, (), 0, frozenset())


def _criterion(name: str, expression: Expression) -> Criterion:
    return Criterion(name, name, None, name, None, (), expression, (), frozenset())


def _nodes(criteria: Mapping[str, Expression], conclusions: Sequence[ConclusionRule]) -> list[Expression]:
    roots: list[Expression | None] = list(criteria.values())
    for rule in conclusions:
        settled = rule.due.settled if rule.due else None
        roots += [rule.applies, settled, *(o.when for o in rule.outcomes), *(f.when for f in rule.flags)]
    return [node for root in roots if root is not None for node in walk(root)]


# --- random packs -----------------------------------------------------------------------------------------------------

OPERATORS: tuple[Comparison, ...] = ("below", "at_most", "above", "at_least")
CODES = ("red", "blue", "green", "white", "black")
NUMBERS = tuple(f"n{i}" for i in range(6))
CODED = tuple(f"c{i}" for i in range(3))


def random_pack(random: Random, criteria: int, conclusions: int, width: int = 4) -> Pack:
    """A pack with every operator in it, criteria over earlier criteria, and conclusions over all of them."""
    limits = {name: [random_number(random) for _ in range(random.choice((1, 3, 8)))] for name in NUMBERS}
    written: dict[str, Expression] = {}
    for number in range(criteria):
        names = tuple(written)
        written[f"k{number}"] = _expression(random, limits, names, width, depth=random.randint(0, 3))
    names = tuple(written)
    return pack(written, [_conclusion(random, f"z{i}", limits, names) for i in range(conclusions)])


def random_snapshot(random: Random, of: Pack) -> Snapshot:
    """A snapshot with much unknown, bounds that often lie exactly on a limit, and now and then a value of the wrong kind."""
    limits: dict[str, list[Decimal]] = {name: [Decimal(0)] for name in of.measures}
    codes: dict[str, set[str]] = {name: set() for name in of.measures}
    criteria = {name: criterion.expression for name, criterion in of.criteria.items()}
    for node in _nodes(criteria, tuple(of.conclusions.values())):
        if isinstance(node, Compare):
            limits[node.measure].append(node.limit)
        elif isinstance(node, Among):
            codes[node.measure] |= node.codes
    unknown = random.choice((0.0, 0.1, 0.4, 0.9))
    return tuple(
        Measured(None if random.random() < unknown else _value(random, limits[name], codes[name])) for name in of.measures
    )


def random_number(random: Random) -> Decimal:
    """Mostly what a protocol would print, now and then something with more digits, a large exponent or a sign."""
    plain = Decimal(random.choice(("0", "0.2", "0.5", "2", "20", "25", "30", "50", "100", "0.005", "1.50")))
    match random.randrange(6):
        case 0:
            return Decimal(random.randint(-30, 30)).scaleb(random.randint(-4, 3))
        case 1:
            return -plain
        case _:
            return plain


def random_interval(random: Random, limits: Sequence[Decimal]) -> Interval:
    """A number, a range or a bound, with ends on the limits, just beside them, or anywhere."""
    ends = sorted((_near(random, limits), _near(random, limits)))
    if ends[0] == ends[1] or random.random() < 0.4:
        return Interval.exactly(ends[0])
    lo = None if random.random() < 0.2 else ends[0]
    hi = None if random.random() < 0.2 else ends[1]
    return Interval(lo, hi, random.random() < 0.5, random.random() < 0.5)


def _near(random: Random, limits: Sequence[Decimal]) -> Decimal:
    shift = Decimal(random.choice((-1, 1))).scaleb(random.choice((0, -1, -3, -9, -40)))
    match random.randrange(5):
        case 0:
            return random_number(random)
        case 1:
            return random.choice(limits) + shift.quantize(shift)
        case _:
            return random.choice(limits)


def _value(random: Random, limits: Sequence[Decimal], codes: set[str]) -> Value:
    if bool(codes) != (random.random() < 0.02):
        return frozenset(random.choices((*sorted(codes), "unheard_of"), k=random.choice((0, 1, 1, 1, 2, 3))))
    return random_interval(random, limits)


def _literal(random: Random, limits: Mapping[str, Sequence[Decimal]]) -> Expression:
    match random.randrange(10):
        case 0:
            return Known(random.choice((*NUMBERS, *CODED)), random.random() < 0.5)
        case 1 | 2:
            return Among(random.choice(CODED), frozenset(random.sample(CODES, random.randint(1, 3))))
        case 3 if random.random() < 0.3:
            return Constant(random.random() < 0.5, "p")
        case _:
            measure = random.choice(NUMBERS)
            return Compare(measure, random.choice(OPERATORS), random.choice(limits[measure]))


def _expression(
    random: Random, limits: Mapping[str, Sequence[Decimal]], names: Sequence[str], width: int, depth: int
) -> Expression:
    if names and random.random() < 0.3:
        return Named(random.choice(names))
    if depth == 0:
        return _literal(random, limits)
    wide = random.randint(1, width * (5 if random.random() < 0.03 else 1))
    parts = tuple(_expression(random, limits, names, width, depth - 1) for _ in range(wide))
    match random.randrange(7):
        case 0:
            return Not(parts[0])
        case 1 | 2:
            return AtLeast(random.randint(0, wide + 1), parts)
        case 3 | 4:
            return Every(parts)
        case _:
            return Some(parts)


def _conclusion(random: Random, name: str, limits: Mapping[str, Sequence[Decimal]], names: Sequence[str]) -> ConclusionRule:
    def some() -> Expression:
        return _expression(random, limits, names, 3, random.randint(0, 2))

    branches = random.choice((1, 2, 4, 6, 25 if random.random() < 0.1 else 3))
    drawn = [(random.choice(("CR", "PR", "NR", "SAA", "VSAA")), some()) for _ in range(branches)]
    return conclusion(
        name,
        [*drawn, (random.choice(("NR", "NONE")), None)],
        applies=some() if random.random() < 0.7 else None,
        settled=some() if random.random() < 0.5 else None,
        flags=[some() for _ in range(random.randint(0, 2))],
    )
