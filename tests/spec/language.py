"""The tables and examples of docs/language.md, read out of the document as test cases."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from engine.interval import Interval
from engine.moment import Moment, read_moment
from engine.record import Fact, PatientRecord

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "language.md"
START = read_moment("2020-03-01").first
"""Day 0 of every example: a Sunday after a leap day."""

_FENCE = re.compile(
    r"^```yaml ?(?P<kind>\w*)(?: title=\"(?P<title>[^\"]*)\")?\n(?P<text>.*?)^```\n(?P<after>(?:\s*\|[^\n]*\n)*)",
    re.MULTILINE | re.DOTALL,
)
_ITEM = re.compile(
    r"(?:(?P<concept>[a-z_]+) )?(?P<when>day -?\d+(?: at \d\d:\d\d)?|\d{4}(?:-\d\d){0,2}|undated)"
    r"(?: = (?P<value>[^()]+?))?(?: \((?P<remark>\w+)\))?"
)
_NUMBER = r"-?\d+(?:\.\d+)?"


@dataclass(frozen=True)
class Block:
    """One YAML block, what kind of test it is, and the rows of the table below it."""

    kind: str
    title: str
    text: str
    line: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return f"line {self.line}{f': {self.title}' if self.title else ''}"

    @property
    def cases(self) -> Iterator[tuple[dict[str, str], str]]:
        """Each row as its inputs by column, and what is expected in the last."""
        for row in self.rows:
            yield dict(zip(self.columns[:-1], row[:-1], strict=True)), row[-1]


def blocks(kind: str) -> list[Block]:
    """The blocks of a kind, in the order of the document."""
    document = DOCUMENT.read_text(encoding="utf-8")
    return [_block(match, document) for match in _FENCE.finditer(document) if match["kind"] == kind]


def table_of_limits() -> str:
    """The CSV table of the document."""
    (text,) = re.findall(r"^```csv\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(text)


def _block(match: re.Match[str], document: str) -> Block:
    lines = [line.strip() for line in match["after"].splitlines() if line.strip()]
    table = [tuple(cell.strip().strip("`") for cell in line.strip("|").split("|")) for line in lines]
    columns, rows = (table[0], tuple(table[2:])) if table else ((), ())
    return Block(match["kind"], match["title"] or "", match["text"], document.count("\n", 0, match.start()) + 1, columns, rows)


def value(text: str) -> Interval | None:
    """A quantity as the document writes it: 0.5, < 0.5, >= 2, 0.2 to 0.8, unknown."""
    if text == "unknown":
        return None
    match = re.fullmatch(rf"(<=|>=|<|>)? ?({_NUMBER})(?: to ({_NUMBER}))?", text)
    assert match is not None, f"not a quantity: {text}"
    sign, first, last = match.groups()
    number = Decimal(first)
    if sign is None:
        return Interval(number, Decimal(last) if last else number)
    if sign.startswith("<"):
        return Interval(Decimal(0), number, False, sign == "<")
    return Interval(number, None, sign == ">", False)


def value_text(found: Interval | frozenset[str] | None) -> str:
    """A value as the document writes it."""
    if found is None:
        return "unknown"
    if isinstance(found, frozenset):
        return " or ".join(sorted(found))
    if found.is_exact:
        return _plain(found.lo)
    if found.hi is None:
        return f"{'>' if found.lo_open else '>='} {_plain(found.lo)}"
    if found.lo == 0 and found.hi_open:
        return f"< {_plain(found.hi)}"
    return f"{_plain(found.lo)} to {_plain(found.hi)}"


def _plain(number: Decimal | None) -> str:
    assert number is not None
    return format(number.normalize(), "f")


def record(text: str) -> PatientRecord:
    """A patient's facts, as in "day -3 = 12; transfusion day -5"; treatment on day 0 unless the text says otherwise."""
    facts = [] if text == "nothing" else [_fact(item.strip(), number) for number, item in enumerate(text.split(";"))]
    if not any(fact.concept == "treatment" for fact in facts) and "untreated" not in text:
        facts.append(Fact(concept="treatment", ref="MedicationAdministration/t", when=Moment(START, START)))
    return PatientRecord.of("Patient/p", [fact for fact in facts if fact.concept != "untreated"])


def _fact(text: str, number: int) -> Fact:
    if text == "untreated":
        return Fact(concept="untreated", ref="")
    match = _ITEM.fullmatch(text)
    assert match is not None, f"not a fact: {text}"
    remark = match["remark"] or ""
    return Fact(
        concept=match["concept"] or "count",
        ref=f"Observation/{number}",
        value=_fact_value(match["value"]),
        when=_when(match["when"]),
        preliminary=remark == "preliminary",
        certain=remark != "suspected",
        marks=frozenset([remark] if remark and remark not in ("preliminary", "suspected") else []),
    )


def _fact_value(text: str | None) -> Interval | frozenset[str] | None:
    if text is None:
        return None
    return value(text) if re.match(r"[<>\d-]", text) else frozenset(text.split(" or "))


def _when(text: str) -> Moment | None:
    if text == "undated":
        return None
    if not text.startswith("day"):
        return read_moment(text)
    day, _, time = text.removeprefix("day ").partition(" at ")
    plain = Moment(START + int(day), START + int(day))
    return read_moment(f"{plain}T{time}:00Z") if time else plain


def day(text: str) -> int:
    """A day of evaluation: "day 40"."""
    return START + int(text.removeprefix("day "))


def filled(shared: Mapping[str, str], text: str) -> dict[str, str]:
    """The files of a pack that is the shared part and one example."""
    return {**shared, "example.yaml": text}
