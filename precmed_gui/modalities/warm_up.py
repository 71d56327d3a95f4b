"""What the reading engine imports before the first file comes."""

from importlib import import_module

from precmed_gui.modalities import NAMES


def warm_up() -> str:
    """Import the readers; there is no device to name."""
    for name in NAMES:
        import_module(f"precmed_gui.modalities.{name}.reading")
    return ""
