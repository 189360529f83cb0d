"""Answers that a model writes from the few best sentences, each sentence checked against the sources afterwards."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from services.answers.answer import Citation, Claim, Strength
from services.answers.checking import CheckedSentence, Source, Support, check
from services.answers.cite import citation_of
from services.answers.extract import Quote, extract, nearest
from services.answers.likeness import Likeness
from services.errors import AppError, Unavailable
from services.knowledge.finding import Found
from services.models.chat import ChatRequest, Message, Speaker
from services.models.embedding import Embedder
from services.models.models import Chosen
from services.models.reply import Ending, Reply
from services.prompts.template import PromptTemplate

MOST_SENT = 6_000
"""Characters of sources that are sent at most: with the instruction about 2,500 tokens."""
LOOKS_EVERY = 0.1
"""Seconds between two looks at whether a reply is over, while nobody wants it stopped."""
REFUSAL = "not in these documents"
SOURCE = re.compile(r'<source number="(\d+)">\n([^\n]*)\n(.*?)\n</source>', re.DOTALL)
"""A source as it is sent: its number, what it is from, its words."""
_FENCE = re.compile(r"</?source\b[^>]*>", re.IGNORECASE)
_SUPPORTS = (Support.SUPPORTED, Support.PARTLY, Support.CONTRADICTED)


@dataclass(frozen=True)
class Writing:
    """How an answer is to be written: by which model, who is shown what has come so far, and whether it was stopped."""

    model_id: str
    show: Callable[[str], None] = lambda text: None
    stopped: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Checked:
    """A written answer taken apart: its sentences with what came of checking them, and the quotes that decide."""

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]

    @property
    def strength(self) -> Strength:
        """Well supported where every sentence is, not supported where none is, not even in part."""
        supports = {claim.support for claim in self.claims}
        if not supports:
            return Strength.NOT_IN_THESE_DOCUMENTS
        if supports == {Support.SUPPORTED.value}:
            return Strength.WELL_SUPPORTED
        some = supports & {Support.SUPPORTED.value, Support.PARTLY.value}
        return Strength.PARTLY_SUPPORTED if some else Strength.NOT_SUPPORTED


def material(found: Sequence[Found], asked: Likeness, *, sentences: int) -> tuple[Quote, ...]:
    """Give what is worth sending to a model: the best sentences, then the nearest one of each passage."""
    best = extract(found, asked, sentences=sentences)
    return tuple(dict.fromkeys((*best, *nearest(found, asked, passages=len(found)))))


def request_of(
    template: PromptTemplate, question: str, quotes: Sequence[Quote], chosen: Chosen, receipt_id: str, line: str
) -> ChatRequest:
    """Fill in the instruction with question and sources, once: what they hold is never taken for a variable.

    The rules go as the system's words, the question and the sources, which are material, as the person's.
    """
    rules, heading, asks = template.instruction.partition("\nQuestion\n")
    values = {"question": question, "sources": _wrapped(quotes)}
    return ChatRequest(
        system=replace(template, instruction=rules).fill(values).strip(),
        messages=(Message(Speaker.USER, replace(template, instruction=heading + asks).fill(values).strip()),),
        most_tokens=chosen.model.most_tokens,
        receipt_id=receipt_id,
        line=line,
    )


def write(chosen: Chosen, request: ChatRequest, writing: Writing) -> Reply:
    """Have it written, showing what has come so far; gives the reply at its end, or where it was stopped or broke off.

    Raises the AppError of a model that gives none, or says the same again and again.
    """
    with chosen.chat.reply(request) as reply, _stopped_by(writing.stopped, reply):
        try:
            for _ in reply:
                writing.show(reply.text)
                if writing.stopped.is_set():
                    reply.stop()
        except AppError:
            # What somebody has seen being written is not taken back.
            if reply.ending is not Ending.BROKEN or not reply.text.strip():
                raise
    if reply.ending is Ending.STOPPED and not reply.text.strip():
        raise Unavailable(f"{chosen.model.name} was stopped before it wrote anything.", "Run it again for an answer.")
    return reply


@contextmanager
def _stopped_by(stopped: threading.Event, reply: Reply) -> Iterator[None]:
    """Stop a reply as soon as it is wanted, also while the model is still reading and nothing has come."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if stopped.wait(LOOKS_EVERY):
                reply.stop()
                return

    threading.Thread(target=watch, name="stop", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def is_refusal(text: str) -> bool:
    """Say whether a model says, in the words that it was told to, that the sources do not answer."""
    return " ".join(text.split()).casefold().strip(" .*_\"'") == REFUSAL


def checked(text: str, sources: Sequence[Found], names: Mapping[str, str], embedder: Embedder) -> Checked:
    """Take an answer apart and find for each sentence the quote that decides; its own numbers are ignored."""
    texts = [
        Source(number, each.passage.text, f"{each.passage.document_title} {each.passage.heading}")
        for number, each in enumerate(sources, start=1)
    ]
    citations: dict[tuple[int, int, int], Citation] = {}
    claims = []
    for each in check(text, texts, embedder):
        numbers: tuple[int, ...] = ()
        if each.number is not None and each.support in _SUPPORTS:
            key = each.number, each.start, each.end
            if key not in citations:
                found = sources[each.number - 1]
                begins = found.passage.start
                quote = Quote(found, begins + each.start, begins + each.end, 0.0)
                citations[key] = citation_of(len(citations) + 1, quote, names)
            numbers = (citations[key].number,)
        claims.append(Claim(each.text, numbers, each.support.value, _reason(each)))
    return Checked(tuple(claims), tuple(citations.values()))


def how_it_ended(reply: Reply) -> str:
    """Say in a sentence that an answer is not whole, "" where it is."""
    match reply.ending:
        case Ending.STOPPED:
            return "This answer was stopped before its end."
        case Ending.BROKEN:
            return "The model broke off before its end: this is what had come. Run it again for a whole answer."
        case Ending.CUT:
            return "This answer was cut off: it reached the longest that the model may write."
        case Ending.FILTERED:
            return "A guardrail of the model's endpoint held this answer back, or a part of it."
    return ""


def _reason(sentence: CheckedSentence) -> str:
    return f"The answer {sentence.reason}" if sentence.reason else ""


def _wrapped(quotes: Sequence[Quote]) -> str:
    """Put each source between marks of its own, which no source can write itself."""
    parts, length = list[str](), 0
    for number, quote in enumerate(quotes, start=1):
        passage = quote.found.passage
        words = quote.text if quote.head is None else f"{quote.head.text}\n{quote.text}"
        about = ", ".join(part for part in (passage.document_title, passage.heading, passage.place) if part)
        part = f'<source number="{number}">\n{_FENCE.sub("", about)}\n{_FENCE.sub("", words)}\n</source>'
        length += len(part)
        if parts and length > MOST_SENT:
            break
        parts.append(part)
    return "\n".join(parts)
