"""CDS Hooks 2.0: what is told to a doctor who opens a chart or chooses an order."""
