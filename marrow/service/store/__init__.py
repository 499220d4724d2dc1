"""What outlives the process: what was told, what is known, what is concluded, and what is to be written."""
