"""Any place that fsspec reaches: S3, Google and Azure storage, SFTP, SMB, WebDAV, and what else it has a library for.

`s3:`, `gs:` and `az:` are read with obstore (no dependencies, time limits for every request); `s3a:`, `gcs:` and
`abfs:` with fsspec's own libraries s3fs, gcsfs and adlfs, for those who need them. SFTP is read with sshfs, not with
fsspec's own class, which trusts whatever host answers.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from knowledge.errors import SourceError
from knowledge.sources.limits import SourceLimits
from knowledge.sources.names import clean_name, distinct_names
from knowledge.sources.options import EVERYONE, FreeTable, Secrets, SourceOptions, reveal, without_secrets
from knowledge.sources.patterns import is_wanted
from knowledge.sources.source import Entry, Gap

_OBSTORE = ("s3", "gs", "az")
_SSH = ("sftp", "ssh", "sshfs")
_EXTRAS = dict.fromkeys(_OBSTORE, "s3") | dict.fromkeys(_SSH, "sftp")
# Read this machine's files, or wrap another protocol that might.
_LOCAL = (
    *("file", "local", "asynclocal", "dir", "dirfs", "git", "jupyter", "jlab", "data", "generic", "reference"),
    *("cached", "blockcache", "filecache", "simplecache", "zip", "tar", "libarchive", "asyncwrapper"),
)
_WEB = ("http", "https")
_STRONG = ("ETag", "e_tag", "etag", "content_md5", "md5Hash", "md5", "checksum", "content_hash", "crc32c", "sha")
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "modify", "modified")
_DEEPEST = 64


def _check_url(url: str) -> str:
    protocol, found, rest = url.partition("://")
    protocol = protocol.lower()
    if not found or not rest or "::" in url:
        raise ValueError("must be one address like s3://bucket/folder")
    if protocol in _LOCAL:
        raise ValueError(f"{protocol}: reads files of this machine; use a source of the kind folder")
    if protocol in _WEB:
        raise ValueError("is a web address; use a source of the kind website")
    if ":" in rest.partition("/")[0].rpartition("@")[0]:
        raise ValueError("must not hold a password; credentials are never written here")
    return url


class FsspecOptions(SourceOptions):
    """The address, and what its library is told; in `storage` credentials are named by `..._env`."""

    url: Annotated[str, AfterValidator(_check_url)]
    storage: FreeTable = Field(default_factory=dict)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def audience(self) -> tuple[str, ...]:
        """Everyone's is what is read without credentials; a cloud's library finds some by itself unless told not to."""
        anonymous = self.storage.get("anon") is True or self.storage.get("skip_signature") is True
        return EVERYONE if anonymous or self.storage.get("token") == "anon" else ()


class FsspecSource:
    """The readable files below an address."""

    def __init__(self, name: str, options: FsspecOptions, secrets: Secrets, limits: SourceLimits) -> None:
        self._options, self._secrets, self._limits = options, secrets, limits
        self._protocol = options.url.partition("://")[0].lower()
        self._system: Any = None
        self._root = ""
        self._infos: dict[str, Mapping[str, Any]] = {}

    def entries(self) -> Iterator[Entry | Gap]:
        """Every file; a folder that may not be listed is a gap. Raises SourceError when nothing is there at all."""
        found: dict[str, Mapping[str, Any]] = {}
        gaps: list[Gap] = []
        for each in self._walk():
            if isinstance(each, Gap):
                gaps.append(each)
            elif len(found) >= self._limits.max_entries:
                gaps.append(Gap("", f"Only the first {self._limits.max_entries} files were listed."))
                break
            else:
                found[self._relative(each)] = each
        names = distinct_names(found)
        self._infos = {name: found[raw] for raw, name in names.items()}
        yield from gaps
        for name, info in sorted(self._infos.items()):
            yield Entry(name, _version(info), _modified(info), info.get("size"))

    def fetch(self, entry: Entry) -> bytes:
        """The file's bytes; raises SourceError when it is gone, too large, or another length than was listed."""
        if entry.name not in self._infos:
            for _ in self.entries():
                pass
        info = self._infos.get(entry.name)
        if info is None:
            raise SourceError(f"{entry.name} is no longer there.")
        try:
            size = self._open().info(info["name"]).get("size")  # it may have grown since it was listed
            if (size or 0) > self._limits.max_file_bytes:
                raise SourceError(f"{entry.name} has {size:,} bytes; {self._limits.max_file_bytes:,} are allowed.")
            data = bytes(self._open().cat_file(info["name"]))
        except SourceError:
            raise
        except Exception as error:  # each library has its own
            problem = self._problem(error)
        else:
            if size is not None and len(data) != size:
                raise SourceError(f"{entry.name} was changed while it was read. It is read again at the next look.")
            return data
        raise SourceError(f"{entry.name} cannot be read ({problem}). It is tried again at the next look.")

    def close(self) -> None:
        """Let go of the connection; its library closes it."""
        self._system = None

    def _open(self) -> Any:
        if self._system is None:
            url, storage = self._options.url, reveal(self._options.storage, self._secrets, "storage.")
            if self._protocol in _OBSTORE:
                from obstore.fsspec import FsspecStore

                self._system = FsspecStore(self._protocol, skip_instance_cache=True, **self._bounded(storage))
                self._root = url.partition("://")[2].strip("/")
            elif self._protocol in _SSH:
                from sshfs import SSHFileSystem

                self._system = SSHFileSystem(skip_instance_cache=True, **self._over_ssh(storage))
                self._root = SSHFileSystem._strip_protocol(url).rstrip("/")
            else:
                from fsspec.core import url_to_fs

                waits = {"timeout": self._limits.connect_seconds} if self._protocol == "ftp" else {}
                self._system, root = url_to_fs(url, skip_instance_cache=True, **{**waits, **storage})
                self._root = str(root).rstrip("/")
        return self._system

    def _over_ssh(self, storage: dict[str, Any]) -> dict[str, Any]:
        """Who and where, of the address; a host that is not in `known_hosts` (by default the user's) is refused."""
        parts = urlsplit(self._options.url)
        address = {"host": parts.hostname, "port": parts.port, "username": parts.username}
        limits = self._limits
        waits = {"connect_timeout": limits.connect_seconds, "login_timeout": limits.read_seconds}
        waits |= {"keepalive_interval": limits.read_seconds / 3, "keepalive_count_max": 2}
        given = {key: value for key, value in address.items() if value is not None}
        return {"known_hosts": (), **waits, **given, **storage}

    def _bounded(self, storage: dict[str, Any]) -> dict[str, Any]:
        limits = self._limits
        client = {
            "connect_timeout": timedelta(seconds=limits.connect_seconds),
            "timeout": timedelta(seconds=limits.total_seconds),
            "allow_http": str(storage.get("endpoint", "")).startswith("http://"),
        }
        retry = {"max_retries": 2, "retry_timeout": timedelta(seconds=limits.read_seconds)}
        return {"retry_config": retry, **storage, "client_options": {**client, **storage.get("client_options", {})}}

    def _walk(self) -> Iterator[Mapping[str, Any] | Gap]:
        """What the root's folders hold, folder by folder; fsspec's own walk passes over errors in silence."""
        try:
            self._open().invalidate_cache()
        except ImportError as error:
            extra = _EXTRAS.get(self._protocol)
            how = f'pip install "pilares[{extra}]"' if extra else "Install it with pip"
            raise SourceError(f"{self._protocol}: needs a library that is not installed ({error}). {how}.") from None
        except Exception as error:  # each library has its own
            raise SourceError(f"{self._options.url} cannot be opened ({self._problem(error)}).") from None
        waiting = [(self._root, 0)]
        while waiting:
            folder, depth = waiting.pop(0)
            for info in self._listed(folder):
                if isinstance(info, Gap):
                    yield info
                elif str(info["name"]).rstrip("/") == folder.rstrip("/"):
                    continue
                elif info.get("type") == "directory":
                    waiting += [(info["name"], depth + 1)] if depth < _DEEPEST else []
                elif info.get("type") == "file" and self._is_wanted(info):
                    yield info

    def _listed(self, folder: str) -> list[Any]:
        try:
            return list(self._open().ls(folder, detail=True))
        except Exception as error:  # each library has its own
            if folder != self._root and isinstance(error, FileNotFoundError):
                return []  # gone since its parent was listed
            if folder != self._root and isinstance(error, PermissionError):
                name = clean_name(self._relative({"name": folder}))
                return [Gap(name, f"The folder {name} cannot be listed.")]
            problem = self._problem(error)
        raise SourceError(f"{self._options.url} cannot be listed ({problem}). Check the address and the credentials.")

    def _relative(self, info: Mapping[str, Any]) -> str:
        return str(info["name"]).removeprefix(self._root).strip("/")

    def _is_wanted(self, info: Mapping[str, Any]) -> bool:
        return is_wanted(clean_name(self._relative(info)), self._options.include, self._options.exclude)

    def _problem(self, error: Exception) -> str:
        return f"{type(error).__name__}: {without_secrets(str(error), self._secrets)}"


def _version(info: Mapping[str, Any]) -> str | None:
    """A tag of the content where the place has one, else size and time together; None when it has neither."""
    tag = next((info[key] for key in _STRONG if info.get(key)), None)
    time = next((info[key] for key in _TIMES if info.get(key)), None)
    if tag is None and time is None:
        return None
    return f"{info.get('size')}-{str(tag if tag is not None else time).strip(chr(34))}"


def _modified(info: Mapping[str, Any]) -> datetime | None:
    time = next((info[key] for key in _TIMES if info.get(key)), None)
    if isinstance(time, datetime):
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(time, UTC) if isinstance(time, int | float) else None
    except (OverflowError, ValueError, OSError):
        return None
