"""No number, code or name of a trial stands in Python: the first protocol is data, and the second needs no programmer.

Looked at are the names, texts and numbers of the code in `engine`, `fhir_adapter` and `marrow`; comments and docstrings may give
examples.
"""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.pack.program import Pack
from engine.pack.schema import schema
from marrow.packs import load_pack

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for folder in ("engine", "fhir_adapter", "marrow") for path in (ROOT / folder).rglob("*.py"))

STEMS = (
    "neutrophil|platelet|reticulocyt|h(a)?emoglobin|leu[ck]ocyt|lymphocyt|cellularity|h(a)?ematopoie|aplastic|an(a)?emi[ac]|fanconi|"
    "breakage|comet|cytogenetic|thymocyt|thymoglob|ciclosporin|cyclosporin|alemtuzumab|cyclophosph|eltrombopag|mesenchym|umbilical|"
    "transplant|transfus|rabbit|sibling|karnofsky|lansky|ecog|bilirubin|creatinin|schwartz|clonal|myelodyspl|leuk(a)?emi|paroxysm|"
    "relapse|refractory|immunosuppress|vsaa|nsaa|hsct|treg|gcsf|camitta"
)
"""Beginnings of what clinicians of this trial say."""

GENERAL_NAMES = {
    "index": "a place in a list",
    "seen": "what a search has met before",
    "entry": "an entry of a Bundle",
    "death": "an element of Patient",
    "consent": "a resource type",
    "diagnosis": "an element of Encounter",
    "baseline": "the name of a window that sentences leave out",
    "response": "an entry's answer in a Bundle",
    "female": "a code of administrative gender",
    "male": "a code of administrative gender",
    "normal": "a laboratory's limits of normal",
    "low": "the lower of two",
    "high": "the higher of two",
    "none": "nothing",
    "true": "what parameters and answers are",
    "false": "what parameters and answers are",
    "gt": "a comparator of FHIR",
    "ge": "a comparison of Python",
    "ast": "Python's syntax trees",
    "os": "Python's operating system",
    "arm": "an element of ResearchSubject",
    "absolute": "a URL with its server, or a time in no zone",
    "any_of": "a combination of ways",
    "simple": "a spelling of a unit",
    "reported": "an element of MedicationAdministration in R5",
    "independent": "two evaluators that do not know each other",
    "assigned_arm": "an element of ResearchSubject",
    "interval": "a quantity as everything that it may be",
    "lower": "an end of an interval, and a range read as that end",
    "mid": "a range read as its middle",
    "upper": "an end of an interval, and a range read as that end",
    "survival": "what the product-limit method estimates",
    "logrank": "a test of survival",
    "height": "of a figure",
    "treated": "a step of the flow of patients",
}
"""Names of the pack that are also words of FHIR, of Python or of programs, and what they mean there."""
SPOKEN = {
    "marrow/evaluate_command.py": ("lan_2021", "ti.days", "ti.capture_complete"),
    "marrow/review_command.py": ("lan_2021",),
    "marrow/rules_command.py": ("lan_2021", "ti.days"),
    "marrow/run.py": ("lan_2021",),
    "marrow/service/settings.py": ("lan_2021",),
}
"""The pack that is evaluated where none is named, and examples in help texts."""
WORDS_ALLOWED = {
    "engine/pack/emission.py": ("relapse",),  # a clinical status of FHIR
}
DEMONSTRATION = "marrow/demo"
"""The demonstration is of this trial: it may speak its words. Its codes and numbers are data all the same."""

