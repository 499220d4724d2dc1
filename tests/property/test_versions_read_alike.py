"""Whether two versions of one Observation contradict each other does not depend on which of them was read by heart."""

import pytest

from tests.property.two_readings import fast, full, told, vocabulary

ONE = (
    '{"resourceType":"Observation","id":"a","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]},'
    '"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2014-03-08","valueQuantity":{"value":115,"unit":"g/L"}%s}'
)
OTHERS = {
    "an empty list more": ONE % ',"contained":[]',
    "another version that is no number": ONE % ',"meta":{"versionId":"b"}',
    "the same amount in another unit": ONE.replace('115,"unit":"g/L"', '11.5,"unit":"g/dL"') % "",
    "the same in other white space": ONE.replace('"unit":', '"unit": ') % "",
}


@pytest.mark.parametrize("way", OTHERS)
def test_versions_contradict_each_other_alike(way: str) -> None:
    data = f"{ONE % ''}\n{OTHERS[way]}".encode()
    assert told(fast(vocabulary(), data)) == told(full(vocabulary(), data))
