"""Markdown as far as tests ask: headings with their anchors, links, code."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What people read; specs of bundles and changelog fragments have rules of their own.
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])

_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def prose(text: str) -> str:
    """The text without fenced and indented code."""
    return "\n".join(line for line in _FENCE.sub("", text).splitlines() if not line.startswith("    "))


def anchors(text: str) -> set[str]:
    """The anchors of all headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *$", _FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.add(slug if not seen[slug] else f"{slug}-{seen[slug]}")
        seen[slug] += 1
    return found


def headings(text: str) -> list[str]:
    """The texts of all headings."""
    return re.findall(r"^#{1,6} +(.+?) *$", _FENCE.sub("", text), re.MULTILINE)


def links(text: str) -> list[str]:
    """The targets of all links in the prose."""
    return _LINK.findall(prose(text))


def code_lines(text: str) -> list[str]:
    """Lines of fenced and indented code, and texts in backquotes."""
    fenced = [line for block in _FENCE.findall(text) for line in block.splitlines()[1:-1]]
    indented = [line for line in text.splitlines() if line.startswith("    ")]
    return [line.strip() for line in [*fenced, *indented, *re.findall(r"`([^`\n]+)`", _FENCE.sub("", text))]]
