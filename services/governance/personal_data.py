"""Finds personal data in a question, by stated rules and with no model.

Each rule looks for the form of one kind, and checks it where the form has a check of its own: Luhn's digit for a card
(ISO/IEC 7812), the remainder by 97 for an IBAN (ISO 13616), the numbers that were never given out for a US social
security number (SSA), the range of an address for IP. What has no form of its own counts only beside a word that says
what it is: a date beside "born", a number beside "passport", a name beside "Mrs." or "my colleague". So most names, and
addresses of houses, are not found; tests/bench/personal_data.py measures how much is.
"""

from __future__ import annotations

import calendar
import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class PersonalKind(StrEnum):
    """A kind of personal data; the value is its key in a policy file."""

    EMAIL = "email"
    IBAN = "iban"
    CARD = "card"
    SSN = "ssn"
    DOCUMENT = "document"
    IP = "ip"
    BIRTH = "birth"
    PHONE = "phone"
    NAME = "name"

    @property
    def in_words(self) -> str:
        """What it is called in a sentence."""
        return _IN_WORDS[self]


_IN_WORDS = {
    PersonalKind.EMAIL: "an e-mail address",
    PersonalKind.IBAN: "a bank account number (IBAN)",
    PersonalKind.CARD: "a card number",
    PersonalKind.SSN: "a US social security number",
    PersonalKind.DOCUMENT: "the number of an identity document",
    PersonalKind.IP: "an IP address",
    PersonalKind.BIRTH: "a date of birth",
    PersonalKind.PHONE: "a phone number",
    PersonalKind.NAME: "somebody's name",
}


@dataclass(frozen=True)
class Found:
    """Where in a text there is personal data, and of which kind; never what it says."""

    kind: PersonalKind
    start: int
    end: int


def find(text: str) -> tuple[Found, ...]:
    """Find personal data in `text`, in its order; what two kinds claim is of the one with the stricter form."""
    text = text.translate(_PLAIN)
    found: list[Found] = []
    for kind, rule in _RULES:
        for start, end in rule(text):
            if all(end <= each.start or each.end <= start for each in found):
                found.append(Found(kind, start, end))
    return tuple(sorted(found, key=lambda each: each.start))


Ranges = Iterator[tuple[int, int]]

# Blanks and hyphens that a copied number brings along, each by one plain character, so that places stay as they are.
_PLAIN = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " ") | dict.fromkeys("\u2010\u2011\u2012\u2013", "-"))

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[^\W\d_]{2,24}(?![\w-])")


def _emails(text: str) -> Ranges:
    for match in _EMAIL.finditer(text):
        yield match.span()


_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}")

# The length of an IBAN by country: SWIFT's registry of ISO 13616.
_IBAN_LENGTH = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FO FI GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MN MU",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}


def _ibans(text: str) -> Ranges:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTH.get(match[1].upper(), 0)
        places = [place for place in range(*match.span()) if text[place].isalnum()][:length]
        if not length or len(places) < length:
            continue
        end = places[-1] + 1
        account = "".join(text[place] for place in places).upper()
        number = int("".join(str(int(each, 36)) for each in account[4:] + account[:4]))
        if number % 97 == 1 and not text[end : end + 1].isalnum():
            yield match.start(), end


_GROUPED = re.compile(r"(?<![0-9])[0-9]+(?:[ -][0-9]+)*")
_GROUP = re.compile(r"[0-9]+")
_CARD_LENGTHS = range(13, 20)
_CARD_GROUPS = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3))
_CARD_BEGINS = re.compile(r"4|5|6|3[04-9]|2[2-7]")


