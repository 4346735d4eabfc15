"""Runs the `fiado` command as `python -m cli`."""

from cli.start import run

if __name__ == "__main__":
    run()
