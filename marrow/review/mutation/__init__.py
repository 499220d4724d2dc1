"""Would a mistake be noticed? Small mistakes made in a pack on purpose, and the scenarios run on each."""
