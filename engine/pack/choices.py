"""The choices that parameters make in pack files: one option is put in for each, and where it was written is remembered."""

from collections.abc import Mapping
from typing import Any

from engine.pack.draft import Draft, Place
from engine.pack.parameters import text_of
from engine.pack.parse import Path, suggestion
from engine.pack.vocabulary import ParameterSpec


class Choices:
    """Replaces every `{choose: PARAMETER, options: {VALUE: NODE}}` of an item by the option in force, and remembers who chose.

    origins: where each option that was put in was written.
    """

    def __init__(self, draft: Draft, place: Place) -> None:
        self._draft, self._place = draft, place
        self.used: set[str] = set()
        self.origins: dict[Path, Path] = {}

    def resolve(self, node: Any, written: Path = (), here: Path = ()) -> Any:
        if isinstance(node, dict) and "choose" in node:
            return self._chosen(node, written, here)
        if isinstance(node, dict):
            return {key: self.resolve(value, (*written, key), (*here, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [self.resolve(item, (*written, at), (*here, at)) for at, item in enumerate(node)]
        return node

    def _chosen(self, node: dict[str, Any], written: Path, here: Path) -> Any:
        name, options = str(node["choose"]), node.get("options")
        if not isinstance(options, dict) or not options:
            self._fault("`choose` needs `options`: a node for each value of its parameter", written)
            return None
        chosen = self._option(name, options, written)
        beside = {key: value for key, value in node.items() if key not in ("choose", "options")}
        rest = {key: self.resolve(value, (*written, key), (*here, key)) for key, value in beside.items()}
        self.origins[here] = (*written, "options", chosen)
        for key in rest:
            self.origins[*here, key] = (*written, key)
        found = self.resolve(options[chosen], (*written, "options", chosen), here)
        return {**rest, **found} if rest and isinstance(found, dict) else found

    def _option(self, name: str, options: Mapping[str, Any], written: Path) -> str:
        """The option in force; the first one where that cannot be told, so that its faults are found as well."""
        first = next(iter(options))
        parameter = self._draft.parameters.get(name)
        if parameter is None:
            if not self._draft.is_broken("parameters", name):
                known = suggestion(name, self._draft.parameters)
                self._fault(f"there is no parameter `{name}` to choose by{known}", (*written, "choose"))
            return first
        self.used.add(name)
        expected = values(parameter.spec)
        if not expected:
            self._fault(f"only a flag or a choice can choose; `{name}` is of type {parameter.spec.type}", (*written, "choose"))
            return first
        for option in options:
            if option not in expected:
                message = f"`{name}` is never `{option}`; expected {', '.join(expected)}{suggestion(option, expected)}"
                self._fault(message, (*written, "options", option))
        lacking = [option for option in expected if option not in options]
        if lacking:
            self._fault(f"`options` lacks {', '.join(lacking)} of `{name}`", (*written, "options"))
        key = text_of(parameter.value)
        return key if key in options else first

    def _fault(self, message: str, written: Path) -> None:
        self._draft.fault(*self._place, message, written)


def holds_choice(node: Any) -> bool:
    """Whether anything in an item is chosen by a parameter."""
    if isinstance(node, dict):
        return "choose" in node or any(map(holds_choice, node.values()))
    return isinstance(node, list) and any(map(holds_choice, node))


def values(spec: ParameterSpec) -> list[str]:
    """What a parameter that can choose may be."""
    match spec.type:
        case "flag":
            return ["true", "false"]
        case "choice":
            return list(spec.options or [])
        case _:
            return []
