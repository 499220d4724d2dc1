"""The evaluators by name."""

from typing import Literal

from engine.evaluate.plain import Plain
from engine.judgement import Evaluator
from engine.pack.program import Pack

EvaluatorName = Literal["plain", "rete", "both"]
EVALUATORS: tuple[EvaluatorName, ...] = ("plain", "rete", "both")


def evaluator(pack: Pack, name: EvaluatorName) -> Evaluator:
    """One of the evaluators; durable-rules is only loaded where it is asked for."""
    if name == "plain":
        return Plain(pack)
    if name == "rete":
        from engine.evaluate.rete import Rete

        return Rete(pack)
    from engine.evaluate.both import Both

    return Both(pack)
