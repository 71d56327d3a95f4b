"""What the reading engine imports before the first file comes."""

from importlib import import_module


def warm_up() -> str:
    """Import the readers; there is no device to name."""
    import_module("precmed_gui.modalities.imaging.reading")
    return ""
