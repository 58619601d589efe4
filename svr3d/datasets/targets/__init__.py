"""Targets: the kinds of supervision that a data set can hold and a method can ask for, one file each."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
