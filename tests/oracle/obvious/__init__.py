"""How a record is laid out and measured, said step by step for each patient anew: what the compiled form of it must equal.

Nothing of a pack is laid out before, no day is compared as a number, and nothing is remembered.
"""
