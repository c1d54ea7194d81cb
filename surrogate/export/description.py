"""What an exported file says of itself."""

import json
from typing import Any

from surrogate.data.channels import ChannelGroup
from surrogate.training.module import Surrogate


def describe(surrogate: Surrogate) -> dict[str, str]:
    """Channels with their units, sampling interval, peaks of the training inputs (JSON), recipe of
    the data (YAML).
    """
    interface = surrogate.interface
    return {
        "inputs": json.dumps(_channels(interface.inputs)),
        "targets": json.dumps(_channels(interface.targets)),
        "interval": json.dumps({"value": interface.interval, "units": "s"}),
        "trained_peak": json.dumps(surrogate.input_peak.tolist()),
        "recipe": interface.recipe,
    }


def _channels(groups: tuple[ChannelGroup, ...]) -> list[dict[str, Any]]:
    return [
        {"name": label, "units": group.units, "constant": group.constant}
        for group in groups
        for label in group.labels
    ]
