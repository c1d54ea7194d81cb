"""The error of a training that diverges, apart from those of what it is given."""


class Diverged(ValueError):
    """The loss of a training, or its gradient, is no number any more."""
