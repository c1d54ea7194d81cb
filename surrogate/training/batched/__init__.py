"""Many small trainings at once: the members of a study side by side in one process."""
