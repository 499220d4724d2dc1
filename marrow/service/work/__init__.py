"""From what a server told to what stands on it: changes are filed, patients evaluated, statements delivered."""