def _cards(text: str) -> Ranges:
    for run in _GROUPED.finditer(text):
        groups = list(_GROUP.finditer(text, *run.span()))
        for first, group in enumerate(groups):
            for count in (1, 3, 4, 5):
                these = groups[first : first + count]
                digits = "".join(each[0] for each in these)
                shaped = count == 1 or tuple(len(each[0]) for each in these) in _CARD_GROUPS
                if shaped and len(digits) in _CARD_LENGTHS and _CARD_BEGINS.match(digits) and _luhn(digits):
                    yield group.start(), these[-1].end()


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(each - 9 if each > 9 else each for each in doubled)) % 10 == 0


_SSN = re.compile(r"(?<![\w-])(?!000|666|9)[0-9]{3}([- ]?)(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?![\w-])")
_SSN_WORD = re.compile(r"\b(?:ssn|social security)\b.{0,20}$", re.IGNORECASE | re.DOTALL)


def _ssns(text: str) -> Ranges:
    for match in _SSN.finditer(text):
        if match[1] == "-" or _SSN_WORD.search(_before(text, match.start())):
            yield match.span()


_DOCUMENT = re.compile(
    r"\b(?:passport|driv(?:er|ing)(?:'?s|s')? licen[cs]e|identity card|id card|national insurance)\b[^0-9\n]{0,24}?"
    r"\b((?=[A-Z]{0,3}[0-9])[A-Z0-9]{6,14})\b",
    re.IGNORECASE,
)


def _documents(text: str) -> Ranges:
    for match in _DOCUMENT.finditer(text):
        if sum(each.isdigit() for each in match[1]) >= 5:
            yield match.span(1)


_IP = re.compile(
    r"(?<![\w.:])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|(?=[a-f:]*[0-9])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8})"
    r"(?![\w:]|\.[0-9])",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\b(?:v|version|release|build)[ .]{0,2}$", re.IGNORECASE)


def _ips(text: str) -> Ranges:
    for match in _IP.finditer(text):
        try:
            address = ipaddress.ip_address(match[0])
        except ValueError:
            continue
        nobodys = address.is_loopback or address.is_unspecified
        if not nobodys and not _VERSION.search(_before(text, match.start())):
            yield match.span()


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    r"(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},? [0-9]{{4}}|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}})"
)
_BIRTH = re.compile(
    rf"\b(?:born|birth ?day|birth ?date|date of birth|dob|d\.o\.b)\b[^0-9\n]{{0,24}}?\b({_DATE})\b", re.IGNORECASE
)


def _births(text: str) -> Ranges:
    for match in _BIRTH.finditer(text):
        yield match.span(1)


# Digits in groups, as people write phone numbers (ITU-T E.123); E.164 allows 15 of them.
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+ ?|00(?=[1-9 -]))?(?:\([0-9]{1,5}\) ?)?[0-9]{1,12}(?:[ ./-]{1,2}\(?[0-9]{2,8}\)?){0,6}"
    r"(?:(?: ?x| ?ext\.? ?)[0-9]{1,6})?(?![\w-]|[.,/][0-9])",
    re.IGNORECASE,
)
_PHONE_WORD = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|fax|whatsapp|call|text|ring|dial|reach)\b[^0-9\n]{0,20}$", re.IGNORECASE
)
_AMOUNT = re.compile(r"[1-9][0-9]{0,2}(?:([ .])[0-9]{3})(?:\1[0-9]{3})*")
_YEARS = re.compile(r"(?:19|20)[0-9]{2}(?:[ ./-]{1,2}|$)")
_ABROAD = re.compile(r"00[ -]?[1-9]")
_ISBN = re.compile(r"97[89][ -]")


def _phones(text: str) -> Ranges:
    for match in _PHONE.finditer(text):
        number = re.split("x|ext", match[0], flags=re.IGNORECASE)[0]
        digits = sum(each.isdigit() for each in number)
        if not 7 <= digits <= 15:  # a local number has seven
            continue
        if _is_international(number) or _is_grouped(number) or _PHONE_WORD.search(_before(text, match.start())):
            yield match.span()


def _is_international(number: str) -> bool:
    groups = _GROUP.findall(number)
    return sum(map(len, groups)) >= 8 and (number.startswith("+") or (len(groups) > 1 and bool(_ABROAD.match(number))))


