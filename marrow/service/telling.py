"""A conclusion as it is told to people: what it is, which criteria are met and why, what is missing, what is still open.

Every word is one of the pack's or of the engine's; nothing is told that a line of conclusions.ndjson does not hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

import msgspec

from engine.conclude import displayed
from engine.conclusion import NOT_APPLICABLE, NOT_DUE, UNDETERMINED, Conclusion
from engine.pack.program import ConclusionRule, Pack
from engine.truth import WORDS, Truth
from fhir_adapter.sentence import against, measure_label, name_of, remarks, undetermined

_TRUTHS: Mapping[str, Truth] = {word: truth for truth, word in WORDS.items()}
_NOT_DRAWN = {NOT_DUE: "is not due yet as of", NOT_APPLICABLE: "does not apply as of"}


class Line(msgspec.Struct):
    """What is read of a line of conclusions.ndjson."""

    conclusion: str
    outcome: str
    as_of: str
    effective: str | None
    possible: tuple[str, ...]
    missing: tuple[str, ...]
    flags: tuple[str, ...]
    evidence: tuple[str, ...]
    criteria: tuple[dict[str, str], ...]
    parameters: dict[str, Any]


_LINE = msgspec.json.Decoder(Line)


@dataclass(frozen=True, slots=True)
class Told:
    """One criterion. status: `met`, `not_met` or `unknown`."""

    label: str
    status: str
    because: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class Telling:
    """One conclusion. head: its outcome in a few words. missing, possible: measures and outcomes by their labels."""

    conclusion: str
    name: str
    outcome: str
    head: str
    sentence: str
    as_of: str
    effective: str | None
    criteria: tuple[Told, ...]
    missing: tuple[str, ...]
    possible: tuple[str, ...]
    remarks: tuple[str, ...]
    evidence: tuple[str, ...]

    def of_status(self, status: str) -> tuple[Told, ...]:
        return tuple(each for each in self.criteria if each.status == status)


def tell(pack: Pack, text: bytes) -> Telling | None:
    """A line of conclusions.ndjson, told; None where the pack, which may be newer, has no such conclusion."""
    line = _LINE.decode(text)
    rule = pack.conclusions.get(line.conclusion)
    if rule is None:
        return None
    conclusion = _conclusion(pack, rule, line)
    label = _label(rule, line.outcome)
    sentence = _sentence(pack, rule, conclusion, label)
    return Telling(
        conclusion=rule.name,
        name=_capital(name_of(pack, rule)),
        outcome=line.outcome,
        head=sentence.partition(". ")[0].rstrip(".") if label is None else _capital(label),
        sentence=sentence,
        as_of=line.as_of,
        effective=line.effective,
        criteria=tuple(_criteria(pack, rule, line)),
        missing=tuple(dict.fromkeys(measure_label(pack, rule, name) for name in line.missing)),
        possible=tuple(_label(rule, name) or name for name in line.possible),
        remarks=tuple(remarks(pack, rule, conclusion)),
        evidence=line.evidence,
    )


def _conclusion(pack: Pack, rule: ConclusionRule, line: Line) -> Conclusion:
    """The conclusion of a line, for those who make sentences of it; a criterion that the line does not have is unknown."""
    truths = {each["id"]: _TRUTHS[each["status"]] for each in line.criteria}
    names = tuple(displayed(name, rule) for name in rule.criteria)
    return Conclusion(
        patient="",
        name=rule.name,
        outcome=line.outcome,
        as_of=date.fromisoformat(line.as_of).toordinal(),
        effective=None,
        possible=line.possible,
        missing=line.missing,
        flags=line.flags,
        sources=(),
        names=names,
        truths=tuple(truths.get(name) for name in names),
        parameters=tuple((name, value) for name, value in line.parameters.items() if name in pack.parameters),
    )


def _sentence(pack: Pack, rule: ConclusionRule, conclusion: Conclusion, label: str | None) -> str:
    if conclusion.outcome == UNDETERMINED:
        return undetermined(pack, rule, conclusion)
    name = _capital(name_of(pack, rule))
    if label is None:
        words = _NOT_DRAWN.get(conclusion.outcome, f"{conclusion.outcome}, as of")
        return f"{name} {words} {date.fromordinal(conclusion.as_of).isoformat()}."
    wrong = "; ".join(against(pack, rule, conclusion))
    return f"{name}: {label}. Against it: {wrong}." if wrong else f"{name}: {label}."


def _label(rule: ConclusionRule, name: str) -> str | None:
    """What an outcome is called; where several ways lead to it, what their labels have in common."""
    labels = list(dict.fromkeys(outcome.label for outcome in rule.outcomes if outcome.name == name))
    if len(labels) < 2:
        return labels[0] if labels else None
    alike = takewhile(lambda words: len(set(words)) == 1, zip(*(label.split() for label in labels), strict=False))
    return " ".join(words[0] for words in alike) or " or ".join(labels)


def _criteria(pack: Pack, rule: ConclusionRule, line: Line) -> Iterator[Told]:
    known = {displayed(name, rule): pack.criteria[name] for name in rule.criteria}
    for each in line.criteria:
        criterion = known.get(each["id"])
        label = each["id"].replace("_", " ") if criterion is None else criterion.label
        yield Told(label, each["status"], each["because"], each.get("kind"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
