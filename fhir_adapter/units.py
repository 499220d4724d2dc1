"""A number in any unit to the pack's canonical unit, exactly; what is not known for sure is refused."""

import re
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from engine.pack.vocabulary import QuantitySpec
from fhir_adapter.spellings import in_ucum
from fhir_adapter.ucum import library_factor

UCUM = frozenset(
    {"http://unitsofmeasure.org", "https://unitsofmeasure.org", "http://unitsofmeasure.org/", "urn:oid:2.16.840.1.113883.6.8"}
)

COMMON: dict[tuple[str, str], Fraction] = {
    (unit, target): Fraction(factor)
    for target, factors in {
        "10*9/L": {"10*3/uL": "1", "10*6/mL": "1", "/uL": "0.001", "10*6/L": "0.001", "10*3/mL": "0.001", "10*12/L": "1000",
                   "10*6/uL": "1000", "/nL": "1", "/L": "0.000000001", "/mL": "0.000001", "10*2/uL": "0.1", "10*4/uL": "10"},
        "10*12/L": {"10*6/uL": "1", "10*9/L": "0.001", "10*3/uL": "0.001", "/pL": "1", "10*9/mL": "1", "10*4/uL": "0.01"},
        "g/L": {"g/dL": "10", "mg/dL": "0.01", "mg/mL": "1", "mg/L": "0.001", "g/mL": "1000"},
        "g/dL": {"g/L": "0.1", "mg/dL": "0.001"},
        "mg/dL": {"mg/L": "0.1", "g/L": "100", "g/dL": "1000", "ug/mL": "0.1", "mg/mL": "100"},
        "mmol/L": {"umol/L": "0.001", "mol/L": "1000"},
        "umol/L": {"mmol/L": "1000", "mol/L": "1000000"},
        "U/L": {"ukat/L": "60", "mU/mL": "1", "U/mL": "1000"},
        "mL/min": {"mL/s": "60", "L/min": "1000"},
        "kg": {"g": "0.001", "[lb_av]": "0.45359237"},
        "cm": {"m": "100", "mm": "0.1", "[in_i]": "2.54"},
        "mg": {"g": "1000", "ug": "0.001", "kg": "1000000"},
        "mg/kg": {"ug/kg": "0.001", "g/kg": "1000"},
        "10*6/kg": {"/kg": "0.000001", "10*5/kg": "0.1", "10*7/kg": "10", "10*8/kg": "100", "10*9/kg": "1000"},
    }.items()
    for unit, factor in factors.items()
}  # fmt: skip
"""Conversions seen every day, so that the library need not be loaded for them; a test holds each against the library."""

_ANNOTATION = re.compile(r"(?<=.)/\{[^{}]*\}(?=$|/)|\{[^{}]*\}")
_PURE = re.compile(r"(?P<over>/)?(?:(?P<share>%)|10[*^](?P<power>-?\d{1,2})|(?P<number>[1-9]\d{0,8}))?(?P<note>\{[^{}]*\})?")
_COUNTED = frozenset({"{cells}", "{cell}", "{#}", "{count}"})
_WIDE = Context(prec=120)
_DIGITS = Context(prec=28)
_MOST_REMEMBERED = 2048
_LONGEST_REMEMBERED = 100

Said = tuple[str | int, str | None, str | None, str | None]
"""A number by its digits, unit, system and code."""


@dataclass(frozen=True, slots=True, eq=False)
class Yardstick:
    """The canonical unit of a concept: `unit`, further ones kept apart, what its substance converts by, and what is plausible.

    known: what numbers came to before, since they repeat; it is begun anew when it is full.
    """

    unit: str
    also: tuple[str, ...]
    conversions: tuple[tuple[str, Fraction], ...]
    lowest: Decimal
    highest: Decimal
    known: dict[Said, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, spec: QuantitySpec) -> "Yardstick":
        conversions = tuple((unit, Fraction(factor)) for unit, factor in spec.conversions.items())
        return cls(spec.unit, tuple(spec.also_units), conversions, *spec.plausible)

    def remember(self, said: Said, found: Any) -> None:
        """Keep what a number came to, unless it was written at length."""
        if len(self.known) >= _MOST_REMEMBERED:
            self.known.clear()
        if sum(len(part) for part in said if isinstance(part, str)) <= _LONGEST_REMEMBERED:
            self.known[said] = found