def _is_grouped(number: str) -> bool:
    """Three groups or more, or an area in brackets, and neither an amount, nor years, a date, or another number."""
    groups = _GROUP.findall(number)
    if number.startswith("("):
        return len(groups) > 1 and not _YEARS.fullmatch(groups[0])
    if _AMOUNT.fullmatch(number) or _YEARS.match(number) or _ISBN.match(number):
        return False
    lengths = [len(each) for each in groups]
    if len(lengths) < 3 or not 9 <= sum(lengths) <= 12 or lengths == [3, 2, 4]:  # the last is no phone's but SSN's
        return False
    return number.startswith("0") or max(lengths) >= 3


# In capitals they are something else ("MS Word", "the Employee Assistance Program").
_TITLED = (
    r"(?:[Mm](?:rs?|s|x|iss|adam|adame|onsieur)|[Dd]r|[Pp]rof|[Pp]rofessor|[Ss]ir|[Dd]ame|[Hh]err|[Ff]rau"
    r"|[Ss]e\u00f1ora?)\.?"
)
_RELATED = (
    r"(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[Tt]he) (?:[a-z]{2,12} )?(?:wife|husband|spouse|partner|son|daughter|kid"
    r"|child|mother|father|brother|sister|friend|neighbou?r|colleague|co-?worker|boss|manager|assistant|employee"
    r"|customer|client|patient|applicant|candidate|tenant|claimant)"
)
_WHOSE_NAME = (
    rf"(?:(?:[Mm]y|[Hh]is|[Hh]er|[Tt]heir|{_RELATED}'s) (?:(?:first|last|full|middle|maiden) )?name(?: is|'s|:)?)"
)
_CALLED = r"(?:calls? me|^[Dd]ear)"
_BESIDE_NAME = re.compile(rf"\b(?:{_TITLED}|{_WHOSE_NAME}|{_RELATED}|{_CALLED})[ ]{{1,2}}", re.MULTILINE)
_NAME = re.compile(rf"\b(?:{_TITLED}|{_RELATED}|{_CALLED})[ ]{{1,2}}", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]{1,20}(?:[-'\u2019][^\W\d_]{1,20}){0,2}(?:'s(?!\w))?")
_NO_NAMES = frozenset(each.casefold() for each in (*calendar.day_name, *calendar.month_name[1:]))


def _names(text: str) -> Ranges:
    """One to three capitalised words after a title, a relation or "my name is"."""
    for beside in _BESIDE_NAME.finditer(text):
        end = place = beside.end()
        for _ in range(3):
            word = _NAME.match(text, place)
            if word is None or not _is_name(word[0]):
                break
            end = word.end() - 2 if word[0].endswith("'s") else word.end()
            place = word.end() + 1
            if text[word.end() : place] != " ":
                break
        if end > beside.end():
            yield beside.end(), end


def _is_name(word: str) -> bool:
    first = re.split("[-'\u2019]", word)[0]
    return (
        len(word) > 1
        and first[0].isupper()
        and (first[1:].islower() or len(first) == 1)
        and word.casefold() not in _NO_NAMES
    )


def _before(text: str, place: int) -> str:
    """The words just before a place, so that a long text is not read again for each number in it."""
    return text[max(0, place - 40) : place]


# The stricter form first: what it claims is not looked at again.
_RULES: tuple[tuple[PersonalKind, Callable[[str], Ranges]], ...] = (
    (PersonalKind.EMAIL, _emails),
    (PersonalKind.IBAN, _ibans),
    (PersonalKind.CARD, _cards),
    (PersonalKind.SSN, _ssns),
    (PersonalKind.DOCUMENT, _documents),
    (PersonalKind.IP, _ips),
    (PersonalKind.BIRTH, _births),
    (PersonalKind.PHONE, _phones),
    (PersonalKind.NAME, _names),
)
