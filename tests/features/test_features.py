"""Every scenario of features/lan_2021 is a test; the steps that they are written in stand in the modules named here."""

from pytest_bdd import scenarios

pytest_plugins = [
    "tests.features.child",
    "tests.features.counts",
    "tests.features.treatment",
    "tests.features.settings",
    "tests.features.conclusions",
    "tests.features.record",
    "tests.features.results",
]

scenarios("lan_2021")
