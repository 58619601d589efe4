"""What the board calls categories: whatever data may call them, but for the names of its own aggregates."""

from __future__ import annotations

import re

from .statistics import MEAN, OBJECTS


def shown_category(category: str) -> str:
    """A category's name on the board. Different ones stay different, and none is that of an aggregate.

    >>> shown_category("chair"), shown_category("mean"), shown_category("mean (category)")
    ('chair', 'mean (category)', 'mean (category) (category)')
    """
    taken = re.fullmatch(rf"({MEAN}|{OBJECTS})( \(category\))*", category)
    return f"{category} (category)" if taken else category
