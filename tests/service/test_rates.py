"""How often a caller may ask, and that neither made up credentials nor many addresses get around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marrow.service.rates import Rates
from tests.client.played import Hours
from tests.service.asking import TOKEN, fault
from tests.service.doors import ask_from, behind_the_door

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def test_a_bucket_empties_and_refills() -> None:
    hours = Hours()
    rates = Rates(2, 3, hours.clock.steady)
    assert [rates.take("a") for _ in range(5)] == [None, None, None, 1, 1]
    hours.passed = 0.5
    assert [rates.take("a") for _ in range(2)] == [None, 1]
    hours.passed = 1000
    assert [rates.take("a") for _ in range(4)] == [None, None, None, 1]


def test_the_wait_is_long_enough() -> None:
    hours = Hours()
    rates = Rates(0.1, 1, hours.clock.steady)
    assert (rates.take("a"), rates.take("a")) == (None, 10)
    hours.passed = 9.9
    assert rates.take("a") == 1
    hours.passed = 10
    assert rates.take("a") is None


def test_callers_do_not_share_a_bucket_and_the_number_of_buckets_is_bounded() -> None:
    rates = Rates(1, 1, Hours().clock.steady, most=100)
    assert [rates.take(str(number)) for number in range(5000)] == [None] * 5000
    assert len(rates) == 100
    assert rates.take("4999") == 1


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.5, 20), st.integers(1, 10))
@settings(deadline=None)
def test_never_more_than_the_burst_and_what_refilled(pauses: list[float], per_second: float, burst: int) -> None:
    hours = Hours()
    rates = Rates(per_second, burst, hours.clock.steady)
    allowed = 0
    for pause in pauses:
        hours.passed += pause
        allowed += rates.take("a") is None
        assert allowed <= burst + hours.passed * per_second + 1e-6


def test_who_asks_too_often_waits() -> None:
    hours = Hours()
    app = behind_the_door(hours.clock, api_token=TOKEN, rate_per_second=1, rate_burst=2)
    answers = [ask_from(app, "GET", "/fhir/Condition", **AUTHORIZED) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert fault(answers[2])[:2] == (429, "throttled")
    assert answers[2].headers["retry-after"] == "1"
    hours.passed = 1
    assert ask_from(app, "GET", "/fhir/Condition", **AUTHORIZED).status_code == 200


def test_made_up_credentials_are_counted_by_address_and_cost_others_nothing() -> None:
    app = behind_the_door(Hours().clock, api_token=TOKEN, rate_per_second=1, rate_burst=3)
    guesses = [ask_from(app, "GET", "/", Authorization=f"Bearer guess-{number}").status_code for number in range(6)]
    assert guesses == [401, 401, 401, 429, 429, 429]
    assert ask_from(app, "GET", "/", **AUTHORIZED).status_code == 200
    assert ask_from(app, "GET", "/", ("192.0.2.8", 1)).status_code == 401


def test_a_caller_has_one_bucket_wherever_it_asks_from() -> None:
    app = behind_the_door(Hours().clock, api_token=TOKEN, rate_per_second=1, rate_burst=2)
    assert [ask_from(app, "GET", "/", (f"192.0.2.{n}", 1), **AUTHORIZED).status_code for n in range(3)] == [200, 200, 429]


def test_addresses_of_one_network_of_version_6_are_one_caller() -> None:
    app = behind_the_door(Hours().clock, api_token=TOKEN, rate_per_second=1, rate_burst=2)
    same = [ask_from(app, "GET", "/", (f"2001:db8::{n:x}", 1)).status_code for n in range(3)]
    assert same == [401, 401, 429]
    assert ask_from(app, "GET", "/", ("2001:db8:0:1::1", 1)).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_asked_for_as_often_as_one_likes(path: str) -> None:
    app = behind_the_door(Hours().clock, api_token=TOKEN, rate_per_second=1, rate_burst=1)
    assert [ask_from(app, "GET", path).status_code for _ in range(5)] == [200] * 5
