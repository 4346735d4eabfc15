"""The commands of `fiado`, one module for each noun. `cli.main` gathers them."""
