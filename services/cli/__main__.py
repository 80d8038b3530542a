"""`python -m services.cli`: the `yanzhen` command where it is not on the PATH."""

from services.cli.main import app

if __name__ == "__main__":
    app(prog_name="yanzhen")
