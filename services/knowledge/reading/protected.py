"""Office files that a password protects: recognised before they are read, and opened into a copy without one."""

from __future__ import annotations

import io
from pathlib import Path

from services.knowledge.document import Reason
from services.knowledge.reading.media import PDF
from services.knowledge.reading.package import broken
from services.knowledge.reading.refused import Refused


def unlock(path: Path, media: str, password: str) -> bytes:
    """Give a file without its password. Raises Refused where the password is another, or the file is broken."""
    if media == PDF:
        from services.knowledge.reading.pdf import unlock as unlock_pdf

        return unlock_pdf(path, password)
    # Imported here: it brings a library of ciphers that reading does not need.
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    copy = io.BytesIO()
    try:
        with path.open("rb") as file:
            office = msoffcrypto.OfficeFile(file)
            office.load_key(password=password, verify_password=True)
            office.decrypt(copy)
    except InvalidKeyError as error:
        raise wrong_password() from error
    except DecryptionError as error:
        raise wrong_password() if "password" in str(error).lower() else broken() from error
    except Exception as error:  # What it raises for a broken file is of every kind.
        raise broken() from error
    return copy.getvalue()


def wrong_password() -> Refused:
    """Say that a password does not open the file."""
    return Refused(
        Reason.ENCRYPTED, "The password does not open the file.", "Check it, capitals and spaces too, and try again."
    )
