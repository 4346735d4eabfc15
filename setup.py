"""Builds the optional native validator; everything else is in pyproject.toml.

Without a Rust toolchain or the crate registry the installation goes on without the extension and
the reference validator runs. Two environment variables change that:

- `FIADO_REQUIRE_NATIVE=1`: a native validator that does not build fails the installation.
- `FIADO_PORTABLE=1`: builds for any processor of the architecture instead of for this machine.
"""

import os

from setuptools import setup
from setuptools_rust import Binding, RustExtension

PORTABLE = os.environ.get("FIADO_PORTABLE") == "1"
REQUIRED = os.environ.get("FIADO_REQUIRE_NATIVE") == "1"


def cargo_environment() -> dict[str, str]:
    """The environment for cargo, tuned to this machine unless a portable build is asked for.

    The flag goes into RUSTFLAGS because it has to reach the dependencies too: the curve arithmetic
    chooses its widest vector code when it is compiled.
    """
    environment = dict(os.environ)
    if not PORTABLE:
        flags = environment.get("RUSTFLAGS", "")
        environment["RUSTFLAGS"] = f"{flags} -C target-cpu=native".strip()
    return environment


setup(
    # One build serves Python 3.11 and everything after it.
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
    rust_extensions=[
        RustExtension(
            "ledger._native",
            path="ledger/native/python/Cargo.toml",
            binding=Binding.PyO3,
            # An editable installation would build without optimisation otherwise.
            debug=False,
            optional=not REQUIRED,
            args=["--locked"],
            py_limited_api=True,
            env=cargo_environment(),
        )
    ],
)
