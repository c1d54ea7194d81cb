"""A building that softens with its amplitude: one mode whose spring is learnt, from displacements.

    python -m benchmarks.softening DATASET          # a minute or two on a core

The dataset has the displacement of a base, x, and displacements of floors, y, each record in the
same unit. One mode of unit mass under the base's acceleration,

    d'' + c d' + f = -x'',     y_t = C [x_t, x_t-1, d_t, d_t-1, x''_t]

has a spring f that is linear, or the sliders of `surrogate.networks.storey_laws`; C and the spring
are the same for all records. The squared error of each record and floor counts over its variance,
C by linear least squares within the search of the spring (variable projection, Golub and Pereyra
1973, SIAM J. Numer. Anal. 10, 413).

Prints the NRMSE of both springs on the training part by four-fold cross-validation, which chooses,
and then NRMSE and correlation of the test part. With `--whiten ORDER` the residuals of the learnt
spring tell an autoregression, which makes them white, and the spring and C are fitted once more to
what has passed it: the prediction-error form with noise that drives the records. What is scored
stays the simulation.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, signal

import datasets
from datasets.contract import partition
from surrogate.evaluation import metrics
from surrogate.identification.model import ShearModel
from surrogate.identification.recordings import respond
from surrogate.identification.unknowns import Choice, Space
from surrogate.networks.observation import every
from surrogate.networks.storey_laws import REFERENCE, SLIPS, WEIGHTS

FOLDS = 4
STEPS = 12
DIFFERENCE = 1e-3
REACH = 30.0
"""Slips are spread from the middle one over it to as many times it."""
MIDDLE = 0.3
"""Middle slip over the median of the largest displacements of the base."""
SPRINGS = ("elastic", "iwan")


@dataclass(frozen=True, eq=False)
class Records:
    """Displacements of a base, (record, time), and of floors, (record, time, floor); s."""

    base: np.ndarray
    floors: np.ndarray
    interval: float

    def some(self, records: np.ndarray) -> "Records":
        """Return some of the records."""
        return Records(self.base[records], self.floors[records], self.interval)

    @property
    def acceleration(self) -> np.ndarray:
        """Second derivative of the base's displacement by its Fourier series, mirrored at its end.

        The displacements of agencies are band-limited, and a mirrored record has no jump.
        """
        mirrored = np.concatenate([self.base, self.base[:, ::-1]], axis=1)
        frequency = np.fft.rfftfreq(mirrored.shape[1], self.interval)
        spectrum = -((2.0 * np.pi * frequency) ** 2) * np.fft.rfft(mirrored, axis=1)
        return np.fft.irfft(spectrum, mirrored.shape[1], axis=1)[:, : self.base.shape[1]]


class Mode:
    """A spring and C, fitted to records.

    Parameters
    ----------
    records : Records
    spring : str
        A key of `surrogate.identification.laws.LAWS`.
    frequency : float
        Hz, where the search begins.
    whitener : ndarray, shape (lag,), optional
        Through which all pass before they are compared, one first; none by default.
    """

    def __init__(
        self,
        records: Records,
        spring: str,
        frequency: float,
        whitener: np.ndarray | None = None,
    ) -> None:
        self.whitener = np.ones(1) if whitener is None else whitener
        circular = 2.0 * np.pi * frequency
        start: dict[str, float] = {
            "mass": 1.0,
            "stiffness": circular**2,
            "damping": 0.08 * circular,
        }
        fixed = ["mass", "mass_damping"]
        if spring == "iwan":
            start |= _wide(float(np.median(np.abs(records.base).max(axis=1))))
            fixed += ["yield_displacement", *SLIPS]
        self.model = ShearModel(1, spring, start)
        self.space = Space(self.model.unknowns, Choice(fixed=fixed))
        low, high = self.space.limits()
        theta = np.clip(np.zeros(len(self.space)), low, high)
        found = optimize.least_squares(
            lambda own: self._residuals(own[None], records)[0],
            theta,
            jac=lambda own: self._jacobian(own, records),
            bounds=(low - DIFFERENCE, high + DIFFERENCE),
            max_nfev=STEPS,
        )
        self.theta = np.clip(found.x, low, high)
        spread = records.floors.std(axis=1)
        seen = self._passed(self._seen(self.theta[None], records)[0])
        self.output = _output(seen, self._passed(records.floors), spread)

    def answer(self, records: Records) -> np.ndarray:
        """Return the displacements of the floors, (record, time, floor)."""
        return self._seen(self.theta[None], records)[0] @ self.output

    def _passed(self, values: np.ndarray) -> np.ndarray:
        """Values, (record, time, ...), behind the whitening filter."""
        return signal.lfilter(self.whitener, [1.0], values, axis=1)

    def _seen(self, thetas: np.ndarray, records: Records) -> np.ndarray:
        """What C is applied to, shape (row, record, time, 5)."""
        values = {
            name: np.repeat(value, len(records.base), axis=0)
            for name, value in self.space.values(thetas).items()
        }
        acceleration = records.acceleration
        structure = self.model.structure(values)
        drift = respond(structure, acceleration, records.interval, every("drift", 1))[..., 0]
        same = np.broadcast_to(records.base, drift.shape)
        driven = np.broadcast_to(acceleration, drift.shape)
        return np.stack([same, _before(same), drift, _before(drift), driven], axis=-1)

    def _residuals(self, thetas: np.ndarray, records: Records) -> np.ndarray:
        spread = records.floors.std(axis=1)
        floors = self._passed(records.floors)
        rows = []
        for answer in self._seen(thetas, records):
            seen = self._passed(answer)
            apart = floors - seen @ _output(seen, floors, spread)
            rows.append((apart / spread[:, None]).ravel())
        return np.stack(rows)

    def _jacobian(self, theta: np.ndarray, records: Records) -> np.ndarray:
        moved = np.concatenate([theta[None], theta + DIFFERENCE * np.eye(len(theta))])
        residuals = self._residuals(moved, records)
        return ((residuals[1:] - residuals[0]) / DIFFERENCE).T


def _wide(typical: float) -> dict[str, float]:
    """Start of sliders whose slips, which stay, reach from the weakest records to the strongest.

    A building softens from amplitudes far below those at which it yields.
    """
    slips = np.geomspace(1.0 / REACH, REACH, len(SLIPS) + 1)
    others = np.delete(slips, REFERENCE - 1).tolist()
    return {
        "yield_displacement": MIDDLE * typical,
        "post_yield_ratio": 0.6,
        **dict(zip(SLIPS, others, strict=True)),
        **dict.fromkeys(WEIGHTS, 1.0),
    }


def _before(values: np.ndarray) -> np.ndarray:
    """Values one sample earlier, zero before the first."""
    return np.concatenate([np.zeros_like(values[..., :1]), values[..., :-1]], axis=-1)


def _output(seen: np.ndarray, floors: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """C, shape (5, floor), each record and floor over its spread."""
    columns = []
    for floor in range(floors.shape[-1]):
        weight = 1.0 / spread[:, None, floor]
        matrix = (seen * weight[..., None]).reshape(-1, seen.shape[-1])
        columns.append(np.linalg.lstsq(matrix, (floors[..., floor] * weight).ravel())[0])
    return np.stack(columns, axis=1)


def whitening(mode: Mode, records: Records, order: int) -> np.ndarray:
    """Return the filter that makes the residuals of a mode white: one, then minus the coefficients
    of their autoregression.
    """
    spread = records.floors.std(axis=1, keepdims=True)
    residuals = (records.floors - mode.answer(records)) / spread
    series = residuals.transpose(0, 2, 1).reshape(-1, residuals.shape[1])
    windows = np.lib.stride_tricks.sliding_window_view(series, order + 1, axis=1)
    rows = windows.reshape(-1, order + 1)[:, ::-1]  # the latest first
    return np.append(1.0, -np.linalg.lstsq(rows[:, 1:], rows[:, 0])[0])


def crossvalidated(records: Records, spring: str, frequency: float) -> float:
    """Return the mean NRMSE of records that were left out, in `FOLDS` folds."""
    numbers = np.arange(len(records.base))
    errors = []
    for fold in range(min(FOLDS, len(numbers))):
        left = numbers[fold::FOLDS]
        mode = Mode(records.some(np.setdiff1d(numbers, left)), spring, frequency)
        errors.append(_errors(mode, records.some(left)))
    return float(np.concatenate(errors).mean())


def _errors(mode: Mode, records: Records) -> np.ndarray:
    return metrics.normalized_root_mean_square_error(mode.answer(records), records.floors)


def _print_whitened(parts: dict[str, Records], frequency: float, order: int) -> None:
    """Rows of the learnt spring without and with a prediction-error form."""
    plain = Mode(parts["train"], "iwan", frequency)
    whitener = whitening(plain, parts["train"], order)
    other = Mode(parts["train"], "iwan", frequency, whitener)
    for name, mode in (("iwan", plain), (f"iwan, whitened by order {order}", other)):
        scores = [f"{part} {_errors(mode, own).mean():.4f}" for part, own in parts.items()]
        print(f"{name}: NRMSE {', '.join(scores)}", flush=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Print a row for each spring, and the last line as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="dataset with a training and a test part")
    parser.add_argument("--base", default="base_acceleration", help="displacement of the base")
    parser.add_argument("--floors", default="displacement")
    parser.add_argument("--frequency", type=float, default=0.9, help="Hz, where searches begin")
    parser.add_argument("--whiten", type=int, metavar="ORDER", help="of the autoregression")
    options = parser.parse_args(argv)
    parts = {}
    for part in ("train", "test"):
        own = partition.select(datasets.open_dataset(options.data), part).load()
        time = own["time"].values
        base = own[options.base].values.astype(float)
        floors = own[options.floors].values.astype(float)
        parts[part] = Records(base, floors.reshape(*base.shape, -1), float(time[1] - time[0]))
    rows: dict[str, dict[str, float]] = {}
    if options.whiten is not None:
        _print_whitened(parts, options.frequency, options.whiten)
        return
    for spring in SPRINGS:
        left_out = crossvalidated(parts["train"], spring, options.frequency)
        mode = Mode(parts["train"], spring, options.frequency)
        answer = mode.answer(parts["test"])
        row = {
            "left out": left_out,
            "NRMSE": float(_errors(mode, parts["test"]).mean()),
            "correlation": float(metrics.correlation(answer, parts["test"].floors).mean()),
        }
        print(f"{spring}: " + ", ".join(f"{k} {v:.4f}" for k, v in row.items()), flush=True)
        rows[spring] = row
    chosen = min(rows, key=lambda spring: rows[spring]["left out"])
    print(f"chosen by the records left out: {chosen}")
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
