"""Tables by age and sex: CSV with the columns from, to, sex, limit; ages as "14 d", "6 mo", "15 a", half open."""

import csv
import re
from decimal import Decimal, InvalidOperation

from engine.pack.parse import Fault
from engine.pack.program import Row

_AGE = re.compile(r"(\d+) (d|mo|a)")
_COLUMNS = ["from", "to", "sex", "limit"]


def read_table(file: str, text: str, faults: list[Fault]) -> tuple[Row, ...]:
    """The rows of a table; what is wrong is added to `faults`."""
    reader = csv.DictReader(text.splitlines())
    if reader.fieldnames != _COLUMNS:
        faults.append(Fault(file, 1, "", f"expected the columns {', '.join(_COLUMNS)}"))
        return ()
    rows: list[Row] = []
    for number, line in enumerate(reader, start=2):
        try:
            rows.append(_row(line))
        except (ValueError, InvalidOperation, TypeError):
            faults.append(Fault(file, number, "", 'expected an age as in "6 mo" (d, mo, a), a sex or nothing, and a number'))
    return tuple(rows)


def _row(line: dict[str, str]) -> Row:
    since = _age(line["from"])
    until = _age(line["to"]) if line["to"] else None
    if line["sex"] not in ("", "male", "female"):
        raise ValueError("sex")
    return Row(since, until, line["sex"] or None, Decimal(line["limit"]))


def _age(text: str) -> tuple[int, str]:
    match = _AGE.fullmatch(text)
    if match is None:
        raise ValueError("age")
    return int(match[1]), match[2]
