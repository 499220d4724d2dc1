"""Numbers in pack files: parameters put in where they are named, and the names of concepts, anchors and windows looked up."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from engine.pack.parse import suggestion
from engine.pack.program import Row

if TYPE_CHECKING:
    from engine.pack.load import Draft

_REFERENCE = re.compile(r"-?[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
M = TypeVar("M", bound=BaseModel)

_NAMES = {
    "anchors": {"concepts": ("first", "last"), "anchors": ("first_known", "earliest", "after")},
    "windows": {"anchors": ("anchor",), "measures": ("panel",)},
    "moving_windows": {"concepts": ("visits",)},
    "measures": {"windows": ("windows",)},
}
"""Which fields of which section name what; names inside measures and criteria are looked up where they are bound."""
BUILT_IN_ANCHORS = ("as_of", "here")


class Constants:
    """The parameters of a draft, and everything that a name can stand for."""

    def __init__(self, draft: "Draft", tables: Mapping[str, tuple[Row, ...]]) -> None:
        self._draft = draft
        self.tables = tables

    def number(self, name: str) -> tuple[Decimal, str] | None:
        """The value of a number parameter, of its negative, or of an end of a range (`treg.normal.from`), and its unit."""
        negative = name.startswith("-")
        bare = name.lstrip("-")
        end = bare.rpartition(".")[2]
        parameter = self._draft.parameters.get(bare)
        if parameter is None and end in ("from", "to"):
            parameter = self._draft.parameters.get(bare.rpartition(".")[0])
            value = parameter.value[0 if end == "from" else 1] if parameter and parameter.spec.type == "range" else None
        else:
            value = parameter.value if parameter else None
        if not isinstance(value, Decimal) or parameter is None:
            return None
        return (-value if negative else value), parameter.spec.unit or "1"

    def base(self, name: str) -> str:
        """The parameter that a reference names: without a minus, without `.from` and `.to`."""
        bare = name.lstrip("-")
        head, _, end = bare.rpartition(".")
        return head if end in ("from", "to") and head in self._draft.parameters else bare

    def fill(self, spec: M, used: set[str], place: tuple[str, str]) -> M:
        """The same spec with every parameter name in a numeric place replaced by its value."""
        updates = {name: self._filled(getattr(spec, name), used, place) for name in type(spec).model_fields if name != "settled"}
        return spec.model_copy(update=updates)

    def _filled(self, value: Any, used: set[str], place: tuple[str, str]) -> Any:
        if isinstance(value, BaseModel):
            return self.fill(value, used, place)
        if isinstance(value, tuple):
            return tuple(self._filled(item, used, place) for item in value)
        if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
            return value
        parameter = self._draft.parameters.get(self.base(value))
        if parameter is None:
            self._draft.fault(*place, f"there is no parameter `{value}`{suggestion(value, self._draft.parameters)}")
            return value
        used.add(parameter.name)
        number = self.number(value)
        return parameter.value if number is None else number[0]

    def check_names(self) -> None:
        """Faults for every concept, anchor, window and code system that is named and not there."""
        draft = self._draft
        known = {section: draft.items[section] for section in ("concepts", "anchors", "measures")}
        known["windows"] = {**draft.items["windows"], **draft.items["moving_windows"]}
        for section, kinds in _NAMES.items():
            for name, spec in draft.items[section].items():
                for kind, fields in kinds.items():
                    for field in fields:
                        self.check(kind, _listed(getattr(spec, field)), (section, name), known[kind])
        for name, concept in draft.items["concepts"].items():
            systems = [code.system for code in (*concept.codes, *concept.never, *concept.methods)]
            systems += [code.system for codes in (concept.answers or {}).values() for code in codes]
            self.check("systems", systems, ("concepts", name), draft.items.get("systems", {}))

    def check(self, kind: str, names: list[str], place: tuple[str, str], known: Mapping[str, Any] | None = None) -> None:
        """A fault at `place` for each name that is not a `kind` of the pack."""
        there = self._draft.items.get(kind, {}) if known is None else known
        for name in names:
            if name not in there and not (kind == "anchors" and name in BUILT_IN_ANCHORS):
                self._draft.fault(*place, f"there is no {kind.rstrip('s').replace('system', 'code system')} `{name}`{suggestion(name, there)}")


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
