"""One line of NDJSON for each kind of resource, written straight as text, so that a hundred thousand patients take minutes."""

from benchmarks.bulk.catalogue import Test

LOINC = "http://loinc.org"
LOCAL = "urn:marrow:lan-2021"
UCUM = "http://unitsofmeasure.org"
ROLES = "http://terminology.hl7.org/CodeSystem"

_PROFILE = '"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]'
_TEXT = (
    '"text":{{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p><b>{label}</b></p>'
    '<p>reported as \\"{value}\\" at {when}; requested by ward \\"{ward}\\" / checked</p></div>"}},'
)


def head(kind: str, identity: str, version: int, updated: str, profile: bool = False) -> str:
    """The first elements of every resource."""
    said = f",{_PROFILE}" if profile else ""
    return f'{{"resourceType":"{kind}","id":"{identity}","meta":{{"versionId":"{version}","lastUpdated":"{updated}"{said}}},'


def narrative(label: str, value: str, when: str, ward: str) -> str:
    """A generated narrative, in which quotes are escaped."""
    return _TEXT.format(label=label, value=value, when=when, ward=ward)


def coding(system: str, code: str, display: str = "") -> str:
    """One Coding."""
    shown = f',"display":"{display}"' if display else ""
    return f'{{"system":"{system}","code":"{code}"{shown}}}'


def quantity(value: str, unit: str, code: str, comparator: str = "") -> str:
    """A Quantity; without a code only the laboratory's own spelling, without a unit neither."""
    compared = f',"comparator":"{comparator}"' if comparator else ""
    named = f',"unit":"{unit}"' if unit else ""
    coded = f',"system":"{UCUM}","code":"{code}"' if code else ""
    return f'{{"value":{value}{compared}{named}{coded}}}'


def observation(begin: str, status: str, test: Test, patient: str, place: str, when: str, rest: str) -> str:
    """An Observation of a test. place: encounter and performer; rest: value, interpretation, limits, each with its comma."""
    return (
        f'{begin}"status":"{status}",{test.category},"code":{test.code},"subject":{{"reference":"Patient/{patient}"}},'
        f'{place}"effectiveDateTime":"{when}"{rest}}}'
    )


def administration(begin: str, status: str, drug: str, patient: str, when: str, dose: str) -> str:
    """A MedicationAdministration; `drug` and `when` are whole elements."""
    route = coding("http://snomed.info/sct", "47625008", "Intravenous route")
    return (
        f'{begin}"status":"{status}",{drug},"subject":{{"reference":"Patient/{patient}"}},{when},'
        f'"dosage":{{"text":"as prescribed","route":{{"coding":[{route}]}},'
        f'"dose":{dose}}}}}'
    )


def procedure(begin: str, status: str, codes: str, text: str, patient: str, when: str) -> str:
    """A Procedure; `when` is a whole element."""
    return (
        f'{begin}"status":"{status}","code":{{"coding":[{codes}],"text":"{text}"}},'
        f'"subject":{{"reference":"Patient/{patient}"}},{when},"note":[{{"text":"no reaction; \\"tolerated well\\""}}]}}'
    )


def condition(begin: str, codes: str, text: str, patient: str, onset: str) -> str:
    """A Condition that is active and confirmed."""
    return (
        f'{begin}"clinicalStatus":{{"coding":[{coding(ROLES + "/condition-clinical", "active")}]}},'
        f'"verificationStatus":{{"coding":[{coding(ROLES + "/condition-ver-status", "confirmed")}]}},'
        f'"code":{{"coding":[{codes}],"text":"{text}"}},"subject":{{"reference":"Patient/{patient}"}},"onsetDateTime":"{onset}"}}'
    )


def subject(begin: str, patient: str, arm: str, start: str, end: str) -> str:
    """A ResearchSubject with its arm."""
    return (
        f'{begin}"status":"on-study","period":{{"start":"{start}","end":"{end}"}},"study":{{"reference":"ResearchStudy/lan"}},'
        f'"individual":{{"reference":"Patient/{patient}"}},"assignedArm":"{arm}"}}'
    )


def encounter(begin: str, patient: str, kind: str, start: str, end: str) -> str:
    """An Encounter that is over."""
    return (
        f'{begin}"status":"finished","class":{coding(ROLES + "/v3-ActCode", kind)},'
        f'"type":[{{"coding":[{coding("http://snomed.info/sct", "185349003", "Encounter for check up")}],"text":"visit"}}],'
        f'"subject":{{"reference":"Patient/{patient}"}},"period":{{"start":"{start}","end":"{end}"}},'
        f'"serviceProvider":{{"reference":"Organization/o1","display":"Children\'s hospital"}}}}'
    )


def report(begin: str, patient: str, when: str, results: str) -> str:
    """A DiagnosticReport of a blood count."""
    return (
        f'{begin}"status":"final","category":[{{"coding":[{coding(ROLES + "/v2-0074", "HM", "Hematology")}]}}],'
        f'"code":{{"coding":[{coding(LOINC, "58410-2", "CBC panel - Blood by Automated count")}],"text":"Blood count"}},'
        f'"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"{when}","issued":"{when}","result":[{results}]}}'
    )


def person(begin: str, number: int, family: str, sex: str, born: str, died: str) -> str:
    """A Patient; `died` is a whole element with its comma, or nothing."""
    return (
        f'{begin}"identifier":[{{"use":"official","system":"urn:oid:1.2.36.146.595.217.0.1","value":"{number:08d}"}}],"active":true,'
        f'"name":[{{"use":"official","family":"{family}","given":["Child"]}}],"gender":"{sex}","birthDate":"{born}"{died},'
        f'"address":[{{"use":"home","line":["1 \\"Elm\\" Street"],"city":"Anytown","postalCode":"00000"}}]}}'
    )
