"""Playground: a notebook of questions, answers with their sources, tables, charts and notes."""

from components.address import at, keep
from components.app import current_user, services
from components.notebook import cells, next_question, shared, title, undo_bar
from components.playground import first_screen

user = current_user()

if (notebook_id := at("notebook")) is None:
    first_screen(user)
else:
    keep("notebook")
    notebook = services().notebooks.sharing.open(user, notebook_id)
    readable = services().knowledge.knowledge_bases(user)
    if notebook.owner != user.id:
        shared(user, notebook, readable)
    else:
        title(user, notebook)
        undo_bar()
        cells(user, notebook, readable)
        next_question(user, notebook, readable)
