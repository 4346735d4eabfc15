"""The vectors of longer forms, PROTOCOL section 2, for `make_vectors`."""

from collections.abc import Mapping
from typing import Any

from tests.vectors.longer_forms import longer_forms


def longer_form_vectors(values: Mapping[tuple[str, str], bytes]) -> dict[str, Any]:
    """For values by (kind, note): every longer form of everything in them, each by itself."""
    return {
        "cases": [
            {
                "note": note,
                "kind": kind,
                "bytes": data.hex(),
                "forms": [[form.at, form.length, form.put.hex()] for form in longer_forms(data)],
            }
            for (kind, note), data in values.items()
        ]
    }
