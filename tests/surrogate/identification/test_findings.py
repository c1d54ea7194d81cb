"""What an identification tells of doubts."""

import numpy as np

from surrogate.identification.findings import of_base
from surrogate.identification.noise import Noise
from surrogate.identification.recordings import Recordings
from surrogate.networks.observation import channels


def test_noise_at_the_base_that_no_sensor_has_is_told():
    base = np.tile([2.0, -2.0], (2, 50))
    counted = np.ones(base.shape, bool)
    base[1, 50:] = 0.0
    counted[1, 50:] = False  # padding is no motion
    seen = np.ones((2, 100, 1))
    own = Recordings(base, seen, channels(["acceleration 1"], 1), 0.02, counted)
    spectra = np.ones((51, 1, 1))
    quiet, loud = (Noise(np.ones(1), level, spectra, own.lengths) for level in (0.1, 0.4))
    assert of_base(quiet, own) == []
    (line,) = of_base(loud, own)
    assert "noise of 20% of its motion (0.4 m s-2)" in line
    assert "--exact-base" in line
