"""Shapes, cameras and the conversions between them."""

import lazy_loader

from ..errors import InputError as InputError

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["InputError"]