@dataclass(frozen=True, slots=True)
class Scale:
    """What a number is multiplied with, and the canonical unit that it is then in."""

    unit: str
    factor: Fraction

    def convert(self, number: Decimal) -> Decimal:
        """Exact where the result has an end, else to 28 digits; without trailing zeros, so that every unit gives one number."""
        numerator, denominator = self.factor.numerator, self.factor.denominator
        product = number if numerator == 1 else _WIDE.multiply(number, Decimal(numerator))
        if denominator == 1:
            return canonical(product)
        found = _WIDE.divide(product, Decimal(denominator))
        return canonical(found if _ends(denominator) else _DIGITS.plus(found))


@lru_cache(maxsize=1024)
def _ends(denominator: int) -> bool:
    """Whether a division by it has an end in decimals."""
    return 10**64 % denominator == 0


def canonical(number: Decimal) -> Decimal:
    """The same number without trailing zeros, exponent or minus zero."""
    if number == 0:
        return Decimal(0)
    short = number.normalize(_WIDE)
    return short.quantize(Decimal(1), context=_WIDE) if int(short.as_tuple().exponent) > 0 else short


@lru_cache(maxsize=8192)
def scale(text: str, yardstick: Yardstick) -> Scale | None:
    """How a number with this unit becomes canonical; None for a unit that is unknown or of another kind."""
    unit = in_ucum(text)
    named = dict(yardstick.conversions).get(unit)
    if named is not None:  # the pack's own conversion needs no library
        return Scale(yardstick.unit, named)
    for target in (yardstick.unit, *yardstick.also):
        factor = factor_between(unit, target)
        if factor is not None:
            return Scale(target, factor)
    for step, factor_of_substance in yardstick.conversions:
        factor = factor_between(unit, step)
        if factor is not None:
            return Scale(yardstick.unit, factor * factor_of_substance)
    return None


def factor_between(unit: str, target: str) -> Fraction | None:
    """The factor from one UCUM unit to another: by table, else by the library. Pure numbers convert only as `_share` says."""
    if unit == target:
        return Fraction(1)
    if _PURE.fullmatch(target):
        return _pure_factor(unit, target)
    if not unit or _PURE.fullmatch(unit):
        return None
    bare, bare_target = _ANNOTATION.sub("", unit), _ANNOTATION.sub("", target)
    if bare == bare_target:
        return Fraction(1)
    return COMMON.get((bare, bare_target)) or library_factor(bare, bare_target)


def _pure_factor(unit: str, target: str) -> Fraction | None:
    """Scores take 1 and annotations, percentages numbers up to 1 (not a mere {ratio}), counts powers of ten and cells.

    A percentage is no score, a mass fraction no percentage, and a bare 1 may be one dose as well as one cell.
    """
    found = _PURE.fullmatch(unit)
    if found is None:
        return None
    size = _size(found)
    if target == "1":
        return Fraction(1) if found["share"] is None and size in (None, 1) and not found["over"] else None
    wanted = _PURE.fullmatch(target)
    target_size = None if wanted is None else _size(wanted)
    if target_size is None:
        return None
    if target_size < 1:
        return None if size is None or size > 1 else size / target_size
    if size is None:
        return 1 / target_size if found["note"] in _COUNTED and not found["over"] else None
    return size / target_size if size >= 10 else None


def _size(pure: re.Match[str]) -> Fraction | None:
    """The number that a unit without dimension stands for; None for a mere annotation."""
    if pure["share"]:
        size = Fraction(1, 100)
    elif pure["power"]:
        size = Fraction(10) ** int(pure["power"])
    elif pure["number"]:
        size = Fraction(int(pure["number"]))
    else:
        return None
    return 1 / size if pure["over"] else size
