"""Every scenario of features/lan_2021 is a test; the steps that they are written in stand in the modules named in steps.py."""

from pytest_bdd import scenarios

from tests.features.steps import MODULES

pytest_plugins = list(MODULES)

scenarios("lan_2021")
