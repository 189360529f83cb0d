"""What an answer says: its sentences and their words as they are compared, without those that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.answers.checked_words import Worded, worded, written_out
from services.answers.sentences import Shape, shown, split
from services.knowledge.words import terms_of

SHORT_ITEM = 5
"""An item of a list of so many words is read together with what announces the list."""


@dataclass(frozen=True)
class Said:
    """A sentence and its words, those of a short item after what announces its list; `own` are the item's."""

    text: str
    worded: Worded
    own: tuple[int, ...] = ()


def sentences_of(text: str) -> tuple[str, ...]:
    """Give the sentences of an answer as they read, without the numbers in brackets that its writer gave them.

    What says nothing is none of them: a heading, a question, a line that only points to the sources.
    """
    return tuple(each.text for each in said_in(text))


def said_in(text: str) -> Iterator[Said]:
    """Give the sentences of an answer that say something, each with its words."""
    bare, added = _with_ends(_BRACKETED.sub("", text))
    leads = ""
    for each in split(bare):
        sentence = shown(bare[each.start : each.end - (each.end in added)])
        if each.shape is not Shape.ITEM:
            leads = ""
        if each.shape is Shape.HEADING or not _says_something(sentence):
            continue
        words = worded(_plain(sentence))
        if leads and len(words.telling) <= SHORT_ITEM and sentence[-1] not in ".!":
            with_lead = worded(f"{_plain(leads)} {words.text}")
            yield Said(sentence, with_lead, tuple(with_lead.telling[-len(words.telling) :]))
        else:
            yield Said(sentence, words)
        if sentence.endswith(":"):
            leads = sentence


def _plain(sentence: str) -> str:
    """Give a sentence without words that say nothing of what it is about."""
    text = written_out(sentence)
    for words in (_LEADING_IN, _URGING, _ANNOUNCING):
        text = words.sub("", text) or text
    return text


def _says_something(sentence: str) -> bool:
    words = [each.casefold() for each in re.findall(r"[^\W\d_]+", sentence)]
    if not any(each.isalnum() for each in sentence) or sentence.endswith("?"):
        return False
    return _SOURCES.isdisjoint(words) or not all(_OF_SOURCES.fullmatch(each) for each in words)


def _with_ends(text: str) -> tuple[str, frozenset[int]]:
    """End every line that is no heading or row of a table with a full stop; give where those stand that were added.

    A short line without one is a heading in a document; in an answer it is one that was left open, or cut off.
    """
    lines, added, length = list[str](), set[int](), 0
    for line in text.split("\n"):
        tidy = line.rstrip()
        if tidy and not tidy.lstrip().startswith(("#", "|")) and tidy[-1].isalnum():
            tidy += "."
            added.add(length + len(tidy))
        lines.append(tidy)
        length += len(tidy) + 1
    return "\n".join(lines), frozenset(added)


_BRACKETED = re.compile(
    r"\s*[\[【(]\s*(?:(?:sources?|quotes?)\s*)?\d{1,2}(?:\s*[,;–-]\s*\d{1,2})*\s*[\]】](?!\()", re.IGNORECASE
)
_LEADING_IN = re.compile(
    r"^(?:according to|based on|as stated in|per) (?:the |these |your )?(?:\w+ )?"
    r"(?:sources?|documents?|context|information|text|quotes?)(?: (?:provided|given|above))?, ",
    re.IGNORECASE,
)
"""A writer's words about its sources, which are not compared."""
_URGING = re.compile(
    r"^(?:please )?(?:(?:make|be) sure(?: (?:to|that))?|ensure that|remember (?:to|that)|(?:note|keep in mind) that) ",
    re.IGNORECASE,
)
"""Words that urge what follows and say nothing of it."""
_ANNOUNCING = re.compile(
    r",? (?:(?:you|they|one) (?:should|must|can|need to|have to) )?(?:(?:do|follow|take) )?(?:the|these)"
    r"(?: following)?(?: steps)?\s*:$|,? as follows\s*:$",
    re.IGNORECASE,
)
"""Words that say no more than that a list follows."""
_SOURCES = frozenset(["source", "sources", "reference", "references", "citation", "citations"])
_OF_SOURCES = re.compile(
    r"(?:a|all|and|are|as|by|cited|following|for|from|here|in|is|listed|of|or|see|support(?:s|ed|ing)?|that|the|these"
    r"|this|used|were|which|with|answers?|information|statements?|provid(?:e|es|ed|ing)|given|sources?|references?"
    r"|citations?)"
)
"""A sentence of these alone says nothing but where it is from: "Sources that support this answer"."""
_STANDS = re.compile(
    r"(?:sources?|references?)\b.{0,40}?:\s|(?:this|these|it|that|they)(?: \w+)?"
    r" (?:is|are|was|were|can be) (?:\w+ )?(?:stated|reported|established|found|described|listed|mentioned|explained"
    r"|covered|outlined|detailed|documented|noted|specified|defined|set out) (?:in|under|on|by|at) ",
    re.IGNORECASE,
)
_PARTS = frozenset(terms_of("document section page source chapter heading guide part under and in of the"))


def names_a_title(text: str, titles: Iterable[str]) -> bool:
    """Say whether a sentence says nothing but in which of the documents something stands."""
    opening = _STANDS.match(text)
    if opening is None:
        return False
    over = {term for each in titles for term in terms_of(each)}
    named = [term for term in terms_of(text[opening.end() :]) if term not in _PARTS]
    return bool(named) and over.issuperset(named)
