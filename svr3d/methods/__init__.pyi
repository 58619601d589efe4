from .interface import PRESETS as PRESETS
from .interface import Method as Method
from .outputs import Output as Output
from .registry import get_method as get_method
from .registry import list_methods as list_methods
from .registry import register as register
from .stages import Derived as Derived
from .stages import Fitted as Fitted
from .stages import Learned as Learned
from .stages import Optimization as Optimization
from .stages import Stage as Stage

__all__ = [
    "PRESETS",
    "Derived",
    "Fitted",
    "Learned",
    "Method",
    "Optimization",
    "Output",
    "Stage",
    "get_method",
    "list_methods",
    "register",
]
