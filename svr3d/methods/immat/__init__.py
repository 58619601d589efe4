"""The medial axis from one image (IMMAT)."""
