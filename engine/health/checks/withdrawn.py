"""Find packages that are not offered any more where they came from; asks channels."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from engine.conda.addresses import channel_urls
from engine.conda.channels import short_name, without_credentials
from engine.conda.versions import compare
from engine.conda.withdrawn import Installed, gone_from, offered_by
from engine.environments.details import this_subdir
from engine.errors import EngineError, Failure
from engine.health.conda_side import CondaPackage
from engine.health.scene import Scene
from engine.health.values import (
    Evidence,
    Finding,
    FindingCode,
    Gap,
    Gravity,
    RepairKind,
    RepairStep,
    Unchecked,
)


@dataclass(frozen=True, slots=True)
class _Offer:
    """Say what may take the place of a package: a version, and the channel that has it."""

    channel: str
    version: str


async def find(scene: Scene) -> list[Finding]:
    """Return gone-from-channel for each package whose very build its channel has not any more.

    `newer`, `older` and `elsewhere` among its values say what there is instead, one at most: the
    newest version in the channel, or the other channel that has the package. Without any of them
    there is nothing to repair it by.
    """
    by_channel: dict[str, list[CondaPackage]] = {}
    ours = ("noarch", this_subdir(scene.around.platform))
    for package in scene.conda.packages:
        address, _, name = package.url.rpartition("/")
        channel, _, subdir = address.rpartition("/")
        if "://" in channel and name and subdir in ours:
            by_channel.setdefault(channel, []).append(package)
    gone: list[tuple[str, CondaPackage, str]] = []
    for address, packages in by_channel.items():
        for package, offered in await _gone(scene, address, packages):
            gone.append((address, package, offered))
    others = await _elsewhere(scene, {package.name for _, package, offered in gone if not offered})
    found: list[Finding] = []
    for address, package, offered in gone:
        offer = _Offer(address, offered) if offered else others.get(package.name)
        found.append(_finding(scene, address, package, offer))
    return found


async def _gone(
    scene: Scene, address: str, packages: Sequence[CondaPackage]
) -> list[tuple[CondaPackage, str]]:
    """Return those of `packages` that the channel has no more, and the newest it has instead."""
    around = scene.around
    wanted = [Installed(each.name, _file_name(each.url)) for each in packages]
    try:
        found = await gone_from(address, wanted, around.configuration, around.places)
    except EngineError as error:
        scene.unchecked.append(_silent(packages[0].channel, error.failure))
        return []
    offered = {each.installed.file_name: each.offered for each in found}
    names = [(each, _file_name(each.url)) for each in packages]
    return [(each, offered[name]) for each, name in names if name in offered]


async def _elsewhere(scene: Scene, names: Collection[str]) -> dict[str, _Offer]:
    """Return which of the user's channels has what has left its own one altogether."""
    around = scene.around
    found: dict[str, _Offer] = {}
    for channel in around.configuration.effective_channels if names else ():
        try:
            offered = await offered_by(channel, names, around.configuration, around.places)
        except EngineError as error:
            silent = _silent(short_name(channel, around.configuration), error.failure)
            if silent not in scene.unchecked:
                scene.unchecked.append(silent)
            continue
        for name, (address, version) in offered.items():
            found.setdefault(name, _Offer(address, version))
    return found


def _file_name(url: str) -> str:
    return unquote(posixpath.basename(urlsplit(url).path))


def _silent(channel: str, failure: Failure) -> Unchecked:
    values = (("channel", channel), ("code", failure.code))
    return Unchecked(Gap.CHANNEL_SILENT, f"The channel {channel}: {failure.summary}", values)


def _finding(scene: Scene, home: str, package: CondaPackage, offer: _Offer | None) -> Finding:
    """Return the finding about a package of the channel at `home`."""
    told: list[tuple[str, str]] = []
    proof = [Evidence(package.record, package.spelled)]
    if offer is not None:
        channel = short_name(offer.channel, scene.around.configuration)
        proof.append(Evidence(None, f"offered by {channel} now: {package.name} {offer.version}"))
        if offer.channel != home:
            told = [("elsewhere", channel), ("offered", offer.version)]
        elif compare(offer.version, package.version) < 0:
            told = [("older", offer.version)]
        else:
            told = [("newer", offer.version)]
    return scene.finding(
        FindingCode.GONE_FROM_CHANNEL,
        Gravity.NOTE,
        package.name,
        f"{package.channel} does not offer {package.name} {package.version} any more.",
        values=(
            ("package", package.name),
            ("version", package.version),
            ("channel", package.channel),
            *told,
        ),
        evidence=proof,
        repairs=() if offer is None else ((_repair(scene, home, package, offer),),),
    )


def _repair(scene: Scene, home: str, package: CondaPackage, offer: _Offer) -> RepairStep:
    name = package.name
    is_older = compare(offer.version, package.version) < 0
    wanted = f"{name} =={offer.version}" if is_older and offer.channel == home else name
    if offer.channel == home and _is_usual(scene, home):
        return RepairStep(RepairKind.INSTALL if is_older else RepairKind.UPDATE, wanted)
    spec = f"{without_credentials(offer.channel)}::{wanted}"
    return RepairStep(RepairKind.UPDATE, spec, offer.version)


def _is_usual(scene: Scene, home: str) -> bool:
    """Return whether a repair looks into the channel at `home` anyway."""
    configuration = scene.around.configuration
    usual = configuration.effective_channels
    urls = {without_credentials(url) for each in usual for url in channel_urls(each, configuration)}
    return without_credentials(home) in urls
