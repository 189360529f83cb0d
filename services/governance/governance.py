"""The one gate before every run: access, limits and reservation before it, settlement after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from services.errors import AppError, NotFound
from services.governance.books import Books, release
from services.governance.budgets import Budgets
from services.governance.policy import Policy, read_policy
from services.governance.request import RequestKind
from services.governance.requests import Requests
from services.governance.rules import PERSONAL_DATA, Limits, Remark, rules
from services.governance.run import Run, blank_receipt
from services.ledger.ledger import Ledger
from services.ledger.receipt import Money, Outcome, Receipt, Verdict, new_receipt_id
from services.people.user import User
from services.store.moment import Clock, utc_now


@dataclass
class Admission:
    """A run that was let through: what the rules said, what is reserved for it, and its receipt to fill in.

    `blank` is that receipt: `replace(admission.blank, outcome=…, answer=…)` and hand it to `settle`. `spent` is what a
    run that breaks is charged: whoever calls something that costs sets it to `reserved` before, as long as the true
    price is not known.
    """

    verdicts: tuple[Verdict, ...]
    reserved: Money
    blank: Receipt
    spent: Money
    _ledger: Ledger
    _keep_days: int
    _receipt_id: str = ""

    def settle(self, receipt: Receipt, *, connection: Connection | None = None) -> Receipt:
        """Write the receipt with the verdicts, and give back what was reserved, in one transaction.

        With a `connection` (of `Database.write`) in that one, so that a cell and its receipt are committed together.
        """
        if connection is None:
            with self._ledger.database.write() as own:
                return self.settle(receipt, connection=own)
        receipt = replace(receipt, verdicts=(*self.verdicts, *receipt.verdicts), reserved=self.reserved)
        release(connection, self.blank.id)
        recorded = self._ledger.record(receipt, self._keep_days, connection=connection)
        self._receipt_id = recorded.id
        return recorded


@dataclass(frozen=True)
class Governance:
    """Who may run what, how often and for how much; and, as `requests`, who asks whom for what.

    `budgets` say how much may be spent, `policy` what is done about personal data in a question; `kinds` are those of
    the rooms that decisions are about.
    """

    ledger: Ledger
    now: Clock = utc_now
    limits: Limits = field(default_factory=Limits)
    kinds: Sequence[RequestKind] = ()
    policy: Policy = field(default_factory=read_policy)
    requests: Requests = field(init=False, repr=False)
    budgets: Budgets = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kinds = {each.name: each for each in self.kinds}
        object.__setattr__(self, "requests", Requests(self.ledger, kinds, self.now))
        object.__setattr__(self, "budgets", Budgets(self.ledger, self.now))

    @property
    def policy_version(self) -> int:
        """The version of the policy that runs are admitted by."""
        return self.policy.version

    @contextmanager
    def admit(self, user: User, run: Run) -> Iterator[Admission]:
        """Let `run` through, or write a receipt that it was refused and raise why (NotFound, BadInput, TooMany, …).

        The block settles its admission once; one that ends by an error gets a receipt that says it failed. Enter it
        outside of any `Database.write`: it writes in transactions of its own.
        """
        admission = self._open(user, run)
        try:
            yield admission
            if not admission._receipt_id:
                raise RuntimeError(f"an admitted {run.kind} was never settled")
        except BaseException as error:
            self._write_off(user, admission, error)
            raise

    def _open(self, user: User, run: Run) -> Admission:
        now = self.now()
        blank = blank_receipt(user.id, user.line.id, run, new_receipt_id(), now)
        with self.ledger.database.write() as connection:
            books = Books(connection, self.ledger, now)
            for lost in books.abandoned():
                self.ledger.record(lost, self.limits.keep_days, connection=connection)
            verdicts, refusal = self._judge(user, run, books)
            if refusal is None:
                books.reserve(user, run, blank.id, self.limits.longest)
            else:
                refused = self._refused(blank, verdicts)
                self.ledger.record(refused, self.limits.keep_days, connection=connection)
        if refusal is not None:
            raise refusal
        return Admission(verdicts, run.at_most, blank, blank.spent, self.ledger, self.limits.keep_days)

    def _judge(self, user: User, run: Run, books: Books) -> tuple[tuple[Verdict, ...], AppError | None]:
        verdicts: list[Verdict] = []
        for rule in rules(self.limits, self.policy):
            said = rule.judge(user, run, books)
            if isinstance(said, AppError):
                return (*verdicts, Verdict(rule.name, False, said.message)), said
            verdicts.append(Verdict(rule.name, True, said.sentence if isinstance(said, Remark) else ""))
        return tuple(verdicts), None

    def _refused(self, blank: Receipt, verdicts: tuple[Verdict, ...]) -> Receipt:
        # A question that is too long to be asked is too long to be kept; and what must not be asked must not be either.
        is_kept = len(blank.question) <= self.limits.question_characters and verdicts[-1].rule != PERSONAL_DATA
        kept = blank.question if is_kept else ""
        nothing = replace(blank.reserved, amount=blank.reserved.amount * 0)
        return replace(blank, outcome=Outcome.REFUSED, question=kept, verdicts=verdicts, reserved=nothing)

    def _write_off(self, user: User, admission: Admission, error: BaseException) -> None:
        took = self.now() - admission.blank.at
        failed = replace(
            admission.blank,
            outcome=Outcome.FAILED,
            spent=admission.spent,
            parameters={"error": type(error).__name__},
            milliseconds=round(took.total_seconds() * 1000),
        )
        with suppress(AppError):  # the error that ended the run is the one to show, not that the disk is full as well
            if not self._is_recorded(user, admission):
                admission.settle(failed)

    def _is_recorded(self, user: User, admission: Admission) -> bool:
        # Settled is not yet recorded: the transaction that was handed to `settle` may have been rolled back.
        try:
            self.ledger.receipt(user, admission._receipt_id)
        except NotFound:
            return False
        return True
