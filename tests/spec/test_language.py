"""docs/language.md, tested: every row of every table, on both evaluators; every example, as it stands there."""

from collections.abc import Iterator
from functools import cache
from itertools import product
from textwrap import indent

import pytest
from jsonschema import Draft202012Validator
from yaml import safe_load

from engine.conclude import Conclude
from engine.conclusion import Conclusion
from engine.evaluate.plain import Plain
from engine.evaluate.rete import Rete
from engine.evaluation import Evaluated, Evaluation
from engine.judgement import Evaluator
from engine.pack.load import load
from engine.pack.measures import MEASURE_KINDS
from engine.pack.program import Pack
from engine.pack.rules import Comparison
from engine.pack.schema import SECTION_NAMES, schema
from engine.snapshot import Measured, Snapshot
from engine.truth import WORDS
from tests.spec.language import DOCUMENT, Block, blocks, day, filled, record, table_of_limits, value, value_text

EVALUATORS = (Plain, Rete)
TRUTHS = ("met", "not met", "unknown")
MANIFEST = "name: document\nversion: 1.0.0\ntitle: t\nsource: s\nurl: u\nsystem: urn:x\n"
GIVEN = {"met": value("1"), "not met": value("0"), "unknown": None}
OPERANDS = """\
concepts:
  colour: {label: colour, element: Observation, answers: {red: [], green: [], blue: []}}
measures:
  a: {label: a, unit: "1", source: [S], formula: "0"}
  b: {label: b, unit: "1", source: [S], formula: "0"}
  c: {label: c, unit: "1", source: [S], formula: "0"}
  x: {label: x, unit: 10*9/L, source: [S], formula: "0"}
  colour: {label: colour, source: [S], state: colour}
criteria:
  a: {label: a, source: [S], when: {measure: a, at_least: "1"}}
  b: {label: b, source: [S], when: {measure: b, at_least: "1"}}
  c: {label: c, source: [S], when: {measure: c, at_least: "1"}}
"""
PARAMETERS = """\
parameters:
  limit.low: {default: 0.5, type: number, unit: 10*9/L, label: l, reason: r, source: [S]}
  limit.normal: {default: [2, 8], type: range, unit: 10*9/L, label: l, reason: r, source: [S]}
  limit.strict: {default: true, type: flag, label: l, reason: r, source: [S]}
  limit.which: {default: [red], type: choices, options: [red, green], label: l, reason: r, source: [S]}
"""


# --- operators --------------------------------------------------------------------------------------------------------


def operator_pack(block: Block) -> Pack:
    """The pack of a truth table: one criterion `it`, or one conclusion."""
    if block.text.startswith("outcomes:"):
        drawn = block.text
    else:
        drawn = "outcomes:\n  - {outcome: yes, label: y, when: it}\n  - {outcome: no, label: n}\n"
    rules = f"conclusions:\n  drawn:\n    label: d\n    source: [S]\n    criteria: []\n{indent(drawn, '    ')}"
    if "when:" in block.text and not block.text.startswith("outcomes:"):
        rules += f"criteria:\n  it:\n    label: it\n    source: [S]\n{indent(block.text, '    ')}"
        rules = rules.replace("criteria: []", "criteria: [it]")
    return load({"pack.yaml": MANIFEST, "operands.yaml": OPERANDS, "parameters.yaml": PARAMETERS, "rules.yaml": rules})


def snapshot(pack: Pack, given: dict[str, str]) -> Snapshot:
    """The operands of a row: truths of a, b and c, a quantity x, a colour."""
    values = {
        name: GIVEN[text] if text in GIVEN and name in "abc" else _operand(name, text)
        for name, text in given.items()
        if name in pack.measures
    }
    return tuple(Measured(values.get(name)) for name in pack.measures)


def _operand(name: str, text: str) -> object:
    if name == "colour":
        return None if text == "unknown" else frozenset(text.split(" or "))
    return value(text)


def operator_cases() -> Iterator[tuple[str, Block, dict[str, str], str]]:
    for block in blocks("truth"):
        for given, expected in block.cases:
            inputs = ", ".join(f"{name} {text}" for name, text in given.items())
            yield f"{block}: {inputs}", block, given, expected


@cache
def judges(block: Block) -> tuple[Pack, tuple[Evaluator, ...]]:
    pack = operator_pack(block)
    return pack, tuple(evaluator(pack) for evaluator in EVALUATORS)


CASES = list(operator_cases())


