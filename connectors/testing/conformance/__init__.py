"""The tests every adapter must pass, against a local server that plays its platform, through its real library.

    @pytest.mark.anyio
    class TestMyPlatform(AdapterConformance):
        platform = "myplatform"
        secrets = ("token",)

`secrets` are the settings without which the adapter must refuse to start. What a platform cannot do (threads, edits) is
left out by its capability card.
"""

from connectors.testing.conformance.commands import Commands
from connectors.testing.conformance.files import Files
from connectors.testing.conformance.meant import Meant
from connectors.testing.conformance.once import Once
from connectors.testing.conformance.order import Order
from connectors.testing.conformance.starting import Starting
from connectors.testing.conformance.texts import Texts
from connectors.testing.conformance.trouble import Trouble
from connectors.testing.conformance.verdicts import Verdicts
from connectors.testing.conformance.writing import Writing


class AdapterConformance(Once, Order, Meant, Texts, Writing, Trouble, Verdicts, Commands, Files, Starting):
    """Subclass it, and name the platform."""


__all__ = ["AdapterConformance"]
