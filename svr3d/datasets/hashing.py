"""Hashes that are the same in every process, on every machine."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def stable_hash(*parts: Any) -> str:
    """64 hexadecimal digits from anything JSON can hold; the keys of mappings are sorted."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def stable_seed(*parts: Any) -> int:
    """A seed for `np.random.default_rng` that depends on nothing but `parts`."""
    return int(stable_hash(*parts)[:16], 16)