@pytest.mark.parametrize(("block", "given", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_row_of_a_truth_table(block: Block, given: dict[str, str], expected: str) -> None:
    pack, evaluators = judges(block)
    for evaluator in evaluators:
        judgement = evaluator.judge(snapshot(pack, given))
        if "it" in pack.criteria:
            said = WORDS[evaluator.criterion("it", snapshot(pack, given))].replace("_", " ")
            assert said == WORDS[judgement.criteria[list(pack.criteria).index("it")]].replace("_", " ")
        else:
            (drawn,) = Conclude(pack)("Patient/p", snapshot(pack, given), judgement, lambda _: True, 1)
            said = outcome_text(drawn)
        assert said == expected, type(evaluator).__name__


def outcome_text(drawn: Conclusion) -> str:
    """An outcome as the document writes it, with those that are still open."""
    return f"{drawn.outcome}: {' or '.join(drawn.possible)}" if drawn.possible else drawn.outcome


@pytest.mark.parametrize("block", blocks("truth"), ids=str)
def test_a_truth_table_over_criteria_is_complete(block: Block) -> None:
    columns = block.columns[:-1]
    assert columns and block.rows
    if set(columns) <= {"a", "b", "c"}:
        assert sorted(row[:-1] for row in block.rows) == sorted(product(TRUTHS, repeat=len(columns)))


def test_every_operator_has_a_truth_table() -> None:
    text = "\n".join(block.text for block in blocks("truth"))
    tests = [field.alias or name for name, field in Comparison.model_fields.items() if name != "measure"]
    for operator in ("not", "all", "any", "of", "at_least", "parameter", "includes", "outcomes", *tests):
        assert f"{operator}:" in text, operator


# --- values and examples ----------------------------------------------------------------------------------------------


def shared() -> dict[str, str]:
    (block,) = blocks("shared")
    return {"pack.yaml": MANIFEST, "shared.yaml": block.text, "limits.csv": table_of_limits()}


def evaluate(block: Block, given: dict[str, str]) -> list[tuple[Pack, Evaluated]]:
    """A row of a table evaluated by both evaluators, under its settings and on its day."""
    settings = dict(part.split("=") for part in given.get("setting", "").split("; ") if part)
    pack = load(example_files(block), settings)
    at = day(given.get("as of", "day 400"))
    return [(pack, Evaluation(pack, evaluator(pack))(record(given["record"]), at)) for evaluator in EVALUATORS]


def example_files(block: Block) -> dict[str, str]:
    text = block.text
    if block.kind == "value":
        name = next(iter(safe_load(text)["measures"]))
        windows = safe_load(text)["measures"][name].get("windows")
        bound = f"{name}@{windows[0]}" if windows else name
        text += f"criteria:\n  it: {{label: it, source: [S], when: {{measure: {bound}, known: true}}}}\n"
        text += "conclusions:\n  drawn: {label: d, source: [S], criteria: [it], outcomes: [{outcome: yes, label: y, when: it},"
        text += " {outcome: no, label: n}]}\n"
    return filled(shared(), text)


def cases_of(kind: str) -> list[tuple[str, Block, dict[str, str], str]]:
    return [
        (f"{block}: {', '.join(given.values())}", block, given, expected)
        for block in blocks(kind)
        for given, expected in block.cases
    ]


VALUES = cases_of("value")


@pytest.mark.parametrize(("block", "given", "expected"), [case[1:] for case in VALUES], ids=[case[0] for case in VALUES])
def test_a_row_of_a_table_of_values(block: Block, given: dict[str, str], expected: str) -> None:
    name = next(iter(safe_load(block.text)["measures"]))
    for pack, evaluated in evaluate(block, given):
        measure = next(measure for measure in pack.measures.values() if measure.base == name)
        found = evaluated.snapshot[measure.index]
        said = value_text(found.value)
        flags = ", ".join(found.flags)
        assert (f"{said} ({flags})" if flags else said) == expected


EXAMPLES = cases_of("example")


@pytest.mark.parametrize(("block", "given", "expected"), [case[1:] for case in EXAMPLES], ids=[case[0] for case in EXAMPLES])
def test_a_row_of_a_worked_example(block: Block, given: dict[str, str], expected: str) -> None:
    for _, evaluated in evaluate(block, given):
        drawn = {conclusion.name: conclusion for conclusion in evaluated.conclusions}
        assert outcome_text(drawn[block.columns[-1]]) == expected


def test_the_document_has_examples_of_each_kind() -> None:
    assert len(CASES) > 100
    assert len(VALUES) > 50
    assert len(EXAMPLES) > 10


# --- the rest of the document -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [block for kind in ("", "shared", "value", "example") for block in blocks(kind)], ids=str)
def test_every_block_follows_the_schema(block: Block) -> None:
    assert [error.json_path for error in Draft202012Validator(schema()).iter_errors(safe_load(block.text))] == []


def test_every_section_and_every_way_to_measure_has_an_example() -> None:
    documents = [safe_load(block.text) for kind in ("", "shared", "value", "example") for block in blocks(kind)]
    assert set(SECTION_NAMES) <= {section for document in documents for section in document}
    ways = {way for document in documents for measure in document.get("measures", {}).values() for way in measure}
    assert set(MEASURE_KINDS) <= ways


def test_every_field_of_every_node_is_named() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    fields = {field for node in schema()["$defs"].values() for field in node.get("properties", {})}
    assert sorted(field for field in fields if f"`{field}`" not in text and f"{field}:" not in text) == []
