"""Marrow over HTTP: what an evaluation gives, for a caller that sends FHIR."""
