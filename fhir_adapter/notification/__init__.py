"""What FHIR servers send when something has changed, in every shape that they use."""
