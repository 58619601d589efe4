"""How far a reconstruction is from the truth: metrics, their declarations, and the protocols that fix them.

Names are loaded when first used, so that the declarations can be read without torch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
