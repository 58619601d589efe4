"""Preparing a data set from a source of meshes: its recipe, one object, the report, and the run over all objects."""
