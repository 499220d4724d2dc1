"""Children on every edge, concluded by the pack and by a second, independent reading of the paper: the two agree."""

import pytest

from engine.evaluate.plain import Plain
from marrow.packs import load_pack
from tests.oracle.children import child
from tests.oracle.compare import Comparison, Marrow
from tests.oracle.explained import reason

CHILDREN, PARTS = 1500, 6
"""A part at a time, so that a failure names a part and the parts can run beside each other."""


@pytest.fixture(scope="module")
def marrow() -> Marrow:
    pack = load_pack("lan_2021")
    return Marrow(pack, Plain(pack))


@pytest.mark.parametrize("part", range(PARTS))
def test_no_child_is_concluded_otherwise_than_the_texts_say(part: int, marrow: Marrow) -> None:
    unexplained = []
    for seed in range(part, CHILDREN, PARTS):
        one = child(seed)
        seen, issues = marrow.concludes(one, seed)
        found = Comparison(one, seen).all()
        unexplained += [difference for difference in found if reason(one, difference) is None]
        unexplained += [(seed, issue) for issue in issues]
    assert unexplained == []
