"""Names for pandas' objects in annotations.

What users pass and get is annotated as pandas' own classes. Between the functions of this package these names stand
for Any: by pandas' own annotations a column or a group's mean may be anything from a number to a table, and a type
checker refuses code that is right.
"""

from __future__ import annotations

from typing import Any, TypeAlias

DataFrame: TypeAlias = Any
Series: TypeAlias = Any
