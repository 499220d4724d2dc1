"""Numbers in pack files: parameters put in where they are named."""

import re
from collections.abc import Mapping
from decimal import Decimal
from operator import is_
from typing import Any, TypeVar

from pydantic import BaseModel

from engine.formula import Formula, FormulaError, read_formula
from engine.pack.draft import Draft, Place
from engine.pack.parse import suggestion
from engine.pack.program import Row

_REFERENCE = re.compile(r"-?[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
M = TypeVar("M", bound=BaseModel)

_NUMBERS = ("number", "integer")
_HOLDS = {
    ("WindowSpec", "days"): ("range",),
    ("AnchorSpec", "date"): ("date",),
    ("Count", "world"): ("flag",),
    ("Select", "range_as"): ("choice",),
}
"""What a parameter has to be, where a name alone stands in a place that is not for numbers."""
_UNFILLED = ("formula", "settled", "label", "short", "conclusion", "cutoff")
"""Formulas and expressions put their own numbers in; words, and names of conclusions and of the cut-off, hold none."""

_MAY_HOLD = (str, tuple, BaseModel)


class Constants:
    """The parameters of a draft, and the tables that measures are looked up in. anchors: what each uses that was looked at."""

    def __init__(self, draft: Draft, tables: Mapping[str, tuple[Row, ...]]) -> None:
        self._draft = draft
        self.tables = tables
        self.anchors: dict[str, set[str]] = {}

    def number(self, name: str) -> tuple[Decimal, str] | None:
        """The value of a number parameter, of its negative, or of an end of a range (`treg.normal.from`), and its unit."""
        bare = name.lstrip("-")
        parameter = self._draft.parameters.get(self.base(name))
        if parameter is None:
            return None
        value = parameter.value
        if parameter.name != bare:
            value = value[bare.endswith(".to")] if parameter.spec.type == "range" else None
        if not isinstance(value, Decimal):
            return None
        return (-value if name.startswith("-") else value), parameter.spec.unit or "1"

    def base(self, name: str) -> str:
        """The parameter that a reference names: without a minus, without `.from` and `.to`."""
        bare = name.lstrip("-")
        head, _, end = bare.rpartition(".")
        declared = self._draft.items["parameters"]
        return head if bare not in declared and end in ("from", "to") and head in declared else bare

    def fault(self, name: str, place: Place, wanted: str = "number") -> None:
        """Say that a name is no parameter of the wanted kind, unless it is one whose own faults are told."""
        base = self.base(name)
        if self._draft.is_broken("parameters", base):
            return
        found = self._draft.parameters.get(base)
        if found is None:
            message = f"there is no parameter `{base}`{suggestion(base, self._draft.parameters)}"
        else:
            message = f"`{name}` is of type {found.spec.type}; expected the name of a {wanted} parameter"
        self._draft.fault(*place, message, about=name)

    def formula(self, text: str, place: Place) -> Formula | None:
        """The tree of a formula; a fault at `place` where it is not one."""
        unknown: list[str] = []

        def value(name: str) -> Decimal:
            found = self.number(name)
            if found is None:
                unknown.append(name)
            return Decimal(1) if found is None else found[0]

        try:
            tree = read_formula(text, value)
        except FormulaError as error:
            self._draft.fault(*place, str(error))
            return None
        for name in unknown:
            self.fault(name, place)
        return None if unknown else tree

    def fill(self, spec: M, used: set[str], place: Place) -> M:
        """The same spec with every parameter name in a numeric place replaced by its value; itself where it has none."""
        kind = type(spec).__name__
        updates: dict[str, Any] = {}
        for name, value in spec:
            if name not in _UNFILLED and isinstance(value, _MAY_HOLD):
                filled = self._filled(value, used, place, _HOLDS.get((kind, name), _NUMBERS))
                if filled is not value:
                    updates[name] = filled
        return spec.model_copy(update=updates) if updates else spec

    def _filled(self, value: Any, used: set[str], place: Place, wanted: tuple[str, ...]) -> Any:
        if isinstance(value, BaseModel):
            return self.fill(value, used, place)
        if isinstance(value, tuple):
            items = tuple([self._filled(item, used, place, _NUMBERS) for item in value])
            return value if all(map(is_, items, value)) else items
        if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
            return value
        parameter = self._draft.parameters.get(self.base(value))
        number = self.number(value)
        if parameter is None or (number is None if wanted == _NUMBERS else parameter.spec.type not in wanted):
            self.fault(value, place, wanted[0])
            return value
        used.add(parameter.name)
        return parameter.value if number is None else number[0]
