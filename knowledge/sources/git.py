"""A Git repository: the files of one branch, as they are at its head."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field

from knowledge.errors import SourceError
from knowledge.sources.addresses import AddressGuard
from knowledge.sources.git_address import Checked, checked
from knowledge.sources.limits import SourceLimits
from knowledge.sources.names import distinct_names
from knowledge.sources.options import EVERYONE, Secrets, SourceOptions, without_secrets
from knowledge.sources.patterns import is_wanted
from knowledge.sources.source import Entry, Gap

_HEAD = "refs/pilares/head"
_LFS = b"version https://git-lfs.github.com/spec/"
_WEB = {"github.com": "https://{host}/{path}/blob/HEAD/{file}", "gitlab": "https://{host}/{path}/-/blob/HEAD/{file}"}


def _check_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "ssh", "file") or not parts.path.strip("/"):
        raise ValueError("must begin with https://, ssh:// or file:// and name a repository")
    if parts.password or (parts.username and parts.scheme == "https"):
        raise ValueError("must not hold credentials; name a variable in token_env")
    if (
        (parts.hostname or "").startswith("-")
        or (parts.username or "").startswith("-")
        or re.search(r"[\s\x00-\x1f]", url)
        or (parts.scheme != "file" and not parts.hostname)
        or parts.port == 0  # raises for what is not a number
    ):
        raise ValueError("is not an address")
    return url


class GitOptions(SourceOptions):
    """The repository; `token_env` for https, `key_file` for ssh."""

    url: Annotated[str, AfterValidator(_check_url)]
    branch: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}$")
    token_env: str | None = None
    username: str = Field(default="x-access-token", pattern=r"^[^:\s]+$")
    key_file: Path | None = None
    allow_file: bool = False
    allow_private_addresses: bool = False
    web_url: str | None = Field(default=None, pattern=r"^https?://.*\{file\}", description="with {file} for the path")
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def audience(self) -> tuple[str, ...]:
        """Everyone's is what can be cloned without credentials."""
        public = self.url.startswith("https://") and not self.allow_private_addresses
        return EVERYONE if public and self.token_env is None else ()


