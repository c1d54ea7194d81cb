"""Archives of accelerograms (.zip), as PEER and CESMD give them out.

Each accelerogram inside is a component, or several. What is none (velocities, displacements, lists
of search results) is left. Where components of several stations have one name, each is called by
its file and its name.
"""

import zipfile
from collections import Counter
from dataclasses import replace
from io import BytesIO

from simulators.excitation.recorded.format import Channel, Format, Given, NotAnAccelerogram, Source
from simulators.excitation.recorded.formats import format_of
from simulators.excitation.recorded.reading import source_of

_LARGEST_FILE = 256 * 2**20  # bytes; a record of a day has a tenth of it
_MOST_FILES = 5000


class Zip(Format):
    """ZIP archives."""

    name = "ZIP"
    binary = True

    def recognises(self, source: Source) -> bool:
        return source.data.startswith(b"PK\x03\x04")

    def read(self, source: Source, given: Given) -> list[Channel]:
        given = replace(given, format=None)
        own: list[tuple[str, Channel]] = []
        tables: list[tuple[str, Channel]] = []
        refused: list[str] = []  # tables that cannot be read: lists of results, or damaged
        for member in _members(source.data):
            try:
                reader = format_of(member)
            except NotAnAccelerogram:
                continue
            try:
                found = [(member.name, channel) for channel in reader.read(member, given)]
            except NotAnAccelerogram:
                continue
            except ValueError as error:
                if not reader.generic:
                    raise ValueError(f"{member.name} inside: {error}") from None
                refused.append(f"{member.name} inside: {error}")
                continue
            (tables if reader.generic else own).extend(found)
        if not own and refused:
            raise ValueError(refused[0])
        channels = own or tables
        if not channels:
            raise NotAnAccelerogram("the archive holds no accelerogram")
        return _named_apart(channels)


def _members(data: bytes) -> list[Source]:
    """Return the files of an archive in the order of their names; hidden ones do not count."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            infos = [info for info in infos if "/." not in f"/{info.filename}"]
            infos = [info for info in infos if "__MACOSX" not in info.filename]
            if (
                len(infos) > _MOST_FILES
                or sum(info.file_size for info in infos) > 2 * _LARGEST_FILE
            ):
                raise ValueError(
                    f"the archive holds {len(infos)} files: unpack it and choose a folder"
                )
            return [
                source_of(info.filename.rpartition("/")[2], archive.read(info))
                for info in sorted(infos, key=lambda info: info.filename)
                if 0 < info.file_size <= _LARGEST_FILE
            ]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise ValueError(f"the archive is damaged or locked: {error}") from None


def _named_apart(channels: list[tuple[str, Channel]]) -> list[Channel]:
    """Return the channels, each of a name of its own."""
    names = Counter(channel.component for _, channel in channels)
    return [
        replace(
            channel,
            component=channel.component
            if names[channel.component] == 1 and channel.component
            else f"{file} {channel.component}".strip(),
            facts={**channel.facts, "member": file},
        )
        for file, channel in channels
    ]
