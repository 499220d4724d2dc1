"""What would decide an open conclusion: each value that is to be found is tried with every value that it may have."""

from functools import cache

from engine.deciding import Decider, Deciding
from engine.interval import Interval
from engine.open import Value
from engine.pack.load import load
from engine.pack.program import Pack
from engine.snapshot import Measured, Snapshot
from tests.spec.language import value

MANIFEST = "name: p\nversion: 1.0.0\ntitle: t\nsource: s\nurl: u\nsystem: urn:p\n"
RULES = """
systems: {local: ["urn:p"]}
statements: {S: {section: Methods, text: t}}
concepts:
  first: {label: first, element: Observation, codes: [{system: local, codes: [a]}], quantity: {unit: g/L, plausible: [0, 500]}}
  second: {label: second, element: Observation, codes: [{system: local, codes: [b]}], quantity: {unit: g/L, plausible: [0, 500]}}
anchors: {start: {label: start, first: [first]}}
windows: {ever: {label: ever, anchor: start, days: [null, null], pick: last}}
measures:
  first: {label: first, unit: g/L, windows: [ever], source: [S], select: {concept: first}}
  second: {label: second, unit: g/L, windows: [ever], source: [S], select: {concept: second}}
criteria:
  low_first: {label: l1, source: [S], when: {measure: first@ever, below: 10 g/L}}
  low_second: {label: l2, source: [S], when: {measure: second@ever, below: 10 g/L}}
conclusions:
  both:
    label: both
    source: [S]
    criteria: [low_first, low_second]
    outcomes:
      - {outcome: both, label: b, when: {all: [low_first, low_second]}}
      - {outcome: one, label: o, when: {any: [low_first, low_second]}}
      - {outcome: none, label: n}
"""


@cache
def pack() -> Pack:
    return load({"pack.yaml": MANIFEST, "rules.yaml": RULES})


def found(first: str | None, second: str | None) -> list[Decider]:
    values: dict[str, Value] = {"first@ever": _value(first), "second@ever": _value(second)}
    snapshot: Snapshot = tuple(Measured(values.get(name)) for name in pack().measures)
    return Deciding(pack(), pack().conclusions["both"])(snapshot)


def _value(text: str | None) -> Interval | None:
    return None if text is None else value(text)


def test_the_one_value_that_is_missing_decides() -> None:
    assert found("5", None) == [Decider(("second@ever",), ("both", "one"), always=True, sometimes=True)]
    assert found(None, "20") == [Decider(("first@ever",), ("one", "none"), always=True, sometimes=True)]


def test_a_bound_that_straddles_a_limit_is_to_be_found_as_well() -> None:
    assert found("5", "<12") == [Decider(("second@ever",), ("both", "one"), always=True, sometimes=True)]


def test_of_two_neither_decides_alone_and_both_together_do() -> None:
    alone = [Decider((name,), (), always=False, sometimes=False) for name in ("first@ever", "second@ever")]
    assert found(None, None) == [*alone, Decider(("first@ever", "second@ever"), ("both", "one", "none"), True, True)]


def test_nothing_is_to_be_found_where_all_is_known() -> None:
    assert found("5", "20") == []
