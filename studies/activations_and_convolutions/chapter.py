"""The chapter's Figs. 20 to 24: what padding, kernel, stride, dilation and pooling do to a picture.

The settings are those of the captions, the picture has the chapter's size (188 x 257 pixels, three
colours). The chapter's is a geological section that is not public; ours are layers with a fault.
A dilated convolution is one with a kernel of the effective size k + (k - 1)(d - 1), with holes; a
strided one keeps every s-th value of one without stride.
"""

from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from surrogate.networks.convolution import output_length

HEIGHT = 188
WIDTH = 257
COLOURS = 3
FILTERS = 4
SEED = 0  # of the chapter's listing
EVERY = 3  # pixels of a map that are kept for the figure
BLANK = -128  # where a map has no value
SCALE = 100  # of the maps, which tanh keeps between -1 and 1


@dataclass(frozen=True)
class Layer:
    """Kernel, padding, stride and dilation of a layer, in pixels along both axes."""

    kernel: int
    padding: int
    stride: int = 1
    dilation: int = 1

    def size(self, length: int) -> int:
        """Output size along an axis, by the formula (eqs. 26 and 27)."""
        return output_length(length, self.kernel, self.stride, self.padding, self.dilation)

    def convolution(self) -> nn.Conv2d:
        """The layer with the weights that torch draws from the chapter's seed."""
        torch.manual_seed(SEED)
        return nn.Conv2d(
            COLOURS, FILTERS, self.kernel, self.stride, self.padding, self.dilation
        ).double()


LAYERS = {
    "Fig. 20, p = 0": Layer(5, 0),
    "Fig. 20, p = 2": Layer(5, 2),
    "Fig. 21, k = 3": Layer(3, 2),
    "Fig. 21, k = 5": Layer(5, 1),
    "Fig. 22, s = 1": Layer(3, 1),
    "Fig. 22, s = 2": Layer(3, 1, stride=2),
    "Fig. 23, d = 1": Layer(5, 1),
    "Fig. 23, d = 5": Layer(5, 1, dilation=5),
    "Fig. 24": Layer(3, 2),
    "listing": Layer(3, 1),
}
POOLINGS = {"average pooling": nn.AvgPool2d, "max pooling": nn.MaxPool2d}


def picture() -> Tensor:
    """Layers of three colours, bent and faulted, from 0 to 1, shape (1, 3, HEIGHT, WIDTH)."""
    row, column = np.meshgrid(np.arange(HEIGHT), np.arange(WIDTH), indexing="ij")
    depth = row + 12.0 * np.sin(column / 40.0) + np.where(column > 0.6 * WIDTH + 0.3 * row, 25, 0)
    layer = np.floor(depth / 22.0)
    shades = [0.5 + 0.45 * np.sin(layer * pitch + pitch) for pitch in (1.3, 2.1, 2.9)]
    return torch.tensor(np.stack(shades)[None])


def maps() -> xr.Dataset:
    """Sizes of the feature maps, whether torch makes them, and small copies of some for a figure.

    Returns
    -------
    Dataset
        `map_size`, `map_formula` (layer, axis), pixels; `pooled` (setting), how many poolings torch
        makes with the caption's and with the listing's padding; `feature_map` (shown, row, column),
        hundredths, BLANK where the layer has no value.
    """
    image = picture()
    outputs = {name: torch.tanh(layer.convolution()(image)) for name, layer in LAYERS.items()}
    shown = {
        "picture": 2 * image - 1,
        "k = 5, p = 0": outputs["Fig. 20, p = 0"],
        "k = 5, p = 2": outputs["Fig. 20, p = 2"],
        "k = 3, s = 2": outputs["Fig. 22, s = 2"],
        "k = 5, d = 5, p = 1": outputs["Fig. 23, d = 5"],
        "max pooling, k = 3": torch.tanh(_pooling("max pooling", LAYERS["listing"])(image)),
    }
    formula = [(layer.size(HEIGHT), layer.size(WIDTH)) for layer in LAYERS.values()]
    return xr.Dataset(
        {
            "map_size": (("layer", "axis"), [list(made.shape[2:]) for made in outputs.values()]),
            "map_formula": (("layer", "axis"), formula),
            "pooled": ("setting", [_pooled(LAYERS[name]) for name in ("Fig. 24", "listing")]),
            "feature_map": (
                ("shown", "row", "column"),
                np.stack([_small(made) for made in shown.values()]),
            ),
        },
        {
            "layer": list(LAYERS),
            "axis": ["height", "width"],
            "setting": ["Fig. 24", "listing"],
            "shown": list(shown),
        },
    )


def _pooling(name: str, layer: Layer) -> nn.Module:
    return POOLINGS[name](layer.kernel, layer.stride, layer.padding)


def _pooled(layer: Layer) -> int:
    """Number of poolings that torch makes with the settings of a layer."""
    made = 0
    for name in POOLINGS:
        try:
            _pooling(name, layer)(picture())
        except RuntimeError:  # a padding of more than half the kernel
            continue
        made += 1
    return made


def _small(made: Tensor) -> np.ndarray:
    """Every third pixel of the first map on the picture's grid, in hundredths."""
    values = made[0, 0, :HEIGHT, :WIDTH].detach().numpy()
    field = np.full((HEIGHT, WIDTH), BLANK, dtype=np.int8)
    field[: values.shape[0], : values.shape[1]] = np.rint(SCALE * values)
    return field[::EVERY, ::EVERY]


def identities() -> xr.Dataset:
    """Largest error of a dilated and of a strided convolution as they are made of plain ones."""
    image = picture()
    dilated = LAYERS["Fig. 23, d = 5"]
    layer = dilated.convolution()
    effective = dilated.kernel + (dilated.kernel - 1) * (dilated.dilation - 1)
    holes = torch.zeros(FILTERS, COLOURS, effective, effective, dtype=torch.float64)
    holes[..., :: dilated.dilation, :: dilated.dilation] = layer.weight.detach()
    plain = nn.functional.conv2d(image, holes, layer.bias, padding=dilated.padding)
    strided = LAYERS["Fig. 22, s = 2"].convolution()(image)
    kept = LAYERS["Fig. 22, s = 1"].convolution()(image)[..., ::2, ::2]
    return xr.Dataset(
        {
            "dilation_error": (layer(image) - plain).abs().max().item(),
            "stride_error": (strided - kept).abs().max().item(),
        }
    )
