"""Baselines that do not look at the image: the mean shape of all training objects, and of each category's."""

from .method import ClassMean, MeanShape

__all__ = ["ClassMean", "MeanShape"]
