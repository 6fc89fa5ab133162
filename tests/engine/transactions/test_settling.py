"""Every moment at which a transaction can be killed, laid out on disk, then settled."""

from __future__ import annotations

import os
import time
from pathlib import Path
from shutil import rmtree

import pytest

from engine.environments.registering import register, registered
from engine.events import Settlement
from engine.places import Places
from engine.requests import (
    ChangeRequest,
    CloneRequest,
    CreateRequest,
    RemoveRequest,
    RenameRequest,
    Request,
    affected_prefixes,
)
from engine.transactions.journal import Journal, begin, end, unfinished
from engine.transactions.locking import WORKROOM, hold
from engine.transactions.settling import settle, settle_all


def _environment(prefix: Path, content: str = "numbers") -> None:
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "conda-meta" / "history").write_text("")
    (prefix / "lib").mkdir()
    (prefix / "lib" / "data.txt").write_text(content)


def _place(journal: Journal) -> None:
    _environment(journal.new, "new")
    journal.mark(journal.new).write_bytes(b"")
    journal.new.rename(journal.prefix)


def _settle_twice(places: Places, request: Request) -> list[Settlement]:
    folders = {prefix.parent for prefix in affected_prefixes(request)}
    first = settle_all(folders, places)
    assert settle_all(folders, places) == ()
    return [message.settlement for message in first]


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def _requests_for_new(places: Places) -> list[Request]:
    prefix = places.envs / "new one"
    return [CreateRequest(prefix, ("x",)), CloneRequest(places.envs / "old", prefix)]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("built", ["nothing", "half", "all"])
def test_that_an_environment_that_was_not_in_place_goes(
    places: Places, which: int, built: str
) -> None:
    request = _requests_for_new(places)[which]
    _environment(places.envs / "old")
    journal = begin(request, places.envs / "new one")
    if built != "nothing":
        _environment(journal.new)
    if built == "all":
        journal.mark(journal.new).write_bytes(b"")
    assert _settle_twice(places, request) == [Settlement.PUT_BACK]
    assert _names(places.envs) == ["old"]


@pytest.mark.parametrize("which", [0, 1])
def test_that_an_environment_in_place_is_kept_and_registered(places: Places, which: int) -> None:
    request = _requests_for_new(places)[which]
    _environment(places.envs / "old")
    journal = begin(request, places.envs / "new one")
    _place(journal)
    assert _settle_twice(places, request) == [Settlement.FINISHED]
    assert _names(places.envs) == ["new one", "old"]
    assert registered(places) == (journal.prefix,)
    assert not any(".envdesk" in name for name in _names(journal.prefix / "conda-meta"))


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("moment", ["begun", "copied", "source moved", "in place", "half deleted"])
def test_that_a_rename_ends_with_one_of_both_names(
    places: Places, moment: str, elsewhere: bool
) -> None:
    source = places.envs / "old"
    prefix = (places.home if elsewhere else places.envs) / "new one"
    prefix.parent.mkdir(parents=True, exist_ok=True)
    _environment(source)
    register(places, source)
    request = RenameRequest(source, prefix)
    journal = begin(request, prefix)
    moments = ["begun", "copied", "source moved", "in place", "half deleted"]
    reached = moments.index(moment)
    if reached == 1:
        _environment(journal.new)
    if reached >= 2:
        journal.old(source).parent.mkdir(exist_ok=True)
        source.rename(journal.old(source))
    if reached >= 3:
        _place(journal)
    if reached == 4:
        (journal.old(source) / "conda-meta" / "history").unlink()
    expected = Settlement.FINISHED if reached >= 3 else Settlement.PUT_BACK
    assert _settle_twice(places, request) == [expected]
    survivor, other = (prefix, source) if reached >= 3 else (source, prefix)
    assert (survivor / "lib" / "data.txt").exists()
    assert not other.exists()
    assert registered(places) == (survivor,)
    assert WORKROOM not in _names(places.envs)
    assert WORKROOM not in _names(prefix.parent)


@pytest.mark.parametrize(
    "moment", ["begun", "mirrored", "changed", "moved away", "in place", "half deleted", "deleted"]
)
def test_that_a_changed_environment_is_as_before_or_as_after(places: Places, moment: str) -> None:
    prefix = places.envs / "course"
    _environment(prefix, "before")
    register(places, prefix)
    request = ChangeRequest(prefix, ("x",))
    journal = begin(request, prefix)
    moments = ["begun", "mirrored", "changed", "moved away", "in place", "half deleted", "deleted"]
    reached = moments.index(moment)
    if reached >= 1:
        _environment(journal.new, "after")
    if reached >= 2:
        journal.mark(journal.new).write_bytes(b"")
    if reached >= 3:
        prefix.rename(journal.old(prefix))
    if reached >= 4:
        journal.new.rename(prefix)
    if reached == 5:
        (journal.old(prefix) / "lib" / "data.txt").unlink()
    if reached == 6:
        rmtree(journal.old(prefix))
    (journal.folder / "pypi").mkdir()
    (journal.folder / "pypi" / "exact.txt").write_text("left over")
    is_after = reached >= 4
    expected = Settlement.FINISHED if is_after else Settlement.PUT_BACK
    assert _settle_twice(places, request) == [expected]
    assert (prefix / "lib" / "data.txt").read_text() == ("after" if is_after else "before")
    assert _names(places.envs) == ["course"]
    assert registered(places) == (prefix,)
    assert not any(".envdesk" in name for name in _names(prefix / "conda-meta"))


