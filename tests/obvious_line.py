"""The lines of conclusions.ndjson in the obvious way: each conclusion a dictionary, each sentence written for itself."""

from engine.evaluation import Evaluated
from engine.pack.program import Pack
from marrow.lines import conclusion_line, encode


def one_by_one(pack: Pack, evaluated: Evaluated) -> list[bytes]:
    return [encode(conclusion_line(pack, evaluated, conclusion)) for conclusion in evaluated.conclusions]
