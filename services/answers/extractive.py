"""The extractive answerer as a chat model: it writes nothing of its own and quotes the sentences that say most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.answers.extract import Quote, extract
from services.answers.likeness import Likeness
from services.answers.sentences import shown
from services.answers.written import REFUSAL, SOURCE
from services.errors import BadInput
from services.knowledge.closeness import Closeness
from services.knowledge.document import Passage
from services.knowledge.finding import Found
from services.knowledge.ranking import token_weights
from services.knowledge.words import terms_asked
from services.models.chat import ChatRequest
from services.models.embedding import Embedder
from services.models.reply import Connection, Ending, Part, Patience, Reply, Timing, estimated_tokens

_HEADINGS = re.compile(r"^(?:Question|Sources)$", re.MULTILINE)


@dataclass(frozen=True)
class ExtractiveChat:
    """Answers whatever is asked with sentences of the sources that came with it, each with the number of its source.

    It needs no other model than the embedder, sends nothing anywhere, and runs wherever the app does.
    """

    name: str
    embedder: Embedder
    most_sentences: int = 5
    patience: Patience = field(default_factory=Patience)
    timing: Timing = field(default_factory=Timing)

    @property
    def follows_schema(self) -> bool:
        """It only quotes."""
        return False

    def reply(self, request: ChatRequest) -> Reply:
        """Begin a reply, a sentence a piece."""
        return Reply(
            self.name,
            lambda connection: self._speak(request, connection),
            text_in=request.text,
            most_tokens=request.most_tokens,
            patience=self.patience,
            timing=self.timing,
        )

    def _speak(self, request: ChatRequest, connection: Connection) -> Iterator[Part]:
        if request.schema is not None:
            raise BadInput(f"{self.name} only quotes: it can't answer in a form.", "Choose a model that writes.")
        yield ""
        text = request.messages[-1].text
        sources = tuple(_passage(int(each[1]), each[2], each[3]) for each in SOURCE.finditer(text))
        question = _HEADINGS.sub("", SOURCE.sub("", text)).strip()
        length = 0
        for quote in self._quotes(question, sources):
            piece = f"{shown(quote.text)} [{quote.found.passage.ordinal}]\n"
            length += estimated_tokens(piece)
            if length > request.most_tokens and length > estimated_tokens(piece):
                yield Ending.CUT
                return
            yield piece
        if not length:
            yield f"{REFUSAL[0].upper()}{REFUSAL[1:]}"
        yield Ending.FINISHED

    def _quotes(self, question: str, sources: Sequence[Passage]) -> tuple[Quote, ...]:
        found = [Found(each, each.ordinal, 0.0, None, None, None, None, ()) for each in sources]
        weights = dict.fromkeys(terms_asked(question), 1.0)
        return extract(found, Likeness(weights, self._near(question, sources)), sentences=self.most_sentences)

    def _near(self, question: str, sources: Sequence[Passage]) -> Mapping[str, Closeness]:
        if self.embedder.missing or not question or not sources:
            return {}
        asked = self.embedder.encode_question(question)
        weights = token_weights(question, asked, {})
        read = self.embedder.encode_passages([each.text for each in sources])
        return {
            source.id: Closeness(asked.tokens @ encoded.tokens.T, weights, encoded.starts)
            for source, encoded in zip(sources, read, strict=True)
        }


def _passage(number: int, about: str, words: str) -> Passage:
    """Give a source as it was sent as a passage of its own."""
    return Passage(str(number), "", str(number), about, number, 1, 0, len(words), "", words)
