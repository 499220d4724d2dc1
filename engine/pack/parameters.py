"""Parameters: defaults from the pack, values from `--set`, both checked the same way; and the choices that they make in pack files."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.pack.parse import suggestion
from engine.pack.program import Parameter
from engine.pack.vocabulary import ParameterSpec


class ParameterError(ValueError):
    """A value that a parameter cannot have; the caller's fault where it came from `--set`."""


def set_parameters(
    specs: Mapping[str, ParameterSpec], overrides: Mapping[str, str]
) -> tuple[dict[str, Parameter], list[tuple[str, str]]]:
    """Every parameter with the value in force, and what is wrong as (name, message)."""
    faults: list[tuple[str, str]] = []
    found: dict[str, Parameter] = {}
    for name in overrides:
        if name not in specs:
            faults.append((name, f"there is no parameter `{name}`{suggestion(name, specs)}"))
    for name, spec in specs.items():
        given = overrides.get(name)
        try:
            value = read_value(spec, spec.default if given is None else _from_text(spec, given))
        except ParameterError as error:
            faults.append((name, f"{'' if given is None else '--set '}{name}: {error}"))
            continue
        default = value if given is None else _quietly(spec)
        found[name] = Parameter(name, spec, value, value != default)
    return found, faults


def _quietly(spec: ParameterSpec) -> Any:
    try:
        return read_value(spec, spec.default)
    except ParameterError:
        return None


def _from_text(spec: ParameterSpec, text: str) -> Any:
    if spec.type in ("choices", "range"):
        return [part.strip() for part in text.strip("[]").split(",") if part.strip()]
    return text


def read_value(spec: ParameterSpec, raw: Any) -> Any:
    """The typed value: Decimal, bool, str, tuple of str (choices), pair of Decimals (range), ISO date text."""
    return _READERS[spec.type](spec, raw)


def _number(spec: ParameterSpec, raw: Any) -> Decimal:
    try:
        value = Decimal(raw) if isinstance(raw, str | int | Decimal) and not isinstance(raw, bool) else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise ParameterError(f"expected a number{_in_unit(spec)}")
    if (spec.minimum is not None and value < spec.minimum) or (spec.maximum is not None and value > spec.maximum):
        raise ParameterError(f"expected a number from {_plain(spec.minimum)} to {_plain(spec.maximum)}{_in_unit(spec)}")
    return value


def _integer(spec: ParameterSpec, raw: Any) -> Decimal:
    value = _number(spec, raw)
    if value != value.to_integral_value():
        raise ParameterError(f"expected a whole number{_in_unit(spec)}")
    return value


def _flag(_: ParameterSpec, raw: Any) -> bool:
    answer = {"true": True, "false": False}.get(str(raw).lower())
    if answer is None:
        raise ParameterError("expected true or false")
    return answer


def _choice(spec: ParameterSpec, raw: Any) -> str:
    options = spec.options or []
    if raw not in options:
        raise ParameterError(f"expected one of {', '.join(options)}{suggestion(str(raw), options)}")
    return str(raw)


def _choices(spec: ParameterSpec, raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple):
        raise ParameterError(f"expected a list from {', '.join(spec.options or [])}")
    return tuple(_choice(spec, item) for item in raw)


def _range(spec: ParameterSpec, raw: Any) -> tuple[Decimal, Decimal]:
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        raise ParameterError("expected two numbers, as in 33,47")
    low, high = _number(spec, raw[0]), _number(spec, raw[1])
    if low > high:
        raise ParameterError("expected the lower number first")
    return low, high


def _date(_: ParameterSpec, raw: Any) -> str:
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise ParameterError("expected a date, as in 2018-04-13") from None


_READERS: dict[str, Callable[[ParameterSpec, Any], Any]] = {
    "number": _number,
    "integer": _integer,
    "flag": _flag,
    "choice": _choice,
    "choices": _choices,
    "range": _range,
    "date": _date,
}


def _in_unit(spec: ParameterSpec) -> str:
    return "" if spec.unit in (None, "1") else f" in {spec.unit}"


def _plain(number: Decimal | None) -> str:
    return "any" if number is None else format(number, "f")


@dataclass(slots=True)
class Choices:
    """Replaces every `{choose: PARAMETER, options: {VALUE: NODE}}` by the option in force, and remembers who chose."""

    parameters: Mapping[str, Parameter]
    used: set[str]
    faults: list[str]

    def resolve(self, node: Any) -> Any:
        if isinstance(node, dict) and "choose" in node:
            return self._chosen(node)
        if isinstance(node, dict):
            return {key: self.resolve(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self.resolve(item) for item in node]
        return node

    def _chosen(self, node: dict[str, Any]) -> Any:
        name, options = node["choose"], node.get("options")
        parameter = self.parameters.get(name)
        if parameter is None or not isinstance(options, dict):
            self.faults.append(f"`choose` needs a parameter and `options`; there is no `{name}`{suggestion(str(name), self.parameters)}")
            return None
        expected = _values(parameter.spec)
        if set(options) != set(expected):
            self.faults.append(f"the options of `{name}` are {', '.join(expected)}; found {', '.join(options)}")
        self.used.add(name)
        chosen = self.resolve(options.get(_key(parameter.value)))
        rest = {key: self.resolve(value) for key, value in node.items() if key not in ("choose", "options")}
        return {**rest, **chosen} if rest and isinstance(chosen, dict) else chosen


def _values(spec: ParameterSpec) -> list[str]:
    return ["true", "false"] if spec.type == "flag" else list(spec.options or [])


def _key(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def texts(value: Any) -> Iterable[str]:
    """A value in words, for people."""
    if isinstance(value, tuple):
        return [_plain(v) if isinstance(v, Decimal) else str(v) for v in value]
    return [_plain(value) if isinstance(value, Decimal) else _key(value)]
