"""Cases from practice that once went wrong: what came out then, what comes out now, what is right.

    python -m tools.cases ../shared/cases --rows R3 T10

The folder holds the inputs and describes each row in its README.md. A row is wrong where what comes
out now does not match what is right; the exit code is then 1.
"""
