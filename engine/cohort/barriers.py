"""Which criteria of a conclusion can by themselves keep a patient from an outcome, as the parameters in force have it."""

from collections.abc import Mapping

from engine.pack.expression import AtLeast, Constant, Every, Expression, Named, Not, Some
from engine.pack.program import ConclusionRule, Pack
from engine.truth import Truth, conjunction, disjunction, negation, threshold


def barriers(pack: Pack, rule: ConclusionRule, outcome: str) -> dict[str, bool]:
    """The criteria that stand in the way when everything else is as it should be, each with the truth that stands in the way."""
    when = next(one.when for one in rule.outcomes if one.name == outcome)
    if when is None:
        return {}
    smooth = {name: pack.criteria[name].kind != "exclusion" for name in rule.criteria}
    return {name: not good for name, good in smooth.items() if _truth(when, smooth | {name: not good}) is False}


def _truth(node: Expression, truths: Mapping[str, bool]) -> Truth:
    """The truth of an expression where the truth of some criteria is given and nothing else is known."""
    match node:
        case Named(name):
            return truths.get(name)
        case Constant(decided):
            return decided
        case Not(part):
            return negation(_truth(part, truths))
        case Every(parts):
            return conjunction(_truth(part, truths) for part in parts)
        case Some(parts):
            return disjunction(_truth(part, truths) for part in parts)
        case AtLeast(least, parts):
            return threshold(least, (_truth(part, truths) for part in parts))
        case _:
            return None
