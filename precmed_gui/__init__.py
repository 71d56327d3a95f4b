"""PrecMed: a desktop assistant that trains and reads image classifiers for clinicians."""

__version__ = "0.1.0"
