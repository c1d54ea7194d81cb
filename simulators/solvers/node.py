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
INFLUENCE = OWN + MOST_COLUMNS
SHARE = INFLUENCE + 1
"""Of the exponents 1, 2 and 3: |z|^(n-1) is the polynomial of |z| with one of these coefficients 1
and the others 0. It costs less than a choice for every element, and lanes may differ.
"""
SPRING = SHARE + 3
FLOOR_SPRING = SPRING + 1
"""Of a chain: linear spring of the storey, and of the floor to the ground."""
PEAK = FLOOR_SPRING + 1
GAP = PEAK + 1
DRIFT = PEAK + 2
SAMPLE = PEAK + 3
"""State at the latest sample, and the relative acceleration, in seconds."""
Y, U, Z, W, ACCELERATION = range(5)
"""Rows of a state: displacement, velocity, hysteretic variable, hysteretic energy; the last one in
a sample alone.
"""
STATE_ROWS = 4
RUN = SAMPLE + STATE_ROWS + 1
"""Rows of the coarse run, followed by those of the fine one. A run counts time in its steps."""
TANGENT_FIRST, TANGENT_LAST, SPEED = range(3)
"""Rows of a run: tangents of the first and last stage of the latest step, v at its start."""
STEPPED = 3
LOAD, INVERSE_MASS, DASHPOT, FLOOR_DASHPOT = range(STEPPED, STEPPED + 4)
"""Coefficients that depend on the step: what the signal accelerates; of a chain the inverse mass of
the floor, the dashpot of the storey, and that of the floor to the ground.
"""
STEP_POWERS = (2, 2, -1, -1)
"""The powers of the step (s) that these are proportional to."""
STATE = STEPPED + len(STEP_POWERS)
"""Rows of the states of the four stages."""
REST = STATE + 4 * STATE_ROWS
"""In single precision: by how much the state at the start of a step is too large, from rounding."""
RUN_ROWS = REST + STATE_ROWS
NODE_ROWS = RUN + 2 * RUN_ROWS
NODE = NODE_ROWS * WIDTH
"""Numbers of a node, of eight bytes each."""
