"""What the list of patients is asked for, in the words of its address; and the addresses of its other pages."""

from collections.abc import Iterable
from dataclasses import replace
from typing import get_args
from urllib.parse import urlencode

from engine.pack.pages import ColumnSpec
from fhir_adapter.reference import ID
from marrow.service.store.listed import Asked, Order

SOON = (7, 30, 90)
"""Days within which something may be asked to be due."""
_LONGEST = 200


def read_asked(parameters: Iterable[tuple[str, str]], columns: Iterable[ColumnSpec], today: int) -> Asked:
    """The list that an address asks for; what is not known in it is passed over."""
    named = {name: value[:_LONGEST] for name, value in parameters if value}
    begins, order, due = named.get("find", "").removeprefix("Patient/"), named.get("order", ""), named.get("due", "")
    return Asked(
        values={column.name: named[_key(column.name)] for column in columns if _key(column.name) in named},
        begins=begins if ID.fullmatch(begins) else "",
        due_by=today + int(due) if due in map(str, SOON) else None,
        lacks=named.get("missing") == "yes",
        issue=named.get("problem", ""),
        order=order if order in get_args(Order) else "patient",  # type: ignore[arg-type]
        page=int(named["page"]) if named.get("page", "").isascii() and named.get("page", "").isdigit() else 1,
    )


def address(asked: Asked, today: int, **changes: object) -> str:
    """The query of a list; changes: fields of it that are otherwise."""
    wanted = replace(asked, **changes)  # type: ignore[arg-type]
    due = None if wanted.due_by is None else wanted.due_by - today
    parts = [
        ("find", wanted.begins),
        *((_key(name), value) for name, value in wanted.values.items()),
        ("due", "" if due is None else str(due)),
        ("missing", "yes" if wanted.lacks else ""),
        ("problem", wanted.issue),
        ("order", "" if wanted.order == "patient" else wanted.order),
        ("page", "" if wanted.page == 1 else str(wanted.page)),
    ]
    return f"?{urlencode([part for part in parts if part[1]])}"


def is_narrowed(asked: Asked) -> bool:
    """Whether less than everybody is asked for."""
    return bool(asked.values or asked.begins or asked.due_by is not None or asked.lacks or asked.issue)


def _key(column: str) -> str:
    """A column's name in an address; a pack may call it as one of ours."""
    return f"c-{column}"
