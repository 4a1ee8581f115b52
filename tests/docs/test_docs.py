"""The documentation keeps up with the code: links, commands, options, settings, variables, log texts, questions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kms_trio.cli.kurento import _parser
from kms_trio.cli.main import cli
from kms_trio.settings import Settings
from kms_trio.settings.options import walk
from tests.docs.markdown import PAGES, ROOT, anchors, code_lines, headings, links
from tests.log.test_texts import BUSY, OTHER

TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
ALL_TEXT = "\n".join(TEXTS.values())


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for target in links(TEXTS[page]):
        if re.match(r"(https?|mailto):", target):
            continue
        place, _, anchor = target.partition("#")
        file = (page.parent / place).resolve() if place else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/*.md")), ids=name_of)
def test_page_is_linked_from_the_readme(page: Path) -> None:
    assert f"docs/{page.name}" in links(TEXTS[ROOT / "README.md"])


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(cli))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_is_documented(path: tuple[str, ...]) -> None:
    table = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert f"| `kms-trio {' '.join(path)}" in table


def test_every_option_of_kurentos_command_line_is_documented() -> None:
    table = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    for action in _parser()._actions:
        for option in action.option_strings:
            assert f"`{option}`" in table


def mentioned(program: str) -> list[list[str]]:
    """The words behind `program` wherever the documentation runs it."""
    found = []
    for text in TEXTS.values():
        for line in code_lines(text):
            for match in re.finditer(rf"(?:^|/bin/|env |&& |sudo -u \w+ ){program}(?= |$)([^#|`→()]*)", line):
                # In two columns the second one, behind several blanks, is an explanation.
                found.append(shlex.split(re.split(r" {2,}", match[1])[0]))
    return found


def test_commands_that_are_mentioned_exist() -> None:
    wrong = []
    for words in mentioned("kms-trio"):
        path = tuple(word for word in words if re.fullmatch(r"[a-z][a-z-]*", word))
        known = next((COMMANDS[path[:size]] for size in (2, 1) if path[:size] in COMMANDS), None)
        group = not words or words[0].startswith("-") or path[:1] in {each[:1] for each in COMMANDS if len(each) > 1}
        if known is None:
            if not group:
                wrong.append(words)
            known = COMMANDS[("serve",)] if not path else None
        options = {option for each in (known.params if known else []) for option in each.opts} | {"--help", "--version"}
        wrong += [words for word in words if word.startswith("--") and known and word.partition("=")[0] not in options]
    assert wrong == []
    assert len(mentioned("kms-trio")) > 30


def test_targets_of_make_that_are_mentioned_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    used = {words[0] for words in mentioned("make") if words and re.fullmatch(r"[a-z][\w-]*", words[0])}
    assert used <= targets
    assert {"run", "test"} <= used


def test_settings_and_variables_that_are_documented_exist_and_the_other_way_round() -> None:
    rows = list(walk(Settings))
    keys = {key for row in rows for key in (row.option.key, *row.option.aliases)}
    variables = {variable for row in rows for variable in row.option.environment}
    configuration = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert {key for key in keys if f"`{key}`" not in configuration} == set()
    assert {variable for variable in variables if f"`{variable}`" not in configuration} == set()
    named = set(re.findall(r"\bKMS_[A-Z0-9_]+\b", ALL_TEXT)) - {"KMS_TRIO_NATIVE", "KMS_"}
    assert {name for name in named if name not in variables and not name.endswith("_")} == set()


@pytest.mark.parametrize("pattern", [row[0] for row in [*BUSY, *OTHER]])
def test_log_texts_are_documented(pattern: str) -> None:
    """The first words of each, up to what varies."""
    fixed = re.split(r"[\\\d.(\[{|?+*/'>]", pattern)[0]
    words = " ".join(fixed.split()[:3])
    assert len(words) > 5
    assert words in (ROOT / "docs/logging.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("category", sorted({row[1] for row in [*BUSY, *OTHER]}))
def test_log_categories_are_documented(category: str) -> None:
    assert f"`{category}`" in (ROOT / "docs/logging.md").read_text(encoding="utf-8")


#: What people have asked about Kurento for years, in the order of its own pages, and where the answer is.
QUESTIONS = {
    "troubleshooting.md": [
        "The server crashes",
        "Assertions and native messages in the log",
        "CPU usage grows too high",
        "Memory usage grows too high",
        "The service does not start",
        "H264 and OpenH264",
        "Missing audio or video",
        "Low video quality",
        "The application does not find the server",
        "The server became unresponsive",
        "Node.js and npm",
        "Expects at least 4 fields",
        "WebRTC connection is not established",
        "ICE fails with timeouts",
        "Multicast fails in Docker",
        "PlayerEndpoint: broken or stuttering video",
        "RecorderEndpoint: empty or missing files",
        "Safari",
    ],
    "stun-turn.md": [
        "The words",
        "When are STUN and TURN needed?",
        "How does TURN work?",
        "How to install coturn?",
        "How to test a STUN or TURN server?",
    ],
    "installation.md": ["Settings in Docker", "Recordings in Docker", "Health in Docker", "Ports to open"],
    "faq.md": [
        "How do I change configuration files?",
        "Where are my recordings?",
        "How many participants can it take?",
        "How many pipelines do I need?",
        "How many endpoints do I need?",
        "Which participant belongs to which endpoint?",
        "How do I get at objects that exist already?",
        "How do I notice that media is transcoded?",
        "Is there congestion control for plain RTP?",
        "How do I send RTP or SRTP from ffmpeg or GStreamer?",
        "Is H.264 included?",
        "Is an application for Kurento 6 good as it is?",
        "Do OpenVidu and Kurento Room run on it?",
        "Who do I ask?",
    ],
}


@pytest.mark.parametrize("page", QUESTIONS)
def test_questions_are_answered(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert [question for question in QUESTIONS[page] if question not in headings(text)] == []
    for body in re.split(r"^#{3,} .*$", text, flags=re.MULTILINE)[1:]:
        assert body.strip(), "a heading without an answer"


def test_coturns_reference_file_names_what_it_needs() -> None:
    text = (ROOT / "docs/stun-turn.md").read_text(encoding="utf-8")
    for line in ("listening-port=3478", "min-port=49152", "max-port=65535", "fingerprint", "lt-cred-mech", "user="):
        assert re.search(rf"^ +{line}", text, re.MULTILINE)
    for option in ("external-ip", "realm=", "log-file=", "simple-log", "use-auth-secret", "TURNSERVER_ENABLED=1"):
        assert option in text
