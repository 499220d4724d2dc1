"""Numbers, units and names as a journal prints them: real minus, en dash between, a dash where there is none."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from engine.cohort.results import Group

NONE = "—"
THIN = "\N{NARROW NO-BREAK SPACE}"
HARD = "\N{NO-BREAK SPACE}"
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_UNITS = {"d": "days", "wk": "weeks", "mo": "months", "a": "years", "h": "hours", "1": ""}
CONFIDENCE = "95% confidence interval"
LEVEL = "95% CI"
"""What every confidence interval of the results is called."""
_LONGEST = 7
_PLACES = 3


def rounded(value: float | Decimal, places: int) -> str:
    """A number to some decimal places, half away from zero, as the shortest decimal that is this number reads."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    short = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return format(abs(short) if short == 0 else short, "f").replace("-", "−")


def exact(value: Decimal) -> str:
    """A decimal as it was written; one that a division left with many digits, to three places."""
    long = len(value.as_tuple().digits) > _LONGEST
    return rounded(value, _PLACES) if long else format(value, "f").replace("-", "−")


def counted(number: int) -> str:
    """A number of patients or resources, in groups of three digits from five digits on."""
    return f"{number:,}".replace(",", THIN) if abs(number) >= 10**4 else str(number)


def per_cent(part: int, whole: int) -> str:
    """A share in whole per cent, half up; without a whole there is none."""
    return f"{(200 * part + whole) // (2 * whole)}%" if whole else NONE


def share(part: int, whole: int) -> str:
    """So many, and what share of the whole that is; nobody needs no share."""
    return f"{counted(part)} ({per_cent(part, whole)})" if part and whole else counted(part) if whole else NONE


def probability(value: float, places: int = 1) -> str:
    """A probability as a percentage, without the sign."""
    return rounded(Decimal(repr(value)) * 100, places)


def p_value(p: float | None, limit: float | None = None) -> str:
    """A p value to three places; to as many more as it takes to stay on its side of a limit."""
    if p is None:
        return NONE
    if p < 10**-_PLACES:
        return "< 0.001".replace(" ", HARD)
    places = _PLACES
    while limit is not None and p < limit <= float(rounded(p, places)):
        places += 1
    return rounded(p, places)


def p_phrase(p: float, limit: float | None = None) -> str:
    """A p value within a sentence."""
    text = p_value(p, limit)
    return f"p{HARD}{text}" if text.startswith("<") else f"p{HARD}={HARD}{text}"


def median_range(median: Decimal, low: Decimal, high: Decimal) -> str:
    """A median and range, with the digits after the point that the more exact end of the range has."""
    places = min(max(_places(low), _places(high)), _PLACES)
    middle, first, last = (exact(value) if _places(value) > places else rounded(value, places) for value in (median, low, high))
    return f"{middle} ({between(first, last)})"


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def between(low: str, high: str) -> str:
    """A range: en dash, or a word where a minus stands beside it."""
    return f"{low} to {high}" if "−" in low + high else f"{low}–{high}"


def sentence(text: str) -> str:
    """A text as a sentence: a large letter first, a full stop at the end."""
    return text and f"{capital(text)}{'' if text[-1] in '.!?' else '.'}"


def interval(low: float | None, high: float | None) -> str:
    """A confidence interval of a probability, in per cent without the sign; nothing where it has no ends."""
    return "" if low is None or high is None else between(probability(low), probability(high))


def months(value: float | Decimal | None) -> str:
    """A time in months to one place, whole numbers of the pack as they are."""
    if value is None:
        return NONE
    return exact(value) if isinstance(value, Decimal) else rounded(value, 1)


def unit(code: str | None) -> str:
    """A UCUM unit as people write it: 10*9/L is ×10⁹/L, mL/min/{1.73_m2} is mL/min/1.73 m²."""
    if not code:
        return ""
    powers = re.sub(r"10\*(-?\d+)", lambda found: f"×10{found[1].translate(_RAISED)}", code)
    noted = re.sub(r"\{(.*?)\}", lambda found: found[1].replace("_", " "), powers)
    return _UNITS.get(code, re.sub(r"(?<=m)([23])\b", lambda found: found[1].translate(_RAISED), noted).replace("ug", "µg"))


def measured(label: str, code: str | None) -> str:
    """What was measured, and in which unit."""
    name = unit(code)
    return f"{capital(label)}, {name}" if name and name not in label else capital(label)


def day(ordinal: int) -> str:
    """A proleptic ordinal as a date."""
    found = date.fromordinal(ordinal)
    return f"{found.day}{HARD}{found:%B}{HARD}{found.year}"


def capital(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def within(text: str) -> str:
    """A label within a sentence: its first letter small, but for abbreviations and single letters."""
    return text if text[1:2].isupper() or text[1:2] in ("", " ", "-") else text[:1].lower() + text[1:]


def plain(name: str) -> str:
    """A name of a program as words; numbers at its end are a range: grade_3_4 is grade 3–4."""
    return re.sub(r"(?<=\d)_(?=\d)", "–", name).replace("_", " ").replace(".", " ")


def listed(parts: Iterable[str], mark: str = ",", word: str = "and") -> str:
    """Some parts as a sentence lists them."""
    *before, last = [*parts] or [""]
    return f"{f'{mark} '.join(before)} {word} {last}" if before else last


def number_of(number: int, one: str, many: str = "") -> str:
    """So many of something, with the noun that agrees."""
    return f"{counted(number)}{HARD}{one if number == 1 else many or f'{one}s'}"


def by_group(groups: Sequence[Group]) -> str:
    """How a caption ends where there are groups to tell apart."""
    return ", by group." if len(groups) > 1 else "."


def group_label(group: Group) -> str:
    """What a group is called where people read."""
    return group.label or group.name


def group_of(groups: Iterable[Group], name: str | None) -> str:
    """The label of the group with this name; everybody where none is named."""
    return "all patients" if name is None else next((group_label(one) for one in groups if one.name == name), name)
