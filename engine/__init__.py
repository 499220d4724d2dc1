"""The core: what is known of a patient, what a protocol says of it, and why. No file, socket, clock or FHIR."""

__version__ = "0.1.0"
