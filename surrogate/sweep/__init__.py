"""Sweeps: many trainings with settings that Optuna proposes, in parallel processes over one journal
file.

    space.py     what may vary, read from a YAML file
    journal.py   the study on disk: exclusive, mended after a kill
    score.py     what trials are compared by
    logged.py    one training, its words in a file (without Optuna)
    trial.py     one training, pruned by its validation loss
    run.py       all of them, in processes
    report.py    what came out: Markdown, CSV, a figure

The modules need the extra `sweep` (Optuna); the command line asks for it before it loads them.
"""
