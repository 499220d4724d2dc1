"""Steps that change what the paper leaves open, as a trial office would decide it."""

import re

from pytest_bdd import given, parsers

from tests.features.chart import Chart
from tests.features.words import SETTINGS, VALUES

_SETTING = "|".join(sorted(SETTINGS, key=len, reverse=True))


@given(parsers.re(rf'the trial office sets "(?P<setting>{_SETTING})" to (?P<value>.+)'))
def is_set(chart: Chart, setting: str, value: str) -> None:
    chart.settings[SETTINGS[setting]] = setting_value(value)


@given("every transfusion is on record")
def capture_complete(chart: Chart) -> None:
    chart.settings["ti.capture_complete"] = "true"


@given("nothing is said of whether every transfusion is on record")
def capture_unsaid(chart: Chart) -> None:
    chart.settings.pop("ti.capture_complete", None)


@given("transfusions may be missing from the record")
def capture_incomplete(chart: Chart) -> None:
    chart.settings["ti.capture_complete"] = "false"


def setting_value(words: str) -> str:
    """A value as `--set` takes it: a word of the clinic, "30 to 60", or several joined by commas and "and"."""
    if found := re.fullmatch(r"(-?\S+) to (-?\S+)", words):
        return f"{found[1]},{found[2]}"
    if words in VALUES:
        return VALUES[words]
    parts = re.split(r", | and ", words)
    return ",".join(VALUES.get(part, part) for part in parts)
