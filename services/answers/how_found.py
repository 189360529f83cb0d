"""One plain sentence that says how an answer was found."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from services.knowledge.finding import Findings, Found
from services.knowledge.words import words_of

# Cosines of this embedder: unrelated texts lie around 0.1, a paraphrase above 0.6.
NEARLY_THE_SAME = 0.6
SOMETHING_CLOSE = 0.35

# A word that is much commoner than the rarest says little about why something was found.
TELLING = 0.4

_WITHIN_A_PHRASE = (" ", "-", "'", "’")


def how_found(findings: Findings, used: Sequence[Found]) -> str:
    """Say which words and what likeness of meaning led to the passages `used`, and how many were looked at."""
    reasons = [reason for reason in (_by_words(findings, used), _by_meaning(used)) if reason]
    alone = "by its words alone " if all(found.meaning is None for found in used) else ""
    looked = f"{len(used):,} of {_counted(findings.passages_searched)} used.{_also(findings)}"
    return f"Found {alone}because it {' and '.join(reasons or ['came nearest to the question'])}; {looked}"


def nothing_found(findings: Findings) -> str:
    """Say how much was looked at without finding enough."""
    if not findings.passages_searched:
        return "There was nothing to look through: no document has been read yet."
    looked = _counted(findings.passages_searched)
    return f"Looked through {looked}; none says enough about this to be quoted.{_also(findings)}"


def _also(findings: Findings) -> str:
    """Say which words of the documents the glossary put in the place of the question's."""
    if findings.expanded is None:
        return ""
    names = [f"“{_plain(each)}”" for each in findings.expanded.also]
    return f" Looked for {' and '.join(names)}, as the documents call it (glossary)."


def _by_words(findings: Findings, used: Sequence[Found]) -> str:
    matched = {word for found in used for word in found.words_matched}
    rarest = max(findings.idf.values(), default=0.0)
    telling = {term for term, idf in findings.idf.items() if idf >= TELLING * rarest}
    phrases = _phrases(findings.searched, matched, telling)
    return f"contains {_listed(phrases)}" if phrases else ""


def _by_meaning(used: Sequence[Found]) -> str:
    nearest = max((found.meaning.score for found in used if found.meaning is not None), default=0.0)
    if nearest >= NEARLY_THE_SAME:
        return "means nearly the same"
    return "means something close" if nearest >= SOMETHING_CLOSE else ""


def _phrases(question: str, matched: Collection[str], telling: Collection[str]) -> list[str]:
    """Put words that stand side by side in the question together again ("parental leave"), without common words."""
    phrases: list[str] = []
    end = -1
    for word in words_of(question):
        typed = question[word.start : word.end]
        if word.term not in telling or typed not in matched:
            continue
        between = question[end : word.start]
        if phrases and between in _WITHIN_A_PHRASE:
            phrases[-1] += between + typed
        else:
            phrases.append(typed)
        end = word.end
    return [phrase for phrase in dict.fromkeys(phrases) if len(phrase) > 1]


def _listed(phrases: Sequence[str]) -> str:
    marked = [f"**{_plain(phrase)}**" for phrase in phrases[:4]]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"


def _plain(phrase: str) -> str:
    return re.sub(r"[*_`\\]", "", phrase)


def _counted(number: int) -> str:
    return f"{number:,} source" if number == 1 else f"{number:,} sources"
