"""Discord's refusals in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.errors import ConnectionLost, ConnectorMisconfigured, NotNow, NotPossible, SlowDown


@contextmanager
def sending() -> Iterator[None]:
    """Turns the library's errors of a call that sends into SendErrors."""
    import aiohttp
    import discord

    try:
        yield
    except discord.RateLimited as error:
        raise SlowDown(error.retry_after) from None
    except discord.DiscordServerError as error:
        raise NotNow(f"Discord could not take the message ({error.status}). It is tried again.") from None
    except discord.HTTPException as error:
        if error.status == 429:
            raise SlowDown(float(error.response.headers.get("Retry-After", 1))) from None
        raise NotPossible(f"Discord will not take this message: {error.text or error.status}.") from None
    except (TimeoutError, aiohttp.ClientError, OSError, RuntimeError) as error:
        raise NotNow(f"Discord could not take the message ({type(error).__name__}). It is tried again.") from None


@contextmanager
def listening() -> Iterator[None]:
    """Turns the library's errors of connecting into ConnectionLost, for the token ConnectorMisconfigured."""
    import aiohttp
    import discord

    try:
        yield
    except discord.LoginFailure:
        raise ConnectorMisconfigured(
            "Discord does not know the bot's token. Reset it in the developer portal, and set it in pilares.toml."
        ) from None
    except discord.PrivilegedIntentsRequired:
        raise ConnectorMisconfigured(
            "The bot may not read messages yet. Switch on Message Content Intent under Bot in the developer portal."
        ) from None
    except (TimeoutError, discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise ConnectionLost(f"Discord cannot be reached ({type(error).__name__}). It is tried again.") from None