CODE = re.compile(r"(?<![\w.-])(?:\d{3,5}-\d|\d{6,18}|[A-Z]\d\d[A-Z]{2}\d\d)(?![\w.-])")
"""What LOINC, SNOMED CT, MedDRA, RxNorm and ATC codes look like."""
NO_CODES = {
    "000000": "microseconds",
    "0123456789": "the digits",
    "1000000": "a million",
    "110152": "who is asked, in DICOM",
    "110114": "a login or logout, in DICOM",
    "110122": "a login, in DICOM",
    "110123": "a logout, in DICOM",
    "110153": "who asks, in DICOM",
    "67108864": "bytes of a journal",
}
NUMBERS_ALLOWED = {
    10: "powers of ten, and how many of something are shown",
    60: "minutes, seconds",
    100: "per cent, and columns of a line",
    Decimal("0.1"): "factors between units",
}
NUMBERS_OF_FILES = {
    ("engine/formula.py", 50): "digits of a calculation",
    ("engine/pack/statistics.py", Decimal("30.4375")): "days in a twelfth of a year",
    ("engine/moment.py", 14): "hours that a zone may be off",
    ("engine/moment.py", 40): "characters of the longest date",
    ("engine/evaluate/network.py", 30): "limits that one attribute of durable-rules may hold",
    ("fhir_adapter/identity.py", 20): "characters of an id",
    ("fhir_adapter/payload.py", 30): "characters of a name",
    ("fhir_adapter/quantity.py", 30): "the largest exponent of a number",
    ("fhir_adapter/quantity.py", 40): "the longest number",
    ("fhir_adapter/units.py", 28): "digits of a conversion",
    ("marrow/service/audited.py", 50): "fields of a query",
    ("marrow/service/metrics.py", 30): "seconds of an answer",
    ("marrow/service/metrics.py", Decimal("0.05")): "seconds of an answer",
    ("marrow/service/metrics.py", Decimal("0.25")): "seconds of an answer",
    ("marrow/service/metrics.py", Decimal("0.5")): "seconds of an answer",
    ("marrow/service/metrics.py", Decimal("2.5")): "seconds of an answer",
    ("marrow/service/pages/asked.py", 30): "days within which something is due",
    ("marrow/service/pages/asked.py", 90): "days within which something is due",
    ("marrow/service/store/listed.py", 50): "patients on a page",
    ("marrow/service/store/inbox.py", 14): "days that what was worked is known",
    ("marrow/service/store/trouble.py", 28): "a class of PostgreSQL's errors",
    ("marrow/service/store/trouble.py", 40): "a class of PostgreSQL's errors",
}


class Piece(NamedTuple):
    """A name, text or number of the code, and its line."""

    kind: str
    value: Any
    line: int


class Vocabulary(NamedTuple):
    """What a trial is told by."""

    names: frozenset[str]
    codes: frozenset[str]
    numbers: frozenset[Decimal]


@cache
def vocabulary() -> Vocabulary:
    """The names, codes and numbers of the pack that is shipped, without words that the pack language itself has."""
    pack = load_pack("lan_2021")
    names = {*_names(pack)} - _words_of_the_language() - set(GENERAL_NAMES)
    values = [parameter.value for parameter in pack.parameters.values()]
    numbers = {
        part for value in values for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, Decimal)
    }
    return Vocabulary(frozenset(names), frozenset(_codes(pack)), frozenset(numbers))


def _names(pack: Pack) -> Iterator[str]:
    yield pack.name
    for named in (pack.concepts, pack.anchors, pack.windows, pack.moving_windows, pack.tables, pack.parameters):
        yield from named
    yield from (measure.base for measure in pack.measures.values())
    yield from (criterion.base for criterion in pack.criteria.values())
    for rule in pack.conclusions.values():
        yield from (rule.base, *(outcome.name for outcome in rule.outcomes), *(flag.name for flag in rule.flags))
    for parameter in pack.parameters.values():
        yield from parameter.spec.options or ()
    for concept in pack.concepts.values():
        yield from concept.answers or ()


def _codes(pack: Pack) -> Iterator[str]:
    for concept in pack.concepts.values():
        answers = [spec for specs in (concept.answers or {}).values() for spec in specs]
        for spec in (*concept.codes, *concept.never, *concept.methods, *answers):
            yield from (code for code in spec.codes if any(letter.isdigit() for letter in code))


def _words_of_the_language() -> set[str]:
    """The fields of pack files and the words that stand for one of several things in them."""
    found: set[str] = set()

    def gather(node: Any) -> None:
        if isinstance(node, dict):
            found.update(node.get("properties", {}), (str(word) for word in node.get("enum", ())))
            for part in node.values():
                gather(part)
        elif isinstance(node, list):
            for part in node:
                gather(part)

    gather(schema())
    return found


