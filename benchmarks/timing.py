"""Timing on a machine that others use too: all rivals by turns, several rounds, the best time of
each.
"""

from time import process_time


def best_seconds(calls, rounds, clock=process_time):
    """Time calls without arguments, round after round, so that a busy spell of the machine meets
    all of them alike.

    Parameters
    ----------
    calls : dict of object to callable
        Each is run once beforehand, untimed.
    rounds : int
    clock : callable
        Seconds of the processor by default: what the clock on the wall shows for one thread with a
        core to itself.

    Returns
    -------
    seconds : dict
        Best time of each call.
    results : dict
        What the untimed run of each returned.
    """
    results = {key: call() for key, call in calls.items()}
    seconds = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for key, call in calls.items():
            start = clock()
            call()
            seconds[key] = min(seconds[key], clock() - start)
    return seconds, results
