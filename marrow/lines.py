"""Conclusions as the lines of conclusions.ndjson."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import add, itemgetter
from typing import Any

import msgspec

from engine.conclude import displayed
from engine.conclusion import Conclusion
from engine.evaluation import Evaluated
from engine.explain import because
from engine.moment import day_text
from engine.pack.program import ConclusionRule, Pack
from engine.reasons import Reasons
from engine.truth import WORDS, Truth

_encode = msgspec.json.Encoder(decimal_format="number").encode
_MOST = 10_000
"""Patterns of truth that are kept; patients have few."""
_CLOSED, _CLOSED_AND = '"}', '"},'


def encode(value: Any) -> bytes:
    """JSON on one line, decimals with the digits they have."""
    return _encode(value)


class Lines:
    """The lines of one pack's conclusions: all that is the same for each patient is written once, when this is made."""

    def __init__(self, pack: Pack) -> None:
        shown = list(dict.fromkeys(name for rule in pack.conclusions.values() for name in rule.criteria))
        self._reasons = Reasons(pack, shown, _spelled)
        places = {name: place for place, name in enumerate(shown)}
        self._rules = {rule.name: _Layout(pack, rule, places) for rule in pack.conclusions.values()}

    def __call__(self, evaluated: Evaluated) -> list[bytes]:
        """The line of each conclusion, with every criterion, its status and why, in the order of the conclusions.

        evaluated: by the pack that this was made for.
        """
        reasons = self._reasons(evaluated.snapshot)
        patient = _text(evaluated.patient)
        return [self._rules[conclusion.name].line(patient, conclusion, reasons) for conclusion in evaluated.conclusions]


class _Layout:
    """The fixed pieces of one conclusion's line."""

    __slots__ = ("_begun", "_criteria", "_end", "_fixed", "_of_mine")

    def __init__(self, pack: Pack, rule: ConclusionRule, places: dict[str, int]) -> None:
        known = {"pack": pack.name, "pack_version": pack.version, "conclusion": rule.name}
        parameters = {name: _plain(pack.parameters[name].value) for name in sorted(rule.parameters)}
        self._fixed = f",{_text(known)[1:-1]}"
        self._end = f'{_CLOSED if rule.criteria else ""}],"parameters":{_text(parameters)}}}'
        self._criteria = tuple([_beginnings(pack, rule, name) for name in rule.criteria])
        self._of_mine = _getter([places[name] for name in rule.criteria])
        self._begun: dict[tuple[Truth, ...], tuple[str, ...]] = {}

    def line(self, patient: str, conclusion: Conclusion, reasons: list[str]) -> bytes:
        """patient: as JSON. reasons: the sentences of all criteria, as JSON without the quotes."""
        effective = conclusion.effective
        truths = conclusion.truths
        begun = self._begun.get(truths) or self._begin(truths)
        return (
            f'{{"patient":{patient}{self._fixed}{_known(conclusion.outcome, conclusion.as_of)}{_day(effective)}'
            f"{_open(conclusion.possible, conclusion.missing, conclusion.flags)}{_encode(conclusion.evidence).decode()}"
            f',"criteria":[{_CLOSED_AND.join(map(add, begun, self._of_mine(reasons)))}{self._end}'
        ).encode()

    def _begin(self, truths: tuple[Truth, ...]) -> tuple[str, ...]:
        """How each criterion is written up to its reason."""
        if len(self._begun) >= _MOST:
            self._begun.clear()
        begun = self._begun[truths] = tuple([each[truth] for each, truth in zip(self._criteria, truths, strict=True)])
        return begun


def _beginnings(pack: Pack, rule: ConclusionRule, name: str) -> dict[Truth, str]:
    """How a criterion is written up to its reason, for each truth."""
    known = {"id": displayed(name, rule), **_kind(pack, name)}
    return {truth: f'{_text({**known, "status": word})[:-1]},"because":"' for truth, word in WORDS.items()}


def _text(value: Any) -> str:
    return encode(value).decode()


def _spelled(text: str) -> str:
    """A piece of text as it stands inside the quotes of JSON."""
    return _text(text)[1:-1]


@lru_cache(maxsize=1_000)
def _known(outcome: str, as_of: int) -> str:
    return f',"outcome":{_text(outcome)},"as_of":{_text(day_text(as_of))},"effective":'


@lru_cache(maxsize=50_000)
def _day(ordinal: int | None) -> str:
    return _text(None if ordinal is None else day_text(ordinal))


@lru_cache(maxsize=10_000)
def _open(possible: Iterable[str], missing: Iterable[str], flags: Iterable[str]) -> str:
    return f',"possible":{_text(possible)},"missing":{_text(missing)},"flags":{_text(flags)},"evidence":'


def _getter(places: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    """Reads several places of a sequence, as a tuple for any number of places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda sequence: [sequence[place] for place in places]


def conclusion_line(pack: Pack, evaluated: Evaluated, conclusion: Conclusion) -> dict[str, Any]:
    """One conclusion with every criterion, its status and why."""
    rule = pack.conclusions[conclusion.name]
    criteria = [
        {
            "id": displayed(name, rule),
            **_kind(pack, name),
            "status": WORDS[truth],
            "because": because(pack, name, evaluated.snapshot),
        }
        for name, (_, truth) in zip(rule.criteria, conclusion.criteria, strict=True)
    ]
    return {
        "patient": conclusion.patient,
        "pack": pack.name,
        "pack_version": pack.version,
        "conclusion": conclusion.name,
        "outcome": conclusion.outcome,
        "as_of": day_text(conclusion.as_of),
        "effective": None if conclusion.effective is None else day_text(conclusion.effective),
        "possible": list(conclusion.possible),
        "missing": list(conclusion.missing),
        "flags": list(conclusion.flags),
        "evidence": list(conclusion.evidence),
        "criteria": criteria,
        "parameters": {name: _plain(value) for name, value in conclusion.parameters},
    }


def _kind(pack: Pack, criterion: str) -> dict[str, str]:
    kind = pack.criteria[criterion].kind
    return {} if kind is None else {"kind": kind}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
