"""The lines of conclusions.ndjson in the obvious way: each conclusion a dictionary, each sentence written for itself."""

from decimal import Decimal
from typing import Any

from engine.conclude import displayed
from engine.conclusion import Conclusion
from engine.evaluation import Evaluated
from engine.explain import because
from engine.moment import day_text
from engine.pack.program import Pack
from engine.truth import WORDS
from marrow.lines import encode


def one_by_one(pack: Pack, evaluated: Evaluated) -> list[bytes]:
    return [encode(conclusion_line(pack, evaluated, conclusion)) for conclusion in evaluated.conclusions]


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
