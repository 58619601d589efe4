"""Prepared data sets: reading them, batching them, and making them from meshes.

Names are imported when first used, so that importing the batch types loads no more than they need.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
