"""All of a patient from a server without $everything: the Patient, then a search for each type that is read."""

from collections.abc import AsyncIterator, Awaitable, Callable

from fhir_adapter.client.outcome import Gone, Nowhere
from fhir_adapter.client.trouble import ExchangeFailed

COMPARTMENT: tuple[tuple[str, tuple[tuple[str, str], ...], str], ...] = (
    ("Observation", (), "patient"),
    ("MedicationAdministration", (("_include", "MedicationAdministration:medication"),), "patient"),
    ("Procedure", (), "patient"),
    ("Condition", (), "patient"),
    ("ResearchSubject", (), "patient"),
    ("AdverseEvent", (), "subject"),
    ("Consent", (), "patient"),
    ("Encounter", (), "patient"),
    ("DiagnosticReport", (), "patient"),
    ("Immunization", (), "patient"),
    ("Specimen", (), "patient"),
)
"""What is searched where $everything is not offered: type, further parameters, and the one that names the patient."""

Read = Callable[[str, str], Awaitable[bytes | Gone | Nowhere | None]]
Search = Callable[[str, list[tuple[str, str]]], AsyncIterator[bytes]]


async def by_searches(patient: str, read: Read, search: Search) -> AsyncIterator[bytes]:
    """The Patient and what names it; nothing where there is none. Types that the server does not have are passed over."""
    found = await read("Patient", patient)
    if not isinstance(found, bytes):
        return
    yield found
    for kind, further, name in COMPARTMENT:
        try:
            async for resource in search(kind, [(name, f"Patient/{patient}"), *further]):
                yield resource
        except ExchangeFailed as failed:
            if failed.code != "unsupported":
                raise