class GitSource:
    """Clones without history or working tree, and reads the files from there. Links and submodules are left out."""

    def __init__(
        self,
        name: str,
        options: GitOptions,
        secrets: Secrets,
        limits: SourceLimits,
        guard: AddressGuard | None = None,
    ) -> None:
        if options.url.startswith("file:") and not options.allow_file:
            raise SourceError(f"The source {name!r} is a folder of this machine: set allow_file = true to clone it.")
        self._options, self._secrets, self._limits = options, secrets, limits
        self._guard = guard or AddressGuard(options.allow_private_addresses)
        self._checked = Checked()
        self._temporary: str | None = None
        key = sha256(json.dumps([name, options.url, options.branch]).encode()).hexdigest()[:24]
        self._kept = limits.cache_folder / "git" / key if limits.cache_folder else None
        self._blobs: dict[str, tuple[str, int]] = {}

    def entries(self) -> Iterator[Entry | Gap]:
        """Fetch the branch and list its files. Raises SourceError when the server or the branch is not there."""
        self._update()
        listed = self._git("ls-tree", "-r", "-l", "-z", "--full-tree", _HEAD)
        found: dict[str, tuple[str, int]] = {}
        for line in listed.split(b"\x00"):
            about, _, raw = line.partition(b"\t")
            mode, kind, blob, size = (about.split() + [b""] * 4)[:4]
            path = raw.decode("utf-8", "surrogateescape")
            if kind == b"blob" and mode != b"120000" and size.isdigit() and self._wants(path):
                found[path] = (blob.decode("ascii"), int(size))
        names = distinct_names(found)
        self._blobs = {name: found[path] for path, name in names.items()}
        for path, name in sorted(names.items(), key=lambda pair: pair[1]):
            version, length = found[path]
            yield Entry(name, version, None, length, self._web_address(path))

    def fetch(self, entry: Entry) -> bytes:
        """The file's content; raises SourceError when the branch no longer has it or keeps it elsewhere (LFS)."""
        if entry.name not in self._blobs:
            for _ in self.entries():
                pass
        if entry.name not in self._blobs:
            raise SourceError(f"{entry.name} is no longer in the repository.")
        blob, size = self._blobs[entry.name]
        if size > self._limits.max_file_bytes:
            raise SourceError(f"{entry.name} has {size:,} bytes; {self._limits.max_file_bytes:,} are allowed.")
        content = self._git("cat-file", "blob", blob)
        if content.startswith(_LFS):
            raise SourceError(f"{entry.name} is kept in Git LFS, which is not read. Put it into a source of its own.")
        return content

    def close(self) -> None:
        """Remove the clone where there is no cache folder to keep it in."""
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    def _wants(self, path: str) -> bool:
        return is_wanted(path, self._options.include, self._options.exclude)

    def _folder(self) -> Path:
        if self._kept:
            return self._kept
        if self._temporary is None:
            self._temporary = tempfile.mkdtemp(prefix="pilares-git-")
        return Path(self._temporary) / "clone"

    def _update(self) -> None:
        """Fetch the head; a clone that a crash or a full disk has left unusable is made anew, once."""
        scheme = self._options.url.partition(":")[0]
        # Inside the network, ssh may know a host by its own configuration, under a name that no name server has.
        if scheme == "https" or (scheme == "ssh" and not self._options.allow_private_addresses):
            self._checked = checked(self._options.url, self._guard, self._limits.connect_seconds)
        folder = self._folder()
        for lock in folder.glob("*.lock"):
            lock.unlink(missing_ok=True)
        try:
            self._fetch_head(folder)
        except SourceError:
            if self._is_sound():
                raise  # then it is the server
            shutil.rmtree(folder, ignore_errors=True)
            self._fetch_head(folder)

    def _is_sound(self) -> bool:
        try:
            self._git("cat-file", "-e", f"{_HEAD}^{{tree}}")
        except SourceError:
            return False
        return True

    def _fetch_head(self, folder: Path) -> None:
        if not (folder / "HEAD").exists():
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SourceError(f"The clone's folder cannot be made ({error.strerror}).") from error
            self._git("init", "--quiet", "--bare", "--template=", ".")
        branch = f"refs/heads/{self._options.branch}" if self._options.branch else "HEAD"
        fetch = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--force", "--"]
        self._git(*fetch, self._options.url, f"+{branch}:{_HEAD}")

    def _git(self, *arguments: str) -> bytes:
        """Run git on the clone, without anybody's configuration, hooks, prompts or other protocols."""
        program = shutil.which("git")
        if program is None:
            raise SourceError("The program git is not installed. Install it to read Git repositories.")
        safe = {"core.hooksPath": os.devnull, "transfer.fsckObjects": "true", "http.followRedirects": "false"}
        safe |= {"protocol.allow": "never", "credential.helper": "", "gc.autoDetach": "false"}
        safe |= {f"protocol.{each}.allow": "always" for each in self._protocols()} | dict(self._checked.settings)
        command = [program, *(part for key, value in safe.items() for part in ("-c", f"{key}={value}")), *arguments]
        try:
            done = subprocess.run(  # noqa: S603  no shell, and what others wrote stands behind "--"
                command,
                cwd=self._folder(),
                env=self._environment(program),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._limits.total_seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            reason = f"it took longer than {self._limits.total_seconds:g} seconds, or git could not be started"
        else:
            if done.returncode == 0:
                return done.stdout
            reason = without_secrets(done.stderr.decode("utf-8", "replace"), self._secrets)
        raise SourceError(f"{self._options.url} cannot be read with git ({reason}). Check the address and the rights.")

    def _protocols(self) -> list[str]:
        return ["https", "ssh", *(["file"] if self._options.allow_file else [])]

    def _environment(self, program: str) -> dict[str, str]:
        """Only what git needs. The token goes in here, where neither the process list nor a file shows it."""
        ssh = "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes" + self._checked.ssh
        if self._options.key_file:
            ssh += f" -o IdentitiesOnly=yes -i '{str(self._options.key_file).replace(chr(39), '')}'"
        environment = {
            "PATH": os.pathsep.join((str(Path(program).parent), os.defpath)),
            "HOME": os.devnull,
            "LC_ALL": "C.UTF-8",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ALLOW_PROTOCOL": ":".join(self._protocols()),
            "GIT_SSH_COMMAND": ssh,
        }
        if "token" in self._secrets:
            pair = f"{self._options.username}:{self._secrets['token'].get_secret_value()}"
            environment |= {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"http.{self._options.url}.extraHeader",
                "GIT_CONFIG_VALUE_0": f"Authorization: Basic {b64encode(pair.encode()).decode()}",
            }
        return environment

    def _web_address(self, path: str) -> str | None:
        parts = urlsplit(self._options.url)
        host = parts.hostname or ""
        known = next((form for name, form in _WEB.items() if host == name or host.split(".")[0] == name), None)
        form = self._options.web_url or (known if parts.scheme != "file" else None)
        file = quote(path.encode("utf-8", "surrogateescape"))
        fields: dict[str, Any] = {"{host}": host, "{path}": parts.path.strip("/").removesuffix(".git"), "{file}": file}
        for field, value in fields.items():
            form = form.replace(field, value) if form else None
        return form
