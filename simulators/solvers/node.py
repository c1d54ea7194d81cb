"""The kernel's memory: what a node holds, row by row, each row one number for every lane.

Node i + 1 has what belongs to floor i and to element i; a node of zeros at either end closes a
chain. A loop over the nodes then reaches everything at a fixed distance from one pointer.
"""

from simulators.hysteresis.rates import FORCE
from simulators.solvers.simd import WIDTH

MOST_COLUMNS = 16
"""Coefficients that the compiled functions of one rate equation may have."""

ELASTIC, VISCOUS, SCALE = range(3)
"""Of the force of an element; the coefficients of its own rate equation follow."""
OWN = len(FORCE)
LOAD = OWN + MOST_COLUMNS
INFLUENCE = LOAD + 1
SHARE = INFLUENCE + 1
"""Of the exponents 1, 2 and 3: |z|^(n-1) is the polynomial of |z| with one of these coefficients 1
and the others 0. It costs less than a choice for every element, and lanes may differ.
"""
CHAIN = SHARE + 3
DASHPOT, SPRING, INVERSE_MASS, FLOOR_DASHPOT, FLOOR_SPRING = range(CHAIN, CHAIN + 5)
"""Of a chain: dashpot and linear spring of the storey; inverse mass, dashpot and spring to the
ground of the floor.
"""
PEAK = CHAIN + 5
GAP = PEAK + 1
DRIFT = PEAK + 2
SCRATCH = PEAK + 3
SAMPLE = SCRATCH + 1
"""State at the latest sample, and the relative acceleration."""
Y, U, Z, W, ACCELERATION = range(5)
"""Rows of a state: displacement, velocity, hysteretic variable, hysteretic energy; the last one in
a sample alone.
"""
STATE_ROWS = 4
RUN = SAMPLE + STATE_ROWS + 1
"""Rows of the coarse run, followed by those of the fine one."""
TANGENT_FIRST, TANGENT_LAST, SPEED, STATE = range(4)
"""Rows of a run: tangents of the first and last stage of the latest step, v at its start, the
states of the four stages.
"""
RUN_ROWS = STATE + 4 * STATE_ROWS
NODE_ROWS = RUN + 2 * RUN_ROWS
NODE = NODE_ROWS * WIDTH
"""Numbers of a node."""
