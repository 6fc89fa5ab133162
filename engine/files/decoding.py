"""Turn the bytes of a text file into text, whatever program saved it."""

from __future__ import annotations

import codecs
import locale
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16, so it comes before it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COOKIE: Final = re.compile(rb"#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")  # PEP 263
# Only these: other codecs of Python run for hours on large texts, or are none of text.
_CODECS: Final = re.compile(
    r"(ascii|utf-8|utf-16(-le|-be)?|utf-32(-le|-be)?|iso8859-\d+|cp\d+|gbk|gb2312|gb18030|big5"
    r"(hkscs)?|shift_jis(_2004|x0213)?|euc_(jp|kr|jis_2004)|koi8-[rtu]|mac-\w+|johab|iso2022_jp)\Z"
)


def decode_text(data: bytes) -> tuple[str, str]:
    """Return the text of `data`, and the encoding where it had to be guessed, else nothing.

    A byte order mark decides, then what the first two lines say (PEP 263), then UTF-8; what is
    none of these is taken for UTF-16 without its mark, the encoding of this computer, Chinese
    (GB 18030) or Western European text, in this order.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), ""
    for name in (*_declared(data), "utf-8"):
        text = _strictly(data, name)
        if text is not None and "\0" not in text:
            return text, ""
    for name in _guesses(data):
        text = _strictly(data, name)
        if text is not None:
            return text, name
    return data.decode("latin-1"), "latin-1"


def _declared(data: bytes) -> tuple[str, ...]:
    for line in data[:4096].splitlines()[:2]:
        found = _COOKIE.match(line)
        if found:
            try:
                name = codecs.lookup(found[1].decode()).name
            except LookupError:
                return ()
            return (name,) if _CODECS.match(name) else ()
    return ()


def _guesses(data: bytes) -> tuple[str, ...]:
    head = data[:4096]
    if head.count(0) * 3 > len(head):
        return ("utf-16-le", "utf-16-be") if 0 in head[1::2] else ("utf-16-be", "utf-16-le")
    try:
        here = codecs.lookup(locale.getpreferredencoding(do_setlocale=False)).name
    except LookupError:
        here = "utf-8"
    usual = (here,) if _CODECS.match(here) and here not in ("utf-8", "ascii") else ()
    return (*usual, "gb18030", "cp1252")


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None
