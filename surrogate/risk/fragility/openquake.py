"""Fragility curves as OpenQuake reads them: NRML 0.5, lognormal functions.

OpenQuake takes the mean and the standard deviation of the intensity itself, not of its logarithm:

    mean = median exp(beta^2 / 2),      stddev = mean sqrt(exp(beta^2) - 1)                      (1)

and PGA and SA in g.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from math import exp, expm1, sqrt
from pathlib import Path
from xml.etree import ElementTree

from datasets.files.disk import new_file
from surrogate.risk.fragility.lognormal import Fragility

NAMESPACE = "http://openquake.org/xmlns/nrml/0.5"
_MEASURE = re.compile(r"PGA|PGV|SA\(\d+(\.\d+)?\)|AvgSA")


def write_openquake(
    path: str | Path,
    taxonomy: str,
    measure: str,
    curves: Mapping[str, Fragility],
    largest: float,
    overwrite: bool = False,
) -> None:
    """Write curves of one kind of building as an OpenQuake fragility model.

    Parameters
    ----------
    path : str or Path
        Ends in .xml.
    taxonomy : str
        Name of the kind of building in the exposure model.
    measure : str
        PGA, SA(0.5), AvgSA (medians in g), or PGV (cm/s).
    curves : mapping of str to Fragility
        By damage state, the slightest first.
    largest : float
        Intensity up to which the curves hold, in the unit of the medians.
    overwrite : bool
        Whether a file may be replaced.

    Raises
    ------
    ValueError
        For another suffix or measure, names with blanks, curves that cross below `largest` (a worse
        state would be likelier than a slighter one), or are out of order.
    FileExistsError
        For a file that exists.
    """
    path = Path(path)
    if path.suffix != ".xml":
        raise ValueError(f"{path} must end in .xml")
    if not _MEASURE.fullmatch(measure):
        raise ValueError(f"measure = {measure!r}: expected PGA, PGV, AvgSA or SA(period), SA(0.5)")
    for name in (taxonomy, *curves):
        if not name or name.split() != [name]:
            raise ValueError(f"name {name!r}: expected a word without blanks")
    _check_order(curves, largest)
    tree = ElementTree.ElementTree(_model(taxonomy, measure, curves, largest))
    ElementTree.indent(tree)
    with new_file(path, overwrite) as temporary:
        tree.write(temporary, encoding="utf-8", xml_declaration=True)


def moments(curve: Fragility) -> tuple[float, float]:
    """Return the mean and the standard deviation (1) of the intensity."""
    mean = curve.median * exp(0.5 * curve.beta**2)
    return mean, mean * sqrt(expm1(curve.beta**2))


def _check_order(curves: Mapping[str, Fragility], largest: float) -> None:
    names = list(curves)
    if not names:
        raise ValueError("curves are missing: expected one for each damage state")
    lowest = 0.1 * min(curve.median for curve in curves.values())
    for slighter, worse in pairwise(names):
        ends = [lowest, largest]
        if (curves[worse].probability(ends) > curves[slighter].probability(ends)).any():
            raise ValueError(
                f"{worse} is likelier than {slighter} at {lowest:.3g} or {largest:.3g}: order the "
                "curves from the slightest state to the worst; where they cross, fit them with one "
                "beta"
            )


def _model(
    taxonomy: str, measure: str, curves: Mapping[str, Fragility], largest: float
) -> ElementTree.Element:
    root = ElementTree.Element("nrml", xmlns=NAMESPACE)
    about = {"id": "fragility", "assetCategory": "buildings", "lossCategory": "structural"}
    model = ElementTree.SubElement(root, "fragilityModel", about)
    ElementTree.SubElement(model, "description").text = f"lognormal fragility of {taxonomy}"
    ElementTree.SubElement(model, "limitStates").text = " ".join(curves)
    kind = {"id": taxonomy, "format": "continuous", "shape": "logncdf"}
    function = ElementTree.SubElement(model, "fragilityFunction", kind)
    bounds = {"imt": measure, "noDamageLimit": "0", "minIML": "0", "maxIML": f"{largest:g}"}
    ElementTree.SubElement(function, "imls", bounds)
    for name, curve in curves.items():
        mean, deviation = moments(curve)
        numbers = {"mean": f"{mean:.8g}", "stddev": f"{deviation:.8g}"}
        ElementTree.SubElement(function, "params", {"ls": name} | numbers)
    return root
