"""The chapter whose claims the studies test, cited by its sections."""

CHAPTER = "Gatti 2023"
REFERENCE = """\
F. Gatti (2023), *Artificial Neural Networks: layer architectures, optimizers and automatic
differentiation*, a chapter written for the ALERT Geomaterials doctoral school 2023, "Machine
Learning in Geomechanics", [HAL hal-04363414](https://hal.science/hal-04363414)"""


def gatti(section: str) -> str:
    """Cite a section of the chapter.

    >>> gatti("2.4")
    'Gatti 2023, sec. 2.4'
    """
    return f"{CHAPTER}, sec. {section}"
