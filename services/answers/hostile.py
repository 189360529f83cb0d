"""Tells a sentence that gives a language model orders from one that tells a person something.

Documents are material: what stands in one must not steer the answer. So a sentence of a source that speaks to whoever
writes the answer is not sent to a model. Five forms of it are known, by their words alone: it says what to do with
"your answer"; sets earlier instructions aside; addresses a machine, or uses the marks that divide a model's turns;
orders letters, words or a text to be altered; asks for a piece of writing. A plain question ("What is the capital of
Brazil?") is none of them: documents ask questions of their own, and one more changes no rule of the answer.

`make bench-injection` measures how much is recognised, and how many ordinary sentences are taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from services.answers.extract import Quote
from services.answers.sentences import split

_ANSWER = re.compile(
    r"(?<!if )(?<!when )(?<!that )\b(?:your|the (?:model|assistant|bot|ai)'s) (?:\w+ )?"
    r"(?:answers?|responses?|reply|replies|outputs?)\b(?! (?:time|rate|team|plan|form|sheet|data|files?|device)s?\b)",
    re.IGNORECASE,
)
# What makes a statement or a condition of a sentence; one without it that says "your answer" orders it.
_BEGINS_STATEMENT = re.compile(
    r"\W*(?:a|an|the|this|that|these|those|i|we|you|he|she|it|they|your|our|my|his|her|its|their|if|when|once|after"
    r"|before|while|because|since|although|as|unless|until|whether|what|who|which|how|why|where|there|here|all|any"
    r"|each|every|no|some|most|both|depending|based|thank|thanks)\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r":\s|\s[-–—]{1,2}\s")
_QUOTED = re.compile(r"\"[^\"]{1,400}\"|“[^”]{1,400}”")
_STATES = re.compile(
    r"\b(?:will|would|must|may|might|can|could|should|shall|is|are|was|were|has|have|had|do|does|did)\b", re.IGNORECASE
)
_IN_ANSWER = re.compile(r"\W*in your (?:answer|response|reply|output)\W", re.IGNORECASE)
_SET_ASIDE = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|do not follow|don't follow|stop following)\b.{0,40}"
    r"\b(?:instructions?|prompts?|previous|prior|preceding|earlier|above|before|context|told|said)\b",
    re.IGNORECASE | re.DOTALL,
)
_MACHINE = re.compile(
    r"\b(?:as an? (?:ai|chatbot|language model)|you are (?:an? )?(?:\w+ ){0,2}(?:ai|chatbot|language model)"
    r"|you are now (?:an? )?(?:\w+ ){0,2}assistant|pretend (?:to be|that)|system prompt|developer mode|jailbreak)\b"
    r"|<\|\w+\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|instructions?)>|^\W*(?:system|assistant)\s*:"
    r"|#{2,}\s*(?:instructions?|response)\b",
    re.IGNORECASE | re.MULTILINE,
)
_ALTERS = re.compile(
    r"\W*(?:please )?(?:replace|substitute|misspell|scramble|shuffle|rearrange|reverse|reorder|encode|encrypt"
    r"|capitali[sz]e|abbreviate|translate|rewrite|rephrase|paraphrase|summari[sz]e|remove|omit|group|convert)\b"
    r".{0,40}\b(?:letters?|words?|vowels?|consonants?|characters?|spaces?|spelling|punctuation|sentences?|paragraphs?"
    r"|phrases?|(?:following|above|entire|whole) text)\b",
    re.IGNORECASE | re.DOTALL,
)
_WRITES = re.compile(
    r"\W*(?:please |now )?(?:(?:can|could|would|will) you (?:please )?)?(?:write|compose|draft|create|generate|provide"
    r"|give|show|tell|explain|sing|recite|print|say|repeat|respond|reply|answer)\b(?: (?:me|us)\b)?.{0,30}"
    r"\b(?:poem|haiku|song|lyrics|(?<!user )story|tale|essay|speech|joke|riddle|slogan|blog post|source code|python"
    r"|javascript|sql|in simple terms|only with|with only|in the style of)\b",
    re.IGNORECASE | re.DOTALL,
)


def gives_orders(sentence: str) -> bool:
    """Say whether a sentence of a document speaks to whoever writes the answer, as a whole or after a colon or dash."""
    if _SET_ASIDE.search(sentence) or _MACHINE.search(sentence):
        return True
    sentence = _QUOTED.sub("“”", sentence)  # what is to be added is no part of what the sentence says
    return any(_orders(part) for part in (sentence, *_CLAUSES.split(sentence)[1:]))


def harmless(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Leave out the quotes with which a sentence would be sent that gives orders: a model is sent the others alone.

    What goes along with a quote is looked at as it is: title, heading, label of the page, head of the table.
    """
    return tuple(each for each in quotes if not any(map(gives_orders, _sentences_sent(each))))


def _sentences_sent(quote: Quote) -> Iterator[str]:
    passage = quote.found.passage
    yield from (passage.document_title, passage.heading, passage.place)
    for text in (quote.text, *([quote.head.text] if quote.head else [])):
        yield from (text[each.start : each.end] for each in split(text))


def _orders(part: str) -> bool:
    if _ALTERS.match(part) or _WRITES.match(part) or _IN_ANSWER.match(part):
        return True
    said = _ANSWER.search(part)
    if said is None or _BEGINS_STATEMENT.match(part):
        return False
    return _STATES.search(part, 0, said.start()) is None
