"""Units as hospitals write them, put into UCUM; what is not in these tables is left as it is."""

import re
import unicodedata

_PER_DROP = ("ul", "mcl", "mm3", "mm^3", "mm*3", "cmm", "cumm", "cu.mm")
"""Spellings of a microlitre, which is a cubic millimetre."""
_VOLUMES = {**dict.fromkeys(_PER_DROP, "uL"), "l": "L", "ml": "mL", "dl": "dL", "nl": "nL", "pl": "pL"}
_POWERS = ("10*{0}", "10^{0}", "10e{0}", "10**{0}", "10({0})", "x10*{0}", "x10^{0}", "x10e{0}", "x10**{0}", "x10({0})", "e{0}",
           "xe{0}", "*10^{0}")  # fmt: skip
_POINTLESS = ("", "cells", "cell", "#", "count")
_THOUSAND = ("k", "th", "thou", "thous", "thousand", "thousands", "tsd", "tsd.")
_MILLION = ("m", "mil", "mill", "mill.", "million", "millions", "mio", "mio.")


def _cell_counts() -> dict[str, str]:
    """`10*3/uL` for every spelling of ten to a power over every spelling of a volume."""
    found: dict[str, str] = {}
    for spelling, volume in _VOLUMES.items():
        for power in range(2, 13):
            for form in _POWERS:
                found[f"{form.format(power)}/{spelling}"] = f"10*{power}/{volume}"
                found[f"{form.format(power)}cells/{spelling}"] = f"10*{power}/{volume}"
        for word in _POINTLESS:
            found[f"{word}/{spelling}"] = f"/{volume}"
    for spelling in _PER_DROP:
        found |= {f"{word}/{spelling}": "10*3/uL" for word in _THOUSAND}
        found |= {f"{word}/{spelling}": "10*6/uL" for word in _MILLION}
    return found


_EXACT = {
    "G/L": "10*9/L", "G/l": "10*9/L", "Gpt/L": "10*9/L", "Gpt/l": "10*9/L", "Giga/L": "10*9/L", "Giga/l": "10*9/L",
    "T/L": "10*12/L", "T/l": "10*12/L", "Tpt/L": "10*12/L", "Tpt/l": "10*12/L", "Tera/L": "10*12/L", "Tera/l": "10*12/L",
}  # fmt: skip
"""Where small and capital letters differ: a capital G over litres is giga, a small one gram."""

_FOLDED = {
    **_cell_counts(),
    "g/l": "g/L", "g/dl": "g/dL", "gm/dl": "g/dL", "gms/dl": "g/dL", "gm%": "g/dL", "g%": "g/dL", "g/100ml": "g/dL",
    "gm/l": "g/L",
    "mg/dl": "mg/dL", "mg%": "mg/dL", "mg/l": "mg/L", "mmol/l": "mmol/L", "umol/l": "umol/L", "mcmol/l": "umol/L",
    "u/l": "U/L", "iu/l": "U/L", "[iu]/l": "U/L", "units/l": "U/L", "unit/l": "U/L", "ukat/l": "ukat/L",
    "percent": "%", "pct": "%", "per cent": "%", "prozent": "%",
    "kgs": "kg", "kilogram": "kg", "kilograms": "kg", "gm": "g", "gms": "g", "gram": "g", "grams": "g",
    "mgs": "mg", "milligram": "mg", "milligrams": "mg", "mcg": "ug", "microgram": "ug", "micrograms": "ug", "mcg/kg": "ug/kg",
    "mg/kg": "mg/kg", "lb": "[lb_av]", "lbs": "[lb_av]", "pound": "[lb_av]", "pounds": "[lb_av]",
    "in": "[in_i]", "inch": "[in_i]", "inches": "[in_i]", "centimeter": "cm", "centimeters": "cm", "centimetre": "cm",
    "meter": "m", "meters": "m", "metre": "m", "ml/min": "mL/min",
    "cells": "{cells}", "cells/kg": "{cells}/kg",
}  # fmt: skip

for _form in _POWERS:
    for _power in range(2, 13):
        for _tail in ("", "/kg"):
            _FOLDED[f"{_form.format(_power)}{_tail}"] = f"10*{_power}{_tail}"
            _FOLDED[f"{_form.format(_power)}cells{_tail}"] = f"10*{_power}{_tail}"

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED = re.compile("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_BODY_SURFACE = re.compile(r"/1[.,]73[ _]?(m2|m\^2|m\*2|m²|sqm|sq\.m)", re.IGNORECASE)
_TYPED = str.maketrans({"µ": "u", "μ": "u", "×": "x", "·": ".", "\u2009": " ", "\u00a0": " "})


def in_ucum(text: str) -> str:
    """The UCUM unit that a hospital's spelling means, or the text itself, trimmed."""
    text = text.strip()
    if text in _EXACT:
        return _EXACT[text]
    simple = _RAISED.sub(lambda found: "10*" + found[1].translate(_SUPERSCRIPT), text).translate(_TYPED)
    simple = _BODY_SURFACE.sub("/{1.73_m2}", unicodedata.normalize("NFKC", simple))
    tight = "".join(simple.split())
    return _EXACT.get(tight) or _FOLDED.get(tight.lower()) or tight
