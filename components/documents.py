"""The documents of a knowledge base: adding them, how far each has come, what became of it, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from components.address import at, move
from components.app import boundary, current_user, done, services
from components.recent import forget_progress, progress_of
from components.splitting import dividing
from components.text import ago, counted, day, plain, readable, soon
from services.knowledge.document import Document, Reason, Stage
from services.knowledge.knowledge_base import KnowledgeBase
from services.knowledge.progress import UNFINISHED, Progress
from services.knowledge.reading.limits import MOST_BYTES
from services.knowledge.reading.media import ACCEPTED, BOOK, SLIDES
from services.knowledge.uploads import Added
from services.people.user import User

A_PAGE = 25
ALL, ATTENTION, UNDER_WAY = "All", "Needs attention", "Being read"
NAME, NEWEST = "By name", "Newest first"
OPEN, PASSWORD, AGAIN, STOP, GO_ON, DELETE, ERASE = (
    "Open",
    "Give the password",
    "Try again",
    "Stop",
    "Go on",
    "Delete",
    "Erase for good",
)


def documents(user: User, knowledge_base: KnowledgeBase) -> None:
    """Show the document that is open, or all of them with how far each has come."""
    if (opened := at("document")) is not None:
        _opened(user, opened)
        return
    if _answers_for(user, knowledge_base):
        add(knowledge_base)
    under_way = not progress_of(user, knowledge_base).ready
    st.fragment(_listed, run_every=1 if under_way else None)(knowledge_base)


def _answers_for(user: User, knowledge_base: KnowledgeBase) -> bool:
    return user.id in (knowledge_base.owner, knowledge_base.steward) and not knowledge_base.is_own_file


def _listed(knowledge_base: KnowledgeBase) -> None:
    """Show the documents; while some are being read it runs by itself, every second."""
    with boundary():
        user = current_user()
        found = services().knowledge.documents(user, knowledge_base.id)
        changes = _answers_for(user, knowledge_base)
        if not found:
            st.text("No documents yet." if changes else "No documents yet. Its owner adds them.")
            return
        shown = _chosen(found)
        if not shown:
            st.text("None of the documents match. Choose All to see every one.")
            return
        pages = -(-len(shown) // A_PAGE)
        number = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
        with st.container(gap="small", key="narrow-documents"):
            for each in shown[(number - 1) * A_PAGE : number * A_PAGE]:
                _row(user, each, changes=changes and (bool(each.added_by) or not knowledge_base.shipped))
        if changes and not knowledge_base.shipped:
            dividing(user, knowledge_base, found)


def _chosen(found: Sequence[Document]) -> list[Document]:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        which = st.pills(
            "Which documents",
            [ALL, ATTENTION, UNDER_WAY],
            default=ALL,
            required=True,
            key="documents.which",
            label_visibility="collapsed",
        )
        order = st.selectbox(
            "Order", [NAME, NEWEST, "As added"], index=2, key="documents.order", label_visibility="collapsed", width=180
        )
    kept = [each for each in found if which == ALL or _needs(each, str(which))]
    if order == NAME:
        return sorted(kept, key=lambda each: each.title.casefold())
    return sorted(kept, key=lambda each: each.created_at, reverse=True) if order == NEWEST else kept


def _needs(document: Document, which: str) -> bool:
    if which == UNDER_WAY:
        return document.stage in UNFINISHED
    return document.stage in (Stage.REFUSED, Stage.STOPPED) or bool(document.unread)


def add(knowledge_base: KnowledgeBase) -> None:
    """Let somebody drop many files; what became of each is said in its row."""
    with st.form("documents.add", clear_on_submit=True, border=False):
        files = st.file_uploader("Add documents", accept_multiple_files=True, key="documents.files")
        st.caption(f"{ACCEPTED} Up to {MOST_BYTES // 1024**2} MB each, many at once.")
        pressed = st.form_submit_button("Add", type="primary")
    if not pressed:
        return
    if not files:
        st.text("Choose some files first.")
        return
    given = [(file.name, file.getvalue()) for file in files]
    with st.spinner(f"Keeping {counted(len(given), 'file')}"):
        added = services().knowledge.uploads.add(current_user(), knowledge_base.id, given)
    forget_progress(current_user(), knowledge_base.id)
    done(_what_came(added))


def _what_came(added: Sequence[Added]) -> str:
    new = [each for each in added if each.is_new]
    parts = [f"{counted(len(new), 'file')} added"]
    if known := [each for each in added if not each.is_new]:
        first = known[0]
        parts.append(
            f"“{first.name}” is here already"
            if len(known) == 1
            else f"{len(known)} are here already, “{first.name}” as “{first.document.name}”"
        )
    if replacing := [each.replaces for each in added if each.replaces is not None]:
        first_replaced = replacing[0]
        parts.append(f"“{first_replaced.name}” replaces the version of {day(first_replaced.created_at)}")
    return "; ".join(parts) + "."


def _row(user: User, document: Document, *, changes: bool) -> None:
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        wrap=False,
        key=f"document-{document.id}",
    ):
        st.html(
            Markup('<p><b>{}</b> {}</p><p class="soft small-print">{}</p>').format(
                document.title, _badge(document), verdict(document)
            ),
            width="stretch",
        )
        choices = _choices(document, changes=changes)
        if choices:
            chosen = st.menu_button(
                f"What to do with {plain(document.title)}",
                choices,
                key=f"icon-document-{document.id}",
                type="tertiary",
                icon=":material/more_horiz:",
            )
            if chosen is not None:
                _do(user, document, chosen)


def _choices(document: Document, *, changes: bool) -> list[str]:
    if document.erased_at is not None:
        return []
    choices = [OPEN] if document.stage is Stage.PUBLISHED else []
    if not changes:
        return choices
    if document.stage in UNFINISHED:
        choices.append(STOP)
    elif document.stage is Stage.STOPPED:
        choices.append(GO_ON)
    elif document.reason is Reason.ENCRYPTED:
        choices.append(PASSWORD)
    elif document.stage is Stage.REFUSED or document.unread:
        choices.append(AGAIN)
    return [*choices, DELETE, ERASE]


def _do(user: User, document: Document, chosen: str) -> None:
    uploads = services().knowledge.uploads
    forget_progress(user, document.knowledge_base_id)
    if chosen == OPEN:
        move(document=document.id, leaf="1")
        st.rerun()
    elif chosen == PASSWORD:
        password(document)
    elif chosen == DELETE:
        delete(document)
    elif chosen == ERASE:
        erase(document)
    elif chosen == STOP:
        uploads.stop(user, document.knowledge_base_id, document.id)
        done(f"Reading “{document.name}” is stopped.")
    elif chosen == GO_ON:
        uploads.resume(user, document.knowledge_base_id, document.id)
        done(f"“{document.name}” is read in its turn.")
    else:
        uploads.retry(user, document.id)
        done(f"“{document.name}” is read once more.")


@st.dialog("Give the password")
def password(document: Document) -> None:
    """Ask for the password of a protected file, use it once, keep it nowhere."""
    with boundary(), st.form("documents.password", border=False):
        user = current_user()
        st.text(f"“{document.name}” is protected. The password is used once; the copy kept here then has none.")
        given = st.text_input("Password", type="password", key="documents.password.text")
        if st.form_submit_button("Open the file", type="primary"):
            services().knowledge.uploads.unlock(user, document.id, given)
            forget_progress(user, document.knowledge_base_id)
            done(f"“{document.name}” is open and is read now.")


@st.dialog("Delete this document?")
def delete(document: Document) -> None:
    """Ask once more, by name, then take a document out of every later version."""
    with boundary():
        user = current_user()
        st.text(f"“{document.title}” is found no more from now on. Older versions still hold it.")
        if st.button("Delete document", type="primary", key="documents.delete"):
            services().knowledge.uploads.delete(user, document.id)
            done(f"“{document.title}” is deleted.")


@st.dialog("Erase this document for good?")
def erase(document: Document) -> None:
    """Ask for the reason; a second person decides."""
    with boundary(), st.form("documents.erase", border=False):
        user = current_user()
        st.text(
            f"Every version of “{document.title}” goes: its file, its text, and every quote of it. "
            "A steward or the CDO's office has to agree. Older backups keep what they were made with."
        )
        reason = st.text_input("Why must it go?", key="documents.erase.reason")
        if st.form_submit_button("Ask for it", type="primary"):
            services().knowledge.erasure.ask(user, document.id, reason)
            done("Asked. You find it in your Inbox, under My requests.")


_BADGES = {
    Stage.PUBLISHED: ("good", "Read"),
    Stage.REFUSED: ("bad", "Refused"),
    Stage.STOPPED: ("", "Stopped"),
    Stage.WAITING: ("", "Waiting"),
    Stage.READING: ("", "Being read"),
    Stage.EMBEDDING: ("", "Being read"),
}


def _badge(document: Document) -> Markup:
    colour, word = _BADGES[document.stage]
    if document.erased_at is not None:
        colour, word = "", "Erased"
    elif document.unread and document.stage is Stage.PUBLISHED:
        colour, word = "partly", "Read in part"
    return Markup('<span class="badge {}">{}</span>').format(colour, word)


_PAGES = {SLIDES: "slide", BOOK: "chapter"}


def verdict(document: Document) -> str:
    """Say in a sentence what became of a file, and what to do about it."""
    if document.erased_at is not None:
        return f"Erased {ago(document.erased_at)}."
    if document.stage is Stage.REFUSED:
        return document.verdict
    if document.stage is Stage.STOPPED:
        return "Somebody stopped it. Go on, or delete it."
    if document.stage is Stage.WAITING:
        return "Waits for its turn."
    if document.stage is not Stage.PUBLISHED:
        part = "page" if document.stage is Stage.READING else "source"
        return f"Reading {part} {document.done} of {document.total}" if document.total else "Being read."
    parts = [
        counted(document.pages, _PAGES.get(document.media, "page")),
        counted(document.characters, "character"),
        counted(document.passages, "source"),
    ]
    read = ", ".join(parts if document.characters else [parts[0], parts[2]]) + "."
    not_read = "".join(
        f" {each.label or f'Page {each.page}'} was not read: {each.why}." for each in document.unread[:5]
    )
    more = len(document.unread) - 5
    if more > 0:
        not_read += f" Nor were {counted(more, 'other page')}."
    note = f" {document.verdict[:1].upper()}{document.verdict[1:]}." if document.verdict else ""
    return f"{read}{not_read}{note}"


@st.fragment(run_every=1)
def reading(knowledge_base_id: str) -> None:
    """Show how far reading has come, with a way to stop, and let the page go on once it is done."""
    with boundary():
        user = current_user()
        progress = services().knowledge.progress(user, knowledge_base_id)
        if progress.ready:
            st.rerun()
        share = progress.documents_ready / max(1, progress.documents_total)
        if progress.current is not None:
            share += progress.current.done / max(1, progress.current.total) / max(1, progress.documents_total)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(1.0, share), plain(_so_far(progress)))
            if progress.may_stop and st.button("Stop", key="documents.stop"):
                services().knowledge.uploads.stop(user, knowledge_base_id)
                st.rerun()


def _so_far(progress: Progress) -> str:
    words = f"{progress.documents_ready} of {counted(progress.documents_total, 'document')} read"
    if progress.current is not None:
        words = f"{progress.current.name}: {verdict(progress.current).rstrip('.').lower()}"
    rate = f", {progress.rate} sources a second" if progress.rate else ""
    return f"{words} ({counted(progress.passages, 'source')} so far{rate}), {soon(progress.seconds_left)}"


def _opened(user: User, document_id: str) -> None:
    """Show a document page by page, as its text was read."""
    leaf = at("leaf") or "1"
    document, page = services().knowledge.open_page(user, document_id, int(leaf) if leaf.isdecimal() else 1)
    if st.button("All documents", icon=":material/arrow_back:", type="tertiary", key="documents.back"):
        move(document=None, leaf=None)
        st.rerun()
    st.subheader(plain(document.title), anchor=False)
    if document.pages > 1:
        chosen = st.pagination(document.pages, default=page.number, key=f"documents.leaf.{document.id}")
        if chosen != page.number:
            move(leaf=str(chosen))
            st.rerun()
    place = page.label or f"Page {page.number} of {document.pages}"
    st.caption(plain(place))
    if not page.text:
        st.text(f"There is no text on this page: {page.unread or 'it is empty'}.")
    st.html(Markup('<div class="surroundings">{}</div>').format(readable(page.text)))
