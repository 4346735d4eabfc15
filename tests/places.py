"""Where things are that tests read, however deep the tests lie."""

from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[1]
VECTOR_FILES: Final = PROJECT / "tests" / "vectors"
