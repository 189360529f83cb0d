"""Playground: a notebook of questions, answers with their sources, and notes."""

from components.address import at
from components.app import current_user, services
from components.notebook import cells, next_question, title, undo_bar
from components.playground import first_screen

user = current_user()

if (notebook_id := at("notebook")) is None:
    first_screen(user)
else:
    notebook = services().notebooks.open(user, notebook_id)
    readable = services().knowledge.knowledge_bases(user)
    title(user, notebook)
    undo_bar()
    cells(user, notebook, readable)
    next_question(user, notebook, readable)
