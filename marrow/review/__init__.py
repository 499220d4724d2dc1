"""The living specification: what the source says, the rule that stands for it, what shows it, and who agreed."""
