"""Baselines that do not look at the image: the mean shape of all training objects, with and without part labels, and of
each category's."""

from .method import ClassMean, MeanParts, MeanShape

__all__ = ["ClassMean", "MeanParts", "MeanShape"]
