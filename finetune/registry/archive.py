"""A version as a folder or .zip that can be carried elsewhere; its manifest names every file by hash."""

import os
import shutil
import stat
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath
from uuid import uuid4

from finetune.acceptance.files import LIMITS, MOST_FILES, check_name, check_size, listed
from finetune.errors import AdapterInvalid, RegistryUnusable

_MOMENT = (1980, 1, 1, 0, 0, 0)  # the same version is always the same bytes


def export(folder: Path, name: str, out: Path) -> Path:
    """Write a version's files to `out`, which must not exist. Raises RegistryUnusable, and OSError."""
    if out.exists():
        raise RegistryUnusable(f"{out} is there already. Name a file or folder that is not.")
    beside = out.with_name(f".{out.name}.{uuid4().hex[:8]}")
    try:
        if out.suffix == ".zip":
            _zip(folder, name, beside)
        else:
            beside.mkdir()
            for each in listed(folder):
                shutil.copyfile(folder / each, beside / each)
        os.rename(beside, out)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(beside) if beside.is_dir() else beside.unlink(missing_ok=True)
        raise
    return out


def _zip(folder: Path, name: str, file: Path) -> None:
    with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
        for each in listed(folder):
            about = zipfile.ZipInfo(f"{name}/{each}", _MOMENT)
            about.external_attr = (stat.S_IFREG | 0o644) << 16
            about.compress_type = zipfile.ZIP_DEFLATED
            with (folder / each).open("rb") as stream, archive.open(about, "w") as member:
                shutil.copyfileobj(stream, member)


def unpack(file: Path, folder: Path) -> None:
    """Unpack a .zip of one adapter into a folder. Raises AdapterInvalid, and OSError of the disk."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(archive.infolist()) > MOST_FILES:
                raise AdapterInvalid(
                    f"{file.name} holds {len(archive.infolist())} files. Zip the folder of one adapter."
                )
            for member in members:
                _extract(archive, member, folder / _name(member))
            if len({PurePosixPath(each.filename).parent for each in members}) > 1:
                raise AdapterInvalid(f"{file.name} holds several folders. Zip the folder of one adapter.")
    except FileExistsError as error:
        raise AdapterInvalid(f"{file.name} holds a file twice.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise AdapterInvalid(f"{file.name} cannot be read as a .zip: {error}.") from error


def _name(member: zipfile.ZipInfo) -> str:
    """The bare name of a member, which lies at the top or in one folder."""
    raw, kind = member.filename, member.external_attr >> 16
    path = PurePosixPath(raw)
    if "\\" in raw or ":" in raw or path.is_absolute() or ".." in path.parts or len(path.parts) > 2 or not path.name:
        raise AdapterInvalid(f"{raw[:80]!r} in the .zip leads out of its folder, or deeper than one.")
    if stat.S_IFMT(kind) not in (0, stat.S_IFREG):
        raise AdapterInvalid(f"{raw[:80]!r} in the .zip is a link, and only plain files are taken.")
    if member.flag_bits & 0x1:
        raise AdapterInvalid(f"{raw[:80]!r} in the .zip is encrypted.")
    check_name(path.name)
    check_size(path.name, member.file_size)
    return path.name


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Write one member, never more than its limit, whatever its header says."""
    left = LIMITS[target.name]
    with archive.open(member) as stream, target.open("xb") as copy:
        while piece := stream.read(1 << 20):
            left -= len(piece)
            if left < 0:
                raise AdapterInvalid(f"{target.name} has more than {LIMITS[target.name]:,} bytes.")
            copy.write(piece)
