"""What the service can do, as a CapabilityStatement of R4."""

from engine import __version__
from engine.pack.program import Pack
from fhir_adapter.identity import Resource

CHANGED = "2026-11-21"
"""The day on which what is stated here last changed."""
EVALUATE = "urn:marrow:operation:evaluate"


def capability_statement(pack: Pack, needs_token: bool) -> Resource:
    """For `GET /fhir/metadata`; says the same as long as the version is the same."""
    who = "every caller shows a bearer token" if needs_token else "without credentials, for callers on the same machine"
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED,
        "kind": "instance",
        "software": {"name": "Marrow", "version": __version__},
        "implementation": {"description": f"Marrow with the pack {pack.name} {pack.version}: {pack.manifest.title}"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Bundles of R4, R4B and R5 are read; what is concluded is written in the release that was read.",
                "security": {"cors": False, "description": who},
                "resource": [
                    {
                        "type": "Condition",
                        "documentation": "What was concluded of a patient, as it stands or will stand on the EHR's server.",
                        "interaction": [{"code": "read"}, {"code": "search-type"}],
                        "searchParam": [{"name": "patient", "type": "reference"}],
                    },
                    {
                        "type": "AuditEvent",
                        "documentation": "Who read and wrote what, the newest last.",
                        "interaction": [{"code": "search-type"}],
                    },
                ],
                "operation": [
                    {
                        "name": "evaluate",
                        "definition": EVALUATE,
                        "documentation": "POST a Bundle to $evaluate; the answer is the transaction Bundle of what is concluded. "
                        "Parameters of the URL: as_of and cutoff, each a day.",
                    }
                ],
            }
        ],
    }
