"""A generator of watertight, part-labelled objects: the data that the suite makes itself.

>>> from svr3d.datasets.parametric import generate
>>> chair = generate("chair", seed=7)
>>> sorted(chair.labels)  # doctest: +SKIP
['back', 'base', 'seat']
"""

from .source import CATEGORIES, PART_LABELS, VERSION, Parametric, generate

__all__ = ["CATEGORIES", "PART_LABELS", "VERSION", "Parametric", "generate"]
