"""Speaking to FHIR servers: reading, writing, and proving who we are."""
