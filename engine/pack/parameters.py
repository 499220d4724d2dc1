"""Parameters: defaults from the pack, values from `--set`, both checked the same way."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.pack.parse import suggestion
from engine.pack.program import Parameter
from engine.pack.vocabulary import ParameterSpec


class ParameterError(ValueError):
    """A value that a parameter cannot have; the caller's fault where it came from `--set`."""


def set_parameters(
    specs: Mapping[str, ParameterSpec], overrides: Mapping[str, str], declared: Collection[str]
) -> tuple[dict[str, Parameter], list[tuple[str, str]]]:
    """Every parameter with the value in force, and what is wrong as (name, message). declared: broken ones as well."""
    faults = [(name, f"there is no such parameter{suggestion(name, declared)}") for name in overrides if name not in declared]
    found: dict[str, Parameter] = {}
    for name, spec in specs.items():
        given = overrides.get(name)
        try:
            value = read_value(spec, spec.default if given is None else _from_text(spec, given))
        except ParameterError as error:
            faults.append((name, f"{'`default`: ' if given is None else ''}{error}"))
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
        raise ParameterError(f"expected a number{_in_unit(spec)}{_found(raw)}")
    low, high = spec.minimum, spec.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        ends = f"{'' if low is None else f' from {_plain(low)}'}{'' if high is None else f' to {_plain(high)}'}"
        raise ParameterError(f"expected a number{ends}{_in_unit(spec)}{_found(raw)}")
    return value


def _integer(spec: ParameterSpec, raw: Any) -> Decimal:
    value = _number(spec, raw)
    if value != value.to_integral_value():
        raise ParameterError(f"expected a whole number{_in_unit(spec)}{_found(raw)}")
    return value


def _flag(_: ParameterSpec, raw: Any) -> bool:
    answer = {"true": True, "false": False}.get(str(raw).lower())
    if answer is None:
        raise ParameterError(f"expected true or false{_found(raw)}")
    return answer


def _choice(spec: ParameterSpec, raw: Any) -> str:
    options = spec.options or []
    if raw not in options:
        raise ParameterError(f"expected one of {', '.join(options)}{_found(raw)}{suggestion(str(raw), options)}")
    return str(raw)


def _choices(spec: ParameterSpec, raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple):
        raise ParameterError(f"expected a list from {', '.join(spec.options or [])}{_found(raw)}")
    return tuple(_choice(spec, item) for item in raw)


def _range(spec: ParameterSpec, raw: Any) -> tuple[Decimal, Decimal]:
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        raise ParameterError(f"expected two numbers, as in 33,47{_found(raw)}")
    low, high = _number(spec, raw[0]), _number(spec, raw[1])
    if low > high:
        raise ParameterError(f"expected the lower number first{_found(raw)}")
    return low, high


def _date(_: ParameterSpec, raw: Any) -> str:
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise ParameterError(f"expected a date, as in 2018-04-13{_found(raw)}") from None


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


def _plain(number: Decimal) -> str:
    return format(number, "f")


def _found(raw: Any) -> str:
    return f"; found {', '.join(map(str, raw)) if isinstance(raw, list | tuple) else raw}"


def text_of(value: Any) -> str:
    """One value as pack files and `--set` write it."""
    if isinstance(value, Decimal):
        return _plain(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def texts(value: Any) -> Iterable[str]:
    """A value in words, for people."""
    return [text_of(part) for part in value] if isinstance(value, tuple) else [text_of(value)]
