"""The claims of the study, with their places in the course where it makes them."""

from studies.framework import Claim
from studies.framework.sources import OURS, gatti

SUPREMA = Claim(
    "The derivative is at most 1 for tanh and ReLU and 1/4 for the logistic function.",
    "analysis",
    "largest error of the measured supremum",
    at_most=1e-4,
)
ARITHMETIC = Claim(
    "The formula gives the size of every convolution.",
    "Dumoulin & Visin 2016",
    "combinations with another size",
    at_most=0,
)
FIELD = Claim(
    "The formula gives the receptive field of every stack of layers.",
    "Dumoulin & Visin 2016",
    "stacks in which gradients show another field",
    at_most=0,
)
NETWORK_FIELD = Claim(
    "The formula gives the receptive field of the package's CNN and TCN.",
    OURS,
    "networks with another field",
    at_most=0,
)
EQUIVARIANT = Claim(
    "Without a stride, convolution and shift commute.",
    gatti("2.6"),
    "largest relative difference",
    at_most=1e-6,
    setting="in words, of any filter; one random layer, single precision",
)
BROKEN = Claim(
    "With a stride or pooling of 2 a shift by one pixel does not commute.",
    gatti("2.6"),
    "smallest relative difference, of which rounding explains 1e-6",
    at_least=1e-6,
    setting="in words, of any subsampling; stride 2 and max pooling by 2",
)
RESTORED = Claim(
    "With a stride or pooling of 2 a shift by two pixels commutes.",
    OURS,
    "largest relative difference",
    at_most=1e-6,
)
DIGITS = Claim(
    "A convolutional network reads digits better than a perceptron with equally many parameters.",
    OURS,
    "accuracy on the test part, difference (percentage points)",
    at_least=0.0,
)
MOVED = Claim(
    "A convolutional network bears a shift of the digits by one pixel far better than a "
    "perceptron.",
    OURS,
    "accuracy on moved digits, difference (percentage points)",
    at_least=10.0,
)
PADDING = Claim(
    "Without padding a kernel leaves blank bands at the edges; with p = (k - 1)/2 it leaves none.",
    gatti("2.5", "Fig. 20"),
    "pixels lost of the height and width, more or fewer than 4 and 0",
    at_most=0,
    setting="188 x 257 pixels, k = 5, p = 0 and 2",
)
KERNEL = Claim(
    "With k = 3, p = 2 and with k = 5, p = 1 no blank borders are left.",
    gatti("2.5", "Fig. 21"),
    "most pixels lost along an axis",
    at_most=0,
    setting="188 x 257 pixels",
)
STRIDE = Claim(
    "A stride of 1 keeps the size, one of 2 halves it.",
    gatti("2.5", "Fig. 22"),
    "largest distance from the whole and the half size (pixels)",
    at_most=0.5,
    setting="188 x 257 pixels, k = 3, p = 1",
)
DILATION = Claim(
    "Dilation shrinks the picture if the padding is not changed, by its effective kernel.",
    gatti("2.5", "Fig. 23"),
    "pixels lost, more or fewer than k + (k - 1)(d - 1) - 1 - 2p",
    at_most=0,
    setting="188 x 257 pixels, k = 5, p = 1, d = 1 and 5",
)
HOLES = Claim(
    "A dilated convolution is a plain one whose kernel of that size has holes.",
    gatti("2.5", "eq. 25"),
    "largest difference",
    at_most=1e-12,
    setting="k = 5, d = 5, p = 1",
)
SUBSAMPLED = Claim(
    "A strided convolution skips values of a plain one.",
    gatti("2.5", "eq. 23"),
    "largest difference from every second value",
    at_most=1e-12,
    setting="k = 3, s = 2, p = 1",
)
POOLED = Claim(
    "Convolution is compared with average and max pooling of k = 3, p = 2.",
    gatti("2.5", "Fig. 24"),
    "poolings that torch makes, of 2",
    at_least=2,
    setting="the caption's padding; torch allows half the kernel at most",
)
POOLED_LISTING = Claim(
    "With the listing's p = 1 both poolings are made.",
    gatti("2.5", "Example 5"),
    "poolings that torch makes, of 2",
    at_least=2,
    setting="k = 3, p = 1",
)
COMPLEXITY = Claim(
    "A convolutional network makes the sum of N N' k^2 m^2 multiplications.",
    gatti("2.6", "eq. 30"),
    "largest relative difference from torch's count",
    at_most=0,
    setting="random stacks and Example 6, without its perceptron",
)
SUBSAMPLING = Claim(
    "Subsampling lowers the multiplications of a network, and the inputs of the perceptron at "
    "its end.",
    gatti("2.6"),
    "without over with pooling, less of the two",
    at_least=1.0,
    setting="Example 6 (CIFAR-10) with and without its two poolings",
)