def pieces(source: str) -> Iterator[Piece]:
    """Every name, text and number of some code, without its docstrings."""
    tree = ast.parse(source)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    docstrings = {id(part.value) for body in bodies for part in body if isinstance(part, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as text) if id(node) not in docstrings:
                yield Piece("text", text, node.lineno)
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                yield Piece("number", Decimal(str(number)), node.lineno)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield Piece("name", name, node.lineno)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.keyword(arg=str() as name):
                yield Piece("name", name, node.lineno)


def traces(source: str, path: str) -> Iterator[str]:
    """What a trial has left in some code: where, and what."""
    for kind, value, line in pieces(source):
        found = [] if kind == "name" else [*_numbers_in(value, path)]
        if kind == "text":
            found += _codes_in(value)
        if kind != "number" and not path.startswith(DEMONSTRATION):
            found += _words_in(value, path)
        yield from (f"{path}:{line}: the {what}" for what in found)


def _numbers_in(value: str | Decimal, path: str) -> Iterator[str]:
    number = value if isinstance(value, Decimal) else _decimal(value)
    if number is not None and is_clinical(number, path):
        yield f"number {value}"


def _codes_in(text: str) -> Iterator[str]:
    for code in [*CODE.findall(text), *(word for word in re.findall(r"[\w.-]+", text) if word in vocabulary().codes)]:
        if code not in NO_CODES:
            yield f"code {code}"


def _words_in(text: str, path: str) -> Iterator[str]:
    for word in re.findall(r"[A-Za-z][\w.]*\w", text):
        if word in vocabulary().names and word not in SPOKEN.get(path, ()):
            yield f"name {word}"
    for match in re.finditer(rf"(?<![A-Za-z])(?:{STEMS})", text, re.IGNORECASE):
        if match[0].lower() not in WORDS_ALLOWED.get(path, ()):
            yield f"word {match[0]}"


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def is_clinical(number: Decimal, path: str) -> bool:
    """Whether a number is one of the trial's, and not too common to tell: below ten only those with a fraction are."""
    if number not in vocabulary().numbers or (number < 10 and number == number.to_integral_value()):
        return False
    return number not in NUMBERS_ALLOWED and (path, number) not in NUMBERS_OF_FILES


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_knows_no_trial(file: Path) -> None:
    assert list(traces(file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix())) == []


PLANTED = {
    "a measure as a key": ('value = snapshot["anc"]', "the name anc"),
    "a criterion as a name": ("def meets_saa(): ...", "the name meets_saa"),
    "an outcome": ('if outcome == "NSAA": ...', "the name NSAA"),
    "a parameter": ('limit = parameters["severity.anc_lt"]', "the name severity.anc_lt"),
    "the pack": ('load("lan_2021")', "the name lan_2021"),
    "a LOINC code": ('CODES = ["751-8"]', "the code 751-8"),
    "another LOINC code": ('CODES = ["99999-9"]', "the code 99999-9"),
    "a SNOMED CT code": ('coding("306058006")', "the code 306058006"),
    "an ATC code": ('coding("L04AA03")', "the code L04AA03"),
    "a limit": ("if value < 0.5: ...", "the number 0.5"),
    "a limit as a decimal": ('LIMIT = Decimal("0.2")', "the number 0.2"),
    "a whole limit": ("if platelet_like < 20: ...", "the number 20"),
    "a word in a name": ("def neutrophils_of(record): ...", "the word neutrophil"),
    "a word in a text": ('reason = "after a transfusion"', "the word transfus"),
    "a word in capitals": ('title = "Aplastic"', "the word Aplastic"),
}


@pytest.mark.parametrize(("source", "found"), PLANTED.values(), ids=PLANTED)
def test_what_is_planted_is_found(source: str, found: str) -> None:
    assert f"engine/somewhere.py:1: {found}" in list(traces(source, "engine/somewhere.py"))


@pytest.mark.parametrize("source", ['"""As in anc@baseline, below 0.5: 751-8."""', "x = 1  # anc below 0.5", "low, high = 3, 5"])
def test_examples_and_everyday_words_are_left_alone(source: str) -> None:
    assert list(traces(source, "engine/somewhere.py")) == []


def test_what_is_allowed_is_needed() -> None:
    """An exception that nothing needs any more goes."""
    sources = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in FILES}
    everything = "\n".join(sources.values())
    assert [name for name in GENERAL_NAMES if not re.search(rf"\b{name}\b", everything)] == []
    assert [path for path in (*SPOKEN, *WORDS_ALLOWED, *(path for path, _ in NUMBERS_OF_FILES)) if path not in sources] == []
    for path, number in NUMBERS_OF_FILES:
        values = [piece.value for piece in pieces(sources[path]) if piece.kind != "name"]
        assert number in [value if isinstance(value, Decimal) else _decimal(value) for value in values], (path, number)
