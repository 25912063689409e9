"""From documents to a PDF: which file of a form wins, what may be printed, and errors in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lienso.errors import Refused
from lienso.forms import Form, Sheets

from .letters import missing
from .press import TIMEOUT_S, Fault, Job, Press, TooSlow

OURS = Path(__file__).parent / "forms"
MAIN = "main.typ"
READ = (".typ", ".png", ".jpg", ".jpeg", ".svg")
"""What a folder of forms may hold besides fonts: forms, and pictures that they show."""

FONTS = "fonts"
TAGGED_MAX = 20
"""Documents of a PDF that tells its structure to screen readers: tags take three times the time of a
batch, and those of long tables are 14 times as large as their text (ui-design §12)."""

PRESS = Press()
"""The one process that sets type; it guards itself, so that threads share it."""

_PLACE = re.compile(r"┌─ (?P<file>[^\n]+?):(?P<line>\d+):\d+")
_PACKAGE = re.compile(rb"(?:import|include)\s*\(?\s*\"(@[^\"]*)\"")


def typeset(sheets: Sheets, press: Press = PRESS) -> bytes:
    """Set documents in type.

    Raises:
        Refused: ``form_broken`` with file, line and reason; ``form_needs_network``;
            ``form_unreadable``; ``form_too_slow``; ``letters_missing``.
    """
    forms = list({form.code: form for form, _document in sheets.documents}.values())
    folders = [Path(folder) for folder in sheets.folders]
    files, origins = _files(forms, folders)
    fonts = tuple(str(folder / FONTS) for folder in folders if (folder / FONTS).is_dir())
    documents = [_document(forms, form, values, sheets) for form, values in sheets.documents]
    data = json.dumps({"documents": documents}, ensure_ascii=False)
    if not fonts and (letters := missing(data)):
        raise Refused("letters_missing", {"letters": " ".join(letters)})
    # A month as it was printed is the same bytes again: the day stands in the data, not the clock.
    tags = not any("report" in values for _form, values in sheets.documents)
    job = Job(files, data, fonts, tags and len(documents) <= TAGGED_MAX, sheets.archive)
    try:
        made = press.print(job)
    except TooSlow as error:
        names = ", ".join(form.code for form in forms)
        raise Refused("form_too_slow", {"form": names, "seconds": int(TIMEOUT_S)}) from error
    if isinstance(made, Fault):
        raise _told(made, origins)
    return made


def _document(
    forms: Sequence[Form], form: Form, values: Mapping[str, Any], sheets: Sheets
) -> Mapping[str, Any]:
    return {
        **values,
        "form": form.code,
        "template": forms.index(form),
        "title": form.title.vi,
        "paper": (sheets.paper or form.papers[0]).lower(),
        "landscape": form.landscape,
        "copies": sheets.copies or form.copies,
    }


def _files(
    forms: Sequence[Form], folders: Sequence[Path]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return name → contents, and name → path: a company's file wins over ours of the same name."""
    places = [OURS, *(Path(form.template).parent for form in forms), *reversed(folders)]
    files: dict[str, bytes] = {}
    origins: dict[str, str] = {}
    for folder in dict.fromkeys(places):
        for path in _readable(folder):
            try:
                files[path.name] = path.read_bytes()
            except OSError as error:
                reason = error.strerror or "unreadable"
                raise Refused("form_unreadable", {"file": str(path), "reason": reason}) from error
            origins[path.name] = str(path)
    for name, contents in files.items():
        _refuse_what_cannot_be(name, contents, origins[name])
    files[MAIN] = _main(forms).encode()
    return files, origins


def _readable(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if path.suffix.lower() in READ)


def _refuse_what_cannot_be(name: str, contents: bytes, path: str) -> None:
    if not name.endswith(".typ"):
        return
    try:
        contents.decode()
    except UnicodeDecodeError as error:
        raise Refused("form_unreadable", {"file": path, "reason": "not UTF-8"}) from error
    if found := _PACKAGE.search(contents):
        line = contents.count(b"\n", 0, found.start()) + 1
        package = found[1].decode()
        raise Refused("form_needs_network", {"file": path, "line": line, "package": package})


def _main(forms: Sequence[Form]) -> str:
    """Write the file that prints all documents, each on its form."""
    imports = [
        f'#import "{Path(form.template).name}": form as form{n}' for n, form in enumerate(forms)
    ]
    names = "".join(f"form{n}, " for n in range(len(forms)))
    return "\n".join(['#import "common.typ": print', *imports, f"#print(({names}))"])


def _told(fault: Fault, origins: Mapping[str, str]) -> Refused:
    """Say where the mistake is: in the company's own file, where one is on the way to it."""
    places = [(found["file"], int(found["line"])) for found in _PLACE.finditer(fault.places)]
    own = [
        place for place in places if place[0] in origins and Path(origins[place[0]]).parent != OURS
    ]
    file, line = (own or places or [("?", 0)])[0]
    values = {"file": origins.get(file, file), "line": line, "reason": fault.message}
    return Refused("form_broken", values)
