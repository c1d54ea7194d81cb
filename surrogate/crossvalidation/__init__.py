"""Cross-validation: trainings that hold out each fold of the records once, for any configuration.

plan.py      which records each fold holds out, trains on and validates by
fold.py      one training, and the test of it on what was held out
run.py       all of them, in processes, resumable
report.py    what came out: Markdown, CSV, and the numbers that a card takes
"""
