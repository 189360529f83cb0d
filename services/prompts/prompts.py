"""The prompts room: the templates that answers are made by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.errors import NotFound
from services.prompts.template import PromptTemplate, read_template


@dataclass(frozen=True)
class Prompts:
    """The templates by name. They ship with the app and everybody may read them."""

    templates: dict[str, PromptTemplate]

    @classmethod
    def read(cls, folder: Path) -> Prompts:
        """Read every template in `folder`. Raises Misconfigured for the first that breaks a rule."""
        return cls({path.stem: read_template(path) for path in sorted(folder.glob("*.toml"))})

    def template(self, name: str) -> PromptTemplate:
        """Give the present version of the template `name`. Raises NotFound where there is none."""
        if name not in self.templates:
            raise NotFound(f"There is no template {name}.", f"There are: {', '.join(self.templates)}.")
        return self.templates[name]
