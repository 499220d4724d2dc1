"""Cohorts at scale: a generator of bulk exports, and who answers the same questions on them how fast."""
