"""Parameters that change from record to record: damage and repair over time, with bands.

records.py    the likelihood of a vector for each record, and its derivatives
walk.py       the random walk that ties records to one another
track.py      the most likely course, its covariance, and how far the walk goes
changes.py    where and when something has changed, in words
report.py     the page, the table and the picture
"""
