"""A run over files in bounded memory: sort by patient, evaluate part by part, put the parts together."""
