"""Solvers: from a structure and a load to a response, by the compiled batch integrator or by SciPy,
and the energy balance.
"""
