"""Keys that stand twice: telling it from texts that are built alike says the same as reading each text, whatever is in it."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fhir_adapter import repeated
from fhir_adapter.issue import Refusal
from fhir_adapter.payload import plain
from fhir_adapter.repeated import refuse_repeated

# short, so that keys collide: alike but for digits, for letters that ids have, in escapes, with what looks like JSON
NAMES = (
    "id",
    "id1",
    "id2",
    "b",
    "c",
    "code",
    "coding",
    "",
    "a b",
    'a\\":b',
    "\\u0061",
    "\\u0062",
    "a",
    "\\/",
    "/",
    "\\n",
    "\\b",
    "µ",
)
TEXTS = (*NAMES, "2013-11-02", "{", '}\\",\\"id\\":\\"', "\\\\", ":", "x,y", "[")
GAPS = ("", "", "", " ", "\t", " \n ")
SOME_BYTES = b"0123456789bcfghkxzABZ -./\\"


@st.composite
def objects(draw: st.DrawFn, depth: int = 3) -> str:
    """JSON in one of its spellings, in which a key may stand twice."""
    gap = st.sampled_from(GAPS)

    def value(level: int) -> str:
        match draw(st.integers(0, 5 if level else 2)):
            case 0:
                return f'"{draw(st.sampled_from(TEXTS))}"'
            case 1:
                return draw(st.sampled_from(("1", "-0.50", "2e3", "12.50")))
            case 2:
                return draw(st.sampled_from(("null", "true", "false")))
            case 3:
                return "[" + ",".join(value(level - 1) for _ in range(draw(st.integers(0, 2)))) + "]"
            case _:
                return an_object(level - 1)

    def an_object(level: int) -> str:
        names = draw(st.lists(st.sampled_from(NAMES), max_size=4))
        members = (f'{draw(gap)}"{name}"{draw(gap)}:{draw(gap)}{value(level)}' for name in names)
        return "{" + ",".join(members) + draw(gap) + "}"

    return an_object(depth)


def answer(read: Callable[[bytes, str], Any], raw: bytes) -> str | None:
    try:
        read(raw, "Observation")
    except Refusal as refusal:
        return f"{refusal.code} {refusal.path}"
    return None


def alike(raw: bytes, draw: random.Random) -> bytes:
    """The same with some letters and digits changed, dropped or put in: most of it has the same build."""
    found = bytearray()
    for byte in raw:
        if byte in SOME_BYTES and draw.random() < 0.3:
            found += bytes(draw.choices(SOME_BYTES, k=draw.choice((0, 1, 1, 2))))
        else:
            found.append(byte)
    return bytes(found)


def is_json(raw: bytes) -> bool:
    try:
        msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return False
    return True


@given(objects(), st.integers(0, 2**32))
@example('{"id1":1,"id2":2}', 0)
@example('{"b":1,"c":2}', 0)
@example('{"x":{"a":1 ,"a":2}}', 0)
@example('{"a":"\\":","a\\":b":1}', 0)
@example('{"a":1,"\\u0061":2}', 0)
def test_it_is_said_of_any_text_what_reading_it_says(text: str, seed: int) -> None:
    draw, raw = random.Random(seed), text.encode()
    for one in (raw, *(alike(raw, draw) for _ in range(8)), raw):
        if is_json(one):
            assert answer(refuse_repeated, one) == answer(plain, one), one


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ('{"id1":1,"id2":2}', '{"id1":1,"id1":2}'),
        ('{"bb":1,"cc":2}', '{"cc":1,"cc":2}'),
        ('{"a":1,"b":{"a":1}}', '{"a":1,"a":{"a":1}}'),
        ('{"x":"b","y":"a\\/"}', '{"y":"b","y":"a\\/"}'),
        ('{"a\\u0031":1,"a":1}', '{"a":1,"a":1}'),
        ('{"\\u0061":1,"\\u0062":1}', '{"\\u0061":1,"\\u0061":1}'),
        ('{"\\u0067":1,"\\u0069":2}', '{"\\u0067":1,"\\u0067":2}'),
        ('{"g":"\\",\\"i\\":\\"","i":1}', '{"g":"","i":"","i":1}'),
        ('{"k":"x\\"","g":"\\"y"}', '{"k":"x\\"","k":"\\"y"}'),
    ],
)
def test_a_sound_text_says_nothing_of_another_in_which_a_key_stands_twice(first: str, then: str) -> None:
    assert answer(refuse_repeated, first.encode()) is None
    assert answer(refuse_repeated, then.encode()) == "duplicate-key Observation"


def test_a_text_that_is_none_is_refused_although_its_build_is_known() -> None:
    assert answer(refuse_repeated, '{"id":"µ"}'.encode()) is None
    assert answer(refuse_repeated, b'{"id":"\xff"}') == "structure Observation"


def test_the_next_text_of_a_known_build_is_not_read() -> None:
    line = '{{"resourceType":"Observation","id":"{}","valueQuantity":{{"value":{}}},"build":"not in other tests"}}'
    refuse_repeated(line.format("5fe62cd5-0001", 1.5).encode(), "Observation")
    known = set(repeated._builds)
    refuse_repeated(line.format("77aa-99", 12.25).encode(), "Observation")
    assert repeated._builds == known
    refuse_repeated(line.format("unlike", 12.25).encode(), "Observation")
    assert repeated._builds > known
