"""x"""
TRAININGS = ()
