"""The interface that methods share, their registry, and the built-in methods.

Importing this package, listing names included, imports neither torch nor any method.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
