"""Where fitted routers are kept: `router/` in the home folder, a file for each version, and which one is in use."""

from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import ConfigurationError, StorageError
from assistant.routing.fitted import Card, FittedRouter
from assistant.settings import Settings

FOLDER, CURRENT = "router", "current"


class RouterShelf:
    """The fitted routers of one installation. Versions are never overwritten; `current` names one of them."""

    def __init__(self, settings: Settings, embedder_id: str) -> None:
        self._folder = settings.home / FOLDER
        self._now = {"embedder": embedder_id, "slm": small_model(settings), "llm": settings.llm.name}

    @property
    def version(self) -> str | None:
        """The version in use; None when no router was fitted."""
        try:
            return (self._folder / CURRENT).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"{self._folder / CURRENT} cannot be read ({error.strerror}).") from None

    def current(self) -> FittedRouter | None:
        """The router in use; None when none was fitted.

        Raises ConfigurationError when it is damaged, or was fitted for another embedder or other models.
        """
        version = self.version
        if version is None:
            return None
        fitted = FittedRouter.load(self._folder / f"{Path(version).name}.npz")
        self.check(fitted.card)
        return fitted

    def check(self, card: Card) -> None:
        """Raises ConfigurationError naming what has changed since a router was fitted."""
        then = {"embedder": card.embedder, "slm": card.slm, "llm": card.llm}
        changed = [f"{name} was {then[name]}, is {now}" for name, now in self._now.items() if then[name] != now]
        if changed:
            raise ConfigurationError(
                f"The router {card.version} is not used: {'; '.join(changed)}. What it learnt holds for those models "
                "only. Fit it again with `pilares router fit`."
            )

    def put(self, fitted: FittedRouter) -> Path:
        """Keep a router and use it from the next start on. Raises StorageError."""
        path = self._folder / f"{fitted.card.version}.npz"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fitted.save(path)
            part = self._folder / f"{CURRENT}.part"
            part.write_text(fitted.card.version, encoding="utf-8")
            part.replace(self._folder / CURRENT)
        except OSError as error:
            raise StorageError(f"{path} cannot be written ({error.strerror}). Make room and fit again.") from None
        return path

    def fresh_version(self, dataset: str) -> tuple[str, str]:
        """A version that is not there yet, and the time it is made at: date, number of the day, data."""
        now = datetime.now(UTC)
        number = 1
        while list(self._folder.glob(f"{now:%Y%m%d}.{number}-*.npz")):
            number += 1
        return f"{now:%Y%m%d}.{number}-{dataset[:8]}", now.isoformat(timespec="seconds")

    @property
    def models(self) -> dict[str, str]:
        """Embedder, small and large model, as a card names them."""
        return dict(self._now)


def small_model(settings: Settings) -> str:
    """The small model with its adapter: another adapter is another model."""
    return f"{settings.slm.name}+{settings.grounded_adapter}"
