"""The vocabulary everybody shares: frozen dataclasses and protocols; standard library and NumPy."""
