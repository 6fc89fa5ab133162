"""What front end and worker processes say to each other, one JSON document a line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.cache.values import Skipped
from engine.errors import Failure
from engine.events import Progress, Settlement
from engine.files.values import FileKind, Wanted
from engine.health.values import Health, HealthProgress
from engine.records import PackageVersion, PypiRelease, Sizes
from engine.requests import ChannelPriority, Request


@dataclass(frozen=True, slots=True)
class WorkProgress:
    """Tell how far the present phase has come."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class WorkLog:
    """Tell one line for the log."""

    line: str


@dataclass(frozen=True, slots=True)
class WorkWaiting:
    """Tell that another process works on the same environment."""


@dataclass(frozen=True, slots=True)
class WorkSettling:
    """Tell that from here on the work will be finished, not put back."""


@dataclass(frozen=True, slots=True)
class WorkDone:
    """Tell that everything was carried out."""


@dataclass(frozen=True, slots=True)
class WorkFailed:
    """Tell that nothing was changed, and why."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class WorkSkipped:
    """Tell what a cleaning left although it was planned."""

    skipped: Skipped


WorkMessage = (
    WorkProgress | WorkLog | WorkWaiting | WorkSettling | WorkSkipped | WorkDone | WorkFailed
)


@dataclass(frozen=True, slots=True)
class PlanQuery:
    """Ask for the plan of a request."""

    request: Request


@dataclass(frozen=True, slots=True)
class PythonVersionsQuery:
    """Ask which Python versions the channels carry."""

    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackageNamesQuery:
    """Ask for every package name of the channels."""

    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackageVersionsQuery:
    """Ask which builds of a package the channels carry, and which suit the Python version given."""

    channels: tuple[str, ...]
    name: str
    python: str = ""


@dataclass(frozen=True, slots=True)
class PypiReleasesQuery:
    """Ask which releases of a project on PyPI there are for the Python of an environment."""

    name: str
    prefix: Path
    python: str


@dataclass(frozen=True, slots=True)
class UpdatesQuery:
    """Ask what of an environment could be newer; unless it `looks`, as far as that is known."""

    prefix: Path
    channels: tuple[str, ...]
    priority: ChannelPriority = ChannelPriority.STRICT
    looks: bool = False


@dataclass(frozen=True, slots=True)
class VirtualPackagesQuery:
    """Ask what this computer tells the solver about itself."""


@dataclass(frozen=True, slots=True)
class AssignQuery:
    """Ask who brings what a file asks for.

    `python` is the minor version that is meant, or empty for a usual one that `python_range` (PEP
    440) leaves open. `lenient` is for lists made on another computer.
    """

    channels: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    constraints: tuple[Wanted, ...] = ()
    python: str = ""
    python_range: str = ""
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class ReadFilesQuery:
    """Ask what files want, read together.

    `kind` says what all of them are, `kinds` what some of them are, where that was corrected.
    """

    paths: tuple[Path, ...]
    kind: FileKind | None = None
    kinds: tuple[tuple[Path, FileKind], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadTextQuery:
    """Ask what pasted text wants."""

    text: str
    kind: FileKind | None = None


@dataclass(frozen=True, slots=True)
class ReadAddressQuery:
    """Ask what the files at web addresses want, together with those at `paths`; they are fetched.

    `kind` and `kinds` are those of a ReadFilesQuery.
    """

    addresses: tuple[str, ...]
    kind: FileKind | None = None
    paths: tuple[Path, ...] = ()
    kinds: tuple[tuple[Path, FileKind], ...] = ()


@dataclass(frozen=True, slots=True)
class HealthQuery:
    """Ask for the quick health of one environment."""

    prefix: Path


@dataclass(frozen=True, slots=True)
class PartsQuery:
    """Ask what each package of one environment takes up."""

    prefix: Path


Query = (
    PlanQuery
    | AssignQuery
    | PythonVersionsQuery
    | PackageNamesQuery
    | PackageVersionsQuery
    | PypiReleasesQuery
    | UpdatesQuery
    | VirtualPackagesQuery
    | ReadFilesQuery
    | ReadTextQuery
    | ReadAddressQuery
    | HealthQuery
    | PartsQuery
)


@dataclass(frozen=True, slots=True)
class Names:
    """Answer a query by a list of words."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackageVersions:
    """Answer which builds of a package there are, the newest first."""

    versions: tuple[PackageVersion, ...]


@dataclass(frozen=True, slots=True)
class PypiReleases:
    """Answer which releases of a project there are, the newest first."""

    releases: tuple[PypiRelease, ...]


@dataclass(frozen=True, slots=True)
class SizesMessage:
    """Tell the sizes of one environment, and how many of its records cannot be read."""

    prefix: Path
    sizes: Sizes
    unreadable_records: int


HealthAnswer = HealthProgress | Health


@dataclass(frozen=True, slots=True)
class SettledMessage:
    """Tell how one piece of interrupted work was settled."""

    prefix: Path
    request: Request
    settlement: Settlement


@dataclass(frozen=True, slots=True)
class ErrorDocument:
    """Hold the failure that a command prints instead of its answer."""

    error: Failure