@pytest.mark.parametrize("moment", ["begun", "moved", "half deleted", "deleted"])
def test_that_a_removal_is_not_begun_or_complete(places: Places, moment: str) -> None:
    prefix = places.envs / "old"
    _environment(prefix)
    register(places, prefix)
    request = RemoveRequest(prefix)
    journal = begin(request, prefix)
    if moment != "begun":
        prefix.rename(journal.old(prefix))
    if moment == "half deleted":
        (journal.old(prefix) / "lib" / "data.txt").unlink()
    if moment == "deleted":
        rmtree(journal.old(prefix))
    settled = _settle_twice(places, request)
    if moment == "begun":
        assert settled == [Settlement.PUT_BACK]
        assert _names(places.envs) == ["old"]
        assert registered(places) == (prefix,)
    else:
        assert settled == [Settlement.FINISHED]
        assert _names(places.envs) == []
        assert registered(places) == ()


def test_that_work_of_a_living_process_is_left_alone(places: Places) -> None:
    request = CreateRequest(places.envs / "busy", ("x",))
    with hold((request.prefix,), places):
        journal = begin(request, request.prefix)
        _environment(journal.new)
        assert settle_all([places.envs], places) == ()
        assert (journal.new / "lib").exists()


def test_that_a_removed_link_leaves_what_it_points_to(places: Places, tmp_path: Path) -> None:
    target = tmp_path / "real"
    _environment(target)
    places.envs.mkdir(parents=True)
    prefix = places.envs / "link"
    prefix.symlink_to(target)
    journal = begin(RemoveRequest(prefix), prefix)
    prefix.rename(journal.old(prefix))
    assert settle(journal, places) is Settlement.FINISHED
    assert (target / "lib" / "data.txt").read_text() == "numbers"
    assert _names(places.envs) == []


def test_that_a_journal_that_points_elsewhere_is_not_believed(places: Places) -> None:
    victim = places.home / "victim"
    _environment(victim)
    places.envs.mkdir(parents=True)
    journal = begin(RemoveRequest(victim), victim)
    stolen = places.envs / WORKROOM / journal.token
    stolen.parent.mkdir()
    journal.folder.rename(stolen)
    assert unfinished([places.envs]) == ()
    settle_all([places.envs, places.home], places)
    assert (victim / "lib").exists()


@pytest.mark.parametrize("data", [b"", b"{", b'{"token": 1}', b"\xff\xfe"])
def test_that_a_damaged_journal_ends_nothing(places: Places, data: bytes) -> None:
    journal = begin(CreateRequest(places.envs / "a", ("x",)), places.envs / "a")
    journal.file.write_bytes(data)
    assert settle_all([places.envs], places) == ()


def test_that_what_a_dead_thread_left_is_swept_up_later_but_not_at_once(places: Places) -> None:
    journal = begin(CreateRequest(places.envs / "a", ("x",)), places.envs / "a")
    end(journal)
    (journal.new / "lib").mkdir(parents=True)
    settle_all([places.envs], places)
    assert journal.new.exists()
    past = time.time() - 3600
    os.utime(journal.folder, (past, past))
    settle_all([places.envs], places)
    assert not journal.folder.exists()


@pytest.mark.parametrize("data", [b"", b"\0" * 300])
def test_that_a_journal_that_a_power_cut_left_empty_goes_with_its_mirror(
    places: Places, data: bytes
) -> None:
    prefix = places.envs / "course"
    _environment(prefix, "before")
    journal = begin(ChangeRequest(prefix, ("x",)), prefix, durably=False)
    _environment(journal.new, "after")
    journal.file.write_bytes(data)
    settle_all([places.envs], places)
    assert journal.new.exists()
    past = time.time() - 3600
    os.utime(journal.folder, (past, past))
    settle_all([places.envs], places)
    assert not journal.folder.exists()
    assert (prefix / "lib" / "data.txt").read_text() == "before"


def test_that_a_journal_that_is_not_understood_stays(places: Places) -> None:
    journal = begin(ChangeRequest(places.envs / "a", ("x",)), places.envs / "a", durably=False)
    journal.file.write_bytes(b'{"format": 99}')
    past = time.time() - 3600
    os.utime(journal.folder, (past, past))
    settle_all([places.envs], places)
    assert journal.file.exists()


def test_that_a_journal_is_the_same_when_it_becomes_durable_later(places: Places) -> None:
    journal = begin(ChangeRequest(places.envs / "a", ("x",)), places.envs / "a", durably=False)
    assert unfinished([places.envs]) == (journal,)
    journal.make_durable()
    assert unfinished([places.envs]) == (journal,)


def test_that_a_journal_holds_no_logins_and_no_tokens(tmp_path: Path) -> None:
    request = ChangeRequest(
        tmp_path / "course",
        ("https://reader:secret@example.org/lab", "https://example.org/t/tk-123-abc/lab"),
        add_pypi=(
            "ink @ https://user:secret@example.org/ink.whl",
            "git+https://secret@example.org/i",
        ),
    )
    journal = begin(request, request.prefix)
    text = journal.file.read_text(encoding="utf-8")
    assert "secret" not in text
    assert "tk-123" not in text
    (found,) = unfinished((tmp_path,))
    assert found.prefix == request.prefix
    assert isinstance(found.request, ChangeRequest)
    assert found.request.channels == ("https://example.org/lab", "https://example.org/lab")
    end(journal)
