"""Having a FHIR server export its data in bulk, into a folder that `marrow evaluate` reads."""
