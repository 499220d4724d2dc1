"""The reproduction table: equal or not in words and sign, never by colour alone."""

from collections.abc import Sequence
from itertools import groupby

from engine.cohort.results import Group
from marrow.report.blocks import Block, Cell, Column, Notes, Part, Points, Prose, Row, Table
from marrow.report.reproduction import Reproduced, tally
from marrow.report.words import NONE, counted, group_label, number_of, sentence

_SIGNS = {True: "=", False: "≠", None: ""}


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


def reproduction_blocks(numbers: Sequence[Reproduced], groups: Sequence[Group]) -> tuple[Block, ...]:
    """The count, what differs or cannot be computed with its reason, and every number."""
    return (Prose(reproduced_sentence(numbers)), *_exceptions(numbers), _table(numbers, groups))


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


def _table(numbers: Sequence[Reproduced], groups: Sequence[Group]) -> Table:
    """A line for each thing that is printed, a column for each group that it is printed of."""
    notes = Notes()
    names = (None, *(group.name for group in groups)) if len(groups) > 1 else (None,)
    parts = [_place(place, tuple(found), names, notes) for place, found in groupby(numbers, key=lambda one: one.place)]
    return Table(
        name="reproduction",
        caption="Every number that the source prints, and after it the computed one.",
        corner="Place and number",
        columns=(Column("All"), *(Column(group_label(group)) for group in groups if group.name in names)),
        parts=tuple(parts),
        notes=notes.listed(),
        explained="= equal: the computed number, rounded as the source prints it, is the printed one; ≠ differs.",
    )


def _place(place: str, numbers: Sequence[Reproduced], names: Sequence[str | None], notes: Notes) -> Part:
    equal, differ, _ = tally(numbers)
    verdict = f"{counted(equal)} of {counted(equal + differ)} equal" if equal + differ else ""
    head = Row(Cell(place), (Cell(verdict), *[Cell("")] * (len(names) - 1)))
    lines = [_line(label, tuple(found), names, notes) for label, found in groupby(numbers, key=lambda one: one.label)]
    return Part(tuple(lines), head)


def _line(label: str, numbers: Sequence[Reproduced], names: Sequence[str | None], notes: Notes) -> Row:
    by_name = {one.group if one.group in names else None: one for one in numbers}
    return Row(Cell(label), tuple(_number(by_name.get(name), notes) for name in names), indent=True)


def _number(one: Reproduced | None, notes: Notes) -> Cell:
    """What is printed, the sign, what was computed."""
    if one is None:
        return Cell("")
    text = " ".join(filter(None, (one.printed, _SIGNS[one.equal], one.computed or NONE)))
    return Cell(text, notes.mark(sentence(one.why)), strong=one.equal is False)
