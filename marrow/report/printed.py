"""The reproduction table: equal or not in words and sign, never by colour alone."""

from collections.abc import Sequence
from itertools import groupby

from marrow.report.blocks import Block, Cell, Column, Notes, Part, Points, Prose, Row, Table
from marrow.report.reproduction import Reproduced, tally
from marrow.report.words import NONE, counted, number_of, sentence

_VERDICTS = {True: "= equal", False: "≠ differs", None: "– not computed"}


def reproduced_sentence(numbers: Sequence[Reproduced]) -> str:
    """How many of the printed numbers came out the same."""
    equal, differ, open_ = tally(numbers)
    text = f"{counted(equal)} of {number_of(equal + differ, 'number')} of the source are equal at the printed precision"
    rest = [
        f"{counted(count)} {what}"
        for count, what in ((differ, "differs" if differ == 1 else "differ"), (open_, "more cannot be computed"))
        if count
    ]
    return f"{text}; {' and '.join(rest)}." if rest else f"{text}."


def reproduction_blocks(numbers: Sequence[Reproduced]) -> tuple[Block, ...]:
    """The count, what differs or cannot be computed with its reason, and every number."""
    return (Prose(reproduced_sentence(numbers)), *_exceptions(numbers), _table(numbers))


def _exceptions(numbers: Sequence[Reproduced]) -> tuple[Block, ...]:
    """What is not equal, once more in words; reasons that several numbers share are said once."""
    by_reason: dict[tuple[bool | None, str], list[str]] = {}
    for one in numbers:
        if one.equal is not True:
            by_reason.setdefault((one.equal, one.why), []).append(_named(one))
    items = tuple(
        f"{'Differs' if equal is False else 'Not computed'}: {', '.join(dict.fromkeys(names))}. {sentence(why)}".rstrip()
        for (equal, why), names in by_reason.items()
    )
    return (Points(items),) if items else ()


def _named(one: Reproduced) -> str:
    return f"{one.label} ({one.place}{f', {one.group}' if one.group else ''})"


def _table(numbers: Sequence[Reproduced]) -> Table:
    notes = Notes()
    columns = (Column("Group", words=True), Column("Printed"), Column("Computed"), Column("Verdict", words=True))
    parts = [_place(place, tuple(found), notes) for place, found in groupby(numbers, key=lambda one: one.place)]
    return Table(
        name="reproduction",
        caption="Every number that the source prints, beside the computed one.",
        corner="Place and number",
        columns=columns,
        parts=tuple(parts),
        notes=notes.listed(),
        explained="Equal: the computed number, rounded as the source prints it, is the printed one.",
    )


def _place(place: str, numbers: Sequence[Reproduced], notes: Notes) -> Part:
    equal, differ, _ = tally(numbers)
    verdict = Cell(f"{counted(equal)} of {counted(equal + differ)} equal" if equal + differ else "", words=True)
    head = Row(Cell(place), (Cell(""), Cell(""), Cell(""), verdict))
    return Part(tuple(_line(one, notes) for one in numbers), head)


def _line(one: Reproduced, notes: Notes) -> Row:
    verdict = Cell(_VERDICTS[one.equal], notes.mark(sentence(one.why)), strong=one.equal is False, words=True)
    cells = (
        Cell(one.group or "", words=True),
        Cell(one.printed),
        Cell(one.computed or NONE),
        verdict,
    )
    return Row(Cell(one.label), cells, indent=True)
