"""Where Pilares keeps things on this computer."""

from pathlib import Path

import platformdirs


def default_home() -> Path:
    """The state of one installation: settings, documents, conversations."""
    return platformdirs.user_data_path("pilares")


def model_cache() -> Path:
    """Downloaded models, shared by every installation of this user and always re-creatable."""
    return platformdirs.user_cache_path("pilares") / "models"


def sample_documents() -> Path:
    """The demo organisation: packed beside this module in a wheel, at the top level in a checkout."""
    packed = Path(__file__).parent / "samples"
    return packed if packed.is_dir() else Path(__file__).parent.parent / "samples"


def sample_tools() -> Path:
    """The cases of `pilares evaluate tools`; the tools of other kinds stand beside them."""
    return sample_documents() / "tools" / "cases.jsonl"
