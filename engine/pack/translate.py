"""Expressions as written to expressions as evaluated: limits with their units checked, settings decided, windows put in."""

from decimal import Decimal, InvalidOperation
from typing import Any

from engine.interval import Comparison as Op
from engine.pack.constants import Constants
from engine.pack.draft import Draft, Place
from engine.pack.expression import Among, AtLeast, Compare, Constant, Every, Expression, Known, Literal, Named, Not, Some, walk
from engine.pack.measures import MeasureSpec
from engine.pack.parameters import text_of
from engine.pack.parse import suggestion
from engine.pack.rules import AllOf, AnyOf, AtLeastOf, Comparison, NotOf, Setting

_NOTHING = Constant(False, "")


def measures_in(expression: Expression) -> tuple[str, ...]:
    """The measures that an expression tests itself."""
    return tuple(dict.fromkeys(node.measure for node in walk(expression) if isinstance(node, Compare | Among | Known)))


class Translator:
    """Translates the expressions of one item, in one window; `used` collects the parameters that it names."""

    def __init__(self, draft: Draft, constants: Constants, window: str | None, place: Place) -> None:
        self._draft, self._constants, self._window, self._place = draft, constants, window, place
        self.used: set[str] = set()

    def translate(self, spec: Any) -> Expression:
        match spec:
            case str():
                return Named(self._here(spec))
            case AllOf(all=parts):
                return Every(tuple(map(self.translate, parts)))
            case AnyOf(any=parts):
                return Some(tuple(map(self.translate, parts)))
            case NotOf(not_=part):
                return Not(self.translate(part))
            case AtLeastOf(at_least=least, of=parts):
                return self._at_least(least, tuple(map(self.translate, parts)))
            case Setting():
                return self._setting(spec)
            case Comparison():
                return self._comparison(spec)
            case _:
                raise TypeError(f"not an expression: {type(spec).__name__}")

    def _here(self, name: str) -> str:
        if not name.endswith("@here"):
            return name
        if self._window is None:
            self._fault(f"`{name}` stands for the window of whoever asks, and the one who asks has none", _base(name))
            return name
        return f"{name[: -len('@here')]}@{self._window}"

    def _at_least(self, least: Any, parts: tuple[Expression, ...]) -> Expression:
        number, name = self._number(least)
        if number != number.to_integral_value() or not 0 < number <= len(parts):
            self._fault(f"`at_least` needs a whole number from 1 to {len(parts)}; found {text_of(number)}", "at_least")
            return _NOTHING
        return AtLeast(int(number), parts, name)

    def _number(self, raw: Any) -> tuple[Decimal, str | None]:
        if isinstance(raw, Decimal):
            return raw, None
        found = self._constants.number(raw)
        if found is None:
            self._constants.fault(raw, self._place)
            return Decimal(1), None
        self.used.add(self._constants.base(raw))
        return found[0], raw

    # --- settings ---

    def _setting(self, spec: Setting) -> Expression:
        """What a parameter decides; a fault where it can never have the value that is asked for."""
        parameter = self._draft.parameters.get(spec.parameter)
        if parameter is None:
            if not self._draft.is_broken("parameters", spec.parameter):
                near = suggestion(spec.parameter, self._draft.parameters)
                self._fault(f"there is no parameter `{spec.parameter}`{near}", spec.parameter)
            return _NOTHING
        self.used.add(spec.parameter)
        asked = spec.is_ if spec.includes is None else spec.includes
        options = parameter.spec.options or (["true", "false"] if parameter.spec.type == "flag" else [])
        if (parameter.spec.type == "choices") != (spec.includes is not None):
            verb = "`includes`" if parameter.spec.type == "choices" else "`is`"
            self._fault(f"`{spec.parameter}` is of type {parameter.spec.type}: ask it with {verb}", spec.parameter)
            return _NOTHING
        if options and text_of(asked) not in options:
            near = suggestion(text_of(asked), options)
            self._fault(f"`{spec.parameter}` is never `{text_of(asked)}`; expected {', '.join(options)}{near}", spec.parameter)
        value = parameter.value
        return Constant(asked in value if spec.includes is not None else value == asked, spec.parameter)

    def _fault(self, message: str, about: str) -> None:
        self._draft.fault(*self._place, message, about=about)

    # --- tests of measures ---

    def _comparison(self, spec: Comparison) -> Expression:
        measure = self._here(spec.measure)
        if spec.known is not None:
            return Known(measure, spec.known)
        if spec.is_ is not None:
            codes = [spec.is_] if isinstance(spec.is_, str) else spec.is_
            self._check_codes(measure, codes)
            return Among(measure, frozenset(codes))
        if spec.between is not None:
            ends = (f"{spec.between}.from", f"{spec.between}.to") if isinstance(spec.between, str) else spec.between
            return Every((self._limit(measure, "at_least", ends[0]), self._limit(measure, "at_most", ends[1])))
        if spec.equals is not None:
            return Every((self._limit(measure, "at_least", spec.equals), self._limit(measure, "at_most", spec.equals)))
        ops: tuple[Op, ...] = ("below", "at_most", "above", "at_least")
        return next(self._limit(measure, op, value) for op in ops if (value := getattr(spec, op)) is not None)

    def _limit(self, measure: str, op: Op, raw: Any) -> Literal:
        number, unit, name = self._quantity(raw)
        spec = self._draft.items["measures"].get(_base(measure))
        if spec is not None and spec.unit is None:
            self._fault(f"`{measure}` is a code, not a number: test it with `is`", _base(measure))
        elif spec is not None and unit is not None and unit != spec.unit:
            its = "is not" if name is None else f"is in {_unit(unit)}"
            its = "has no unit" if name is None and unit == "1" else its
            message = f"`{measure}` is in {_unit(spec.unit)}, its limit {raw} {its}"
            self._fault(message, str(raw) if isinstance(raw, str) else _base(measure))
        return Compare(measure, op, number, name)

    def _quantity(self, raw: Any) -> tuple[Decimal, str | None, str | None]:
        if isinstance(raw, Decimal):
            return raw, "1" if raw else None, None  # zero is zero in every unit
        text, _, unit = str(raw).partition(" ")
        try:
            return Decimal(text), unit or "1", None
        except InvalidOperation:
            found = self._constants.number(str(raw))
        if found is None:
            self._constants.fault(str(raw), self._place)
            return Decimal(0), None, None
        self.used.add(self._constants.base(str(raw)))
        return found[0], found[1], str(raw)

    def _check_codes(self, measure: str, codes: list[str]) -> None:
        spec = self._draft.items["measures"].get(_base(measure))
        if spec is None:
            return
        if spec.unit is not None:
            self._fault(f"`{measure}` is a number in {_unit(spec.unit)}: compare it, `is` tests codes", _base(measure))
        known = codes_of(self._draft, spec)
        for code in codes:
            if known and code not in known:
                self._fault(f"`{measure}` is never `{code}`; expected {', '.join(known)}{suggestion(code, known)}", code)


def codes_of(draft: Draft, spec: MeasureSpec) -> list[str]:
    """The codes that a measure can have; nothing where that is not known."""

    def answers(concept: str) -> list[str]:
        found = draft.items["concepts"].get(concept)
        return list(found.answers or {}) if found is not None else []

    if spec.marked is not None:
        return ["true", "false"]
    if spec.earliest is not None:
        return [event.event for event in spec.earliest.events]
    concept = spec.select.concept if spec.select is not None else spec.state
    return [] if concept is None else answers(concept)


def _base(name: str) -> str:
    return name.partition("@")[0]


def _unit(unit: str) -> str:
    return "no unit" if unit == "1" else unit
