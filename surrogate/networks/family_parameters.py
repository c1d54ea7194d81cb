"""What the condition of a `surrogate.networks.ShearFamily` means: which channel is which parameter
of the equation of motion.
"""

from collections.abc import Mapping, Sequence

from surrogate.data.channels import ChannelGroup, Interface

UNITS = {
    "mass": "kg",
    "stiffness": "N m-1",
    "yield_displacement": "m",
    "damping_factor": "1",
    "storeys": "1",
}
"""Parameters of the equation of motion, and the unit of each."""
OF_FLOORS = ("mass", "stiffness", "yield_displacement")
"""Those that are one number a floor or storey; without them there is no equation."""

Channels = dict[str, slice]
"""Places of a parameter among the channels of the condition: one a storey, or one for all."""


def places(interface: Interface, known: Sequence[str], given: Mapping[str, object]) -> Channels:
    """Return where each parameter is among the constant channels of an interface.

    Parameters
    ----------
    interface : Interface
    known : sequence of str
        Further parameters, which the law of a storey is told.
    given : mapping
        Parameters that the settings of the network state.

    Raises
    ------
    ValueError
        For a parameter that is neither told nor given, or both, has another unit or number than the
        storeys, or which nothing would read.
    """
    storeys = _storeys(interface)
    found: Channels = {}
    first = 0
    for group in interface.inputs:
        if not group.constant:
            continue
        _check(group, known, storeys)
        found[group.variable] = slice(first, first + group.channels)
        first += group.channels
    for name in (*OF_FLOORS, *known):
        if name in given and name in found:
            raise ValueError(
                f"{name} is among data.parameters and in model.network.{name}: leave one out"
            )
        if name not in found and name not in given:
            also = f", or set model.network.{name}" if name in OF_FLOORS else ""
            raise ValueError(f"ShearFamily needs {name}: add it to data.parameters{also}")
    return found


def _storeys(interface: Interface) -> int:
    """Number of storeys of the only target, drift; ValueError for others."""
    (first, *others) = interface.targets
    if others or first.variable != "drift" or first.units != "m":
        named = ", ".join(f"{group.variable} ({group.units})" for group in interface.targets)
        raise ValueError(f"ShearFamily answers drift (m) alone, the targets are {named}")
    for group in interface.inputs:
        if not group.constant and group.units != "m s-2":
            raise ValueError(
                f"ShearFamily takes accelerations of the base in m s-2, {group.variable} is in "
                f"{group.units}"
            )
    return first.channels


def _check(group: ChannelGroup, known: Sequence[str], storeys: int) -> None:
    name = group.variable
    if name not in UNITS and name not in known:
        raise ValueError(
            f"{name} is told and would not be used: leave it out of data.parameters, or name it in "
            f"model.network.known, for the law of a storey"
        )
    if group.units != UNITS.get(name, group.units):
        raise ValueError(f"{name} must be in {UNITS[name]} for ShearFamily, got {group.units}")
    single = ("damping_factor", "storeys")
    allowed = (1,) if name in single else (storeys,) if name in OF_FLOORS else (1, storeys)
    if group.channels not in allowed:
        numbers = " or ".join(map(str, allowed))
        raise ValueError(
            f"{name} has {group.channels} numbers a record, must have {numbers} for {storeys} "
            "storeys"
        )
