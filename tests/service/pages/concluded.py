"""What the store keeps of a child of the demonstration, as of the end of the trial."""

from datetime import date
from functools import cache

import msgspec

from engine.evaluation import Evaluation
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from marrow.demo.cohort import bundles
from marrow.evaluation import evaluator
from marrow.lines import conclusion_line, encode
from marrow.packs import load_pack

AS_OF = date(2018, 4, 13).toordinal()


@cache
def lines(child: str, as_of: int = AS_OF) -> dict[str, bytes]:
    """The lines of conclusions.ndjson by conclusion."""
    pack = load_pack("lan_2021")
    bundle = next(found for stem, found in bundles("R4") if stem == child)
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems))
    reader.read(msgspec.json.Encoder(decimal_format="number").encode(bundle), "bundle")
    (record,) = reader.finish().records
    evaluated = Evaluation(pack, evaluator(pack, "plain"))(record, as_of)
    return {each.name: encode(conclusion_line(pack, evaluated, each)) for each in evaluated.conclusions}
