"""Who makes a claim: the course, another publication, or this package."""

COURSE = "course"
LITERATURE = "literature"
OURS = "ours"
"""Source of a claim that no text makes: what the study adds."""

CHAPTER = "Gatti 2023"
SLIDES = "Gatti, slides"
DESASSIS = "Desassis 2022, slides"
LAURENT = "Laurent, slides"
REFERENCE = """\
F. Gatti (2023), *Artificial Neural Networks: layer architectures, optimizers and automatic
differentiation*, a chapter written for the ALERT Geomaterials doctoral school 2023, "Machine
Learning in Geomechanics", [HAL hal-04363414](https://hal.science/hal-04363414)"""
DECKS = """\
two decks of introduction: N. Desassis (2022), *First steps to deep-learning*, MINES Paris, and
B. Laurent, *Neural Networks and Introduction to Deep Learning*, INSA Toulouse"""


def gatti(section: str, *places: str) -> str:
    """Cite a place of the chapter: its section, and figures, equations or examples in it.

    >>> gatti("2.4", "Fig. 14")
    'Gatti 2023, sec. 2.4, Fig. 14'
    """
    return ", ".join([CHAPTER, f"sec. {section}", *places])


def slides(title: str, deck: str = SLIDES) -> str:
    """Cite a slide of the course by its title, and by its deck where it is not the chapter's.

    >>> slides("Learning rate")
    'Gatti, slides, "Learning rate"'
    >>> slides("Implementing logical gates", DESASSIS)
    'Desassis 2022, slides, "Implementing logical gates"'
    """
    return f'{deck}, "{title}"'


def origin(source: str) -> str:
    """Tell by its source who makes a claim: the course, the literature, or this package.

    >>> origin(gatti("2.4")), origin("Smith 2017"), origin(OURS)
    ('course', 'literature', 'ours')
    """
    if source.startswith((CHAPTER, SLIDES, DESASSIS, LAURENT)):
        return COURSE
    return OURS if source == OURS else LITERATURE
