"""Makes sentences that say the same in other words, and sentences that say something else, by general English alone.

Nothing here knows how sentences are checked; the lists are this module's own.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum


class Kind(StrEnum):
    """What was done to a sentence; the names of CONVENTIONS."""

    TRUE = "true"
    NUMBERS = "changed_numbers"
    NEGATION = "changed_negation"
    ENTITY = "changed_entity"
    SCOPE = "changed_scope"
    UNRELATED = "unrelated"
    WRITTEN = "false_marked"


def reworded(sentence: str, chance: random.Random) -> str:
    """Say the same in other words, by one to three ways that fit the sentence; "" where none does."""
    ways = list(_REWORDINGS)
    chance.shuffle(ways)
    text, done, most = sentence, 0, chance.randint(1, 3)
    for way in ways:
        other = way(text, chance)
        if other and other != text and len(other.split()) >= 5:
            text, done = other, done + 1
        if done == most:
            break
    return text if done else ""


def changed(kind: Kind, sentence: str, names: Sequence[str], chance: random.Random) -> str:
    """Say something else in one respect; "" where the sentence has nothing of that kind. `names` may be put in."""
    if kind is Kind.ENTITY:
        return _other_name(sentence, names, chance)
    if kind is Kind.NUMBERS:
        return _other_number(sentence, chance)
    return _replaced(sentence, _NEGATED if kind is Kind.NEGATION else _OTHER_SCOPE, chance)


def names_in(sentence: str) -> list[str]:
    """Give the names in a sentence, but for one that it begins with, whose capital says nothing."""
    return [each.group() for each in _NAME.finditer(sentence) if each.start() > 0 and each.group() not in _NO_NAMES]


_NAME = re.compile(
    r"(?<![.!?:\"“(] )(?<![\w\-/_.@])(?:[A-Z][a-z]{2,}|[A-Z]{2,5})"
    r"(?: (?:[A-Z][a-z]+|[A-Z]{2,5}))*(?![\w\-/_@]|\.\w|['’])"
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_NO_NAMES = {"The", "This", "You", "We", "They", "It", "If", "When", "And", "For", "In", "Our", *_MONTHS}


def _cased(new: str, old: str) -> str:
    return new[0].upper() + new[1:] if old[:1].isupper() else new


# --- the same in other words ---

_SYNONYMS = {
    "employees": "staff", "employee": "staff member", "purchase": "buy", "purchased": "bought", "assist": "help",
    "help": "assist", "helps": "assists", "begin": "start", "began": "started", "begins": "starts",
    "ensure": "make sure",
    "provides": "offers", "provide": "offer", "provided": "supplied", "obtain": "get", "receive": "get",
    "additional": "further", "several": "a number of", "because": "since", "however": "but",
    "approximately": "about",
    "also": "in addition", "important": "essential", "large": "big", "located": "situated", "near": "close to",
    "company": "firm", "companies": "firms", "choose": "select", "select": "choose", "create": "make",
    "creates": "makes",
    "show": "display", "shows": "displays", "use": "employ", "uses": "employs", "request": "ask for",
    "complete": "finish",
    "primarily": "mainly", "mainly": "primarily", "due to": "because of", "film": "movie", "build": "construct",
    "built": "constructed", "known as": "called", "children": "kids", "must": "have to", "doctor": "physician",
    "sufficient": "enough", "prior to": "before", "in order to": "to", "regarding": "about", "currently": "at present",
    "often": "frequently", "many": "numerous", "area": "region", "job": "position", "team": "group", "quickly": "fast",
    "residents": "inhabitants", "city": "town", "war": "conflict", "author": "writer", "is able to": "can",
    "can": "is able to", "costs": "expenses", "cost": "expense", "revenue": "income", "related to": "connected with",
    "specify": "indicate", "specifies": "indicates", "delete": "erase", "information": "details",
}  # fmt: skip
_SYNONYM = re.compile(r"\b(" + "|".join(sorted(_SYNONYMS, key=len, reverse=True)) + r")\b", re.IGNORECASE)


def _in_synonyms(text: str, chance: random.Random) -> str:
    # A capital within the sentence is part of a name.
    found = [each for each in _SYNONYM.finditer(text) if each.start() == 0 or each.group()[0].islower()]
    for each in sorted(chance.sample(found, min(2, len(found))), key=lambda one: -one.start()):
        new = _cased(_SYNONYMS[each.group().lower()], each.group())
        text = text[: each.start()] + new + text[each.end() :]
    return text


_LEADING = re.compile(
    r"((?:If|When|While|After|Before|During|In|On|At|As|For|Since|Because|Although) [^,;:]{4,90}), (\S.*[^.])\."
)


def _turned(text: str, chance: random.Random) -> str:
    if not (found := _LEADING.fullmatch(text)):
        return ""
    first, rest = found.groups()
    if re.match(r"(?:and|or|[A-Z]\w+,)\b", rest) or rest.split()[0].endswith(","):
        return ""
    begins = rest if rest[:1].isupper() else rest[0].upper() + rest[1:]
    return f"{begins} {first[0].lower()}{first[1:]}."


def _dropped(text: str, chance: random.Random) -> str:
    ways = [
        re.sub(r"\s*\([^()]*\)", "", text),
        re.sub(r", (?:which|such as|including|as well as) [^,;.]{3,}(?:,| ?(?=\.$))", "", text),
        re.sub(
            r"^(?:However|In addition|Additionally|Also|Therefore|Furthermore|Moreover|For example|Finally|Then), ",
            "",
            text,
        ),
        re.sub(r"; [^;]{12,}\.$", ".", text),
    ]
    ways = [way for way in ways if way != text]
    if not ways:
        return ""
    way = chance.choice(ways)
    return way[0].upper() + way[1:]


_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_STANDING = re.compile(r"(?<![\w$€£.,\-/:#])\d{1,2}(?![\w%,:/\-]|\.\d| percent| per cent| million| billion)")


def _spelled(text: str, chance: random.Random) -> str:
    def word(found: re.Match[str]) -> str:
        before = text[max(0, found.start() - 12) : found.start()]
        after = text[found.end() : found.end() + 12]
        if int(found.group()) > 20 or any(month[:3] in before + after for month in _MONTHS):
            return found.group()
        return _SMALL[int(found.group())]

    ways: list[Callable[[str], str]] = [
        lambda one: _STANDING.sub(word, one),
        lambda one: re.sub(r"(\d)%", r"\1 percent", one),
        lambda one: re.sub(r"(\d) per ?cent\b", r"\1%", one),
        lambda one: re.sub(r"\$(\d[\d,]*(?:\.\d+)?)(?![\d.]| (?:million|billion))", r"\1 dollars", one),
        lambda one: re.sub(r"\b(\d{1,3}),(\d{3})\b(?![,\d])", r"\1\2", one),
        lambda one: re.sub(r"\b(\d+)\.(\d) million\b", lambda found: f"{found[1]},{found[2]}00,000", one),
    ]
    results = [way(text) for way in ways]
    results = [one for one in results if one != text]
    return chance.choice(results) if results else ""


_INFLECTED = {
    r"\bdo not\b": "don't", r"\bdoes not\b": "doesn't", r"\bis not\b": "isn't", r"\bcannot\b": "can't",
    r"\bare not\b": "aren't", r"\bwill be\b": "is going to be", r"\bit is\b": "it's", r"\bdon't\b": "do not",
    r"\bcan't\b": "cannot", r"\bwas (\w+ed) by\b": r"got \1 by", r"\bhas (\w+ed)\b": r"\1", r"\bhave (\w+ed)\b": r"\1",
    r"\bthe (\w+ment) of\b": r"\1 of", r"\bis (\w+ing)\b": r"has been \1", r"\bThe (\w+) are\b": r"These \1 are",
}  # fmt: skip


def _inflected(text: str, chance: random.Random) -> str:
    fitting = [each for each in _INFLECTED if re.search(each, text)]
    if not fitting:
        return ""
    form = chance.choice(fitting)
    return re.sub(form, _INFLECTED[form], text, count=1)


_REWORDINGS: tuple[Callable[[str, random.Random], str], ...] = (_in_synonyms, _turned, _dropped, _spelled, _inflected)


# --- something else ---

_NUMBER = re.compile(r"(?<![\w.,\-/:#_\\])\$?\d[\d,]*(?:\.\d+)?(?![\w/:_\\]|-[a-z]|\.\d)")
_NUMBER_WORD = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|million|billion)\b", re.IGNORECASE
)
_MONTH = re.compile(r"\b(" + "|".join(_MONTHS) + r")\b(?= \d| of)")


def _other_number(sentence: str, chance: random.Random) -> str:
    places = [*_NUMBER.finditer(sentence), *_NUMBER_WORD.finditer(sentence), *_MONTH.finditer(sentence)]
    if not places:
        return ""
    place = chance.choice(places)
    return sentence[: place.start()] + _another(place.group(), chance) + sentence[place.end() :]


def _another(number: str, chance: random.Random) -> str:
    plain = number.lower()
    if number in _MONTHS:
        return chance.choice([each for each in _MONTHS if each != number])
    if plain in ("million", "billion"):
        return "billion" if plain == "million" else "million"
    if plain in _SMALL:
        return _cased(chance.choice([each for each in _SMALL[2:13] if each != plain]), number)
    sign, digits = ("$", number[1:]) if number.startswith("$") else ("", number)
    bare = digits.rstrip(",")
    tail = digits[len(bare) :]
    if re.fullmatch(r"(?:1[5-9]|20)\d\d", bare):
        return f"{int(bare) + chance.choice([-12, -3, -2, -1, 1, 2, 5])}{tail}"
    if "." in bare:
        whole, part = bare.split(".")
        other = f"{int(part) + chance.choice([1, 2, 3, 4]):0{len(part)}d}"[-len(part) :]
        return f"{sign}{whole}.{other}{tail}"
    value = int(bare.replace(",", ""))
    other_value = chance.choice(
        [value + 1, value + 2, value * 2 or 3, value * 10 or 7, max(1, value // 2) if value > 3 else value + 5]
    )
    return f"{sign}{other_value:,}{tail}" if "," in bare else f"{sign}{other_value}{tail}"


def _other_name(sentence: str, names: Sequence[str], chance: random.Random) -> str:
    held = names_in(sentence)
    if not held:
        return ""
    old = chance.choice(held)
    others = [each for each in names if each.lower() not in sentence.lower() and old.lower() not in each.lower()]
    alike = [each for each in others if each.isupper() == old.isupper()] or others
    if not alike:
        return ""
    return re.sub(rf"(?<=\s){re.escape(old)}(?!\w)", lambda _: chance.choice(alike), sentence, count=1)


_NEGATED: Mapping[str, Sequence[str]] = {
    r"\b(is|are|was|were|will|should|must|would|could|has been|have been|may) (?!not\b|no\b|never\b)": (
        r"\1 not ",
        r"\1 never ",
    ),
    r"\bcan (?!not\b)": ("cannot ",),
    r"\b(is|are|was|were|will|should|must|would|could|may|do|does|did|can) not\b": (r"\1",),
    r"\b(is|are|was|were|do|does|did|should)n't\b": (r"\1",),
    r"\bcannot\b": ("can",),
    r"\bcan't\b": ("can",),
    r"\bnever\b": ("always",),
    r"\bwithout\b": ("with",),
    r"\bincreased\b": ("decreased", "declined"),
    r"\bincrease\b": ("decrease",),
    r"\bdecreased\b": ("increased", "rose"),
    r"\bdecrease\b": ("increase",),
    r"\bhigher\b": ("lower",),
    r"\blower\b": ("higher",),
    r"\bbefore\b": ("after",),
    r"\bafter\b": ("before",),
    r"\bincludes\b": ("excludes",),
    r"\binclude\b": ("exclude", "do not include"),
    r"(?<!not )(?<!n't )\bcovered\b": ("not covered",),
    r"\bcovers\b": ("does not cover",),
    r"\brequires\b": ("does not require",),
    r"\brequired\b": ("optional",),
    r"\beligible\b": ("ineligible",),
    r"\bable\b": ("unable",),
    r"\bpossible\b": ("impossible",),
    r"\bavailable\b": ("unavailable",),
    r"\bminimum\b": ("maximum",),
    r"\bmaximum\b": ("minimum",),
    r"\bfirst\b": ("last",),
    r"\bmore than\b": ("less than",),
    r"\bless than\b": ("more than",),
    r"\bprovides\b": ("does not provide",),
    r"\boffers\b": ("does not offer",),
    r"\bbegan\b": ("ended",),
    r"\bsupports\b": ("does not support",),
    r"\bwon\b": ("lost",),
    r"\blargest\b": ("smallest",),
    r"\bpublic\b": ("private",),
    r"\bwith (?=a\b|an\b|the\b)": ("without ",),
}
_OTHER_SCOPE: Mapping[str, Sequence[str]] = {
    r"\ball (?!of\b)": ("some ", "most "),
    r"\ball of\b": ("some of",),
    r"\bevery\b": ("some", "almost every"),
    r"\beach\b": ("only one",),
    r"\bsome\b": ("all", "no"),
    r"\bmost (?!of\b)(?=\w+s\b)": ("all ", "few "),
    r"\bmany\b": ("all", "few"),
    r"\bnumerous\b": ("all", "few"),
    r"\bany\b": ("only some",),
    r"\bboth\b": ("neither", "only one of"),
    r"\bonly\b": ("not only", "always"),
    r"\balways\b": ("sometimes", "rarely"),
    r"\busually\b": ("always",),
    r"\boften\b": ("always", "rarely"),
    r"\bfrequently\b": ("always", "seldom"),
    r"\bsometimes\b": ("always",),
    r"\bgenerally\b": ("always",),
    r"\bat least\b": ("at most", "exactly"),
    r"\bat most\b": ("at least",),
    r"\bup to\b": ("at least",),
    r"\bmore than (?=\$?\d|one|two)": ("fewer than ",),
    r"\bmust\b": ("may", "should"),
    r"\b(?:has|have) to\b": ("may",),
    r"\bmay\b": ("must", "always"),
    r"\bshould\b": ("must",),
    r"\bper (?:year|annum)\b": ("per month",),
    r"\bper month\b": ("per year", "per week"),
    r"\b(?:per|a) day\b": ("per week",),
    r"\bannual\b": ("monthly",),
    r"\bannually\b": ("monthly",),
    r"\bmonthly\b": ("annual",),
    r"\bpartially\b": ("entirely",),
    r"\bprimarily\b": ("exclusively",),
    r"\bmainly\b": ("exclusively",),
    r"\bin part\b": ("entirely",),
}


def _replaced(sentence: str, others: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    found = [(place, said) for form, said in others.items() for place in re.finditer(form, sentence)]
    if not found:
        return ""
    place, said = chance.choice(found)
    return sentence[: place.start()] + place.expand(chance.choice(said)) + sentence[place.end() :]
