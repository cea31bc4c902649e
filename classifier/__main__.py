"""`python -m classifier` is the command `blastcheck`."""

from classifier.cli import main

if __name__ == "__main__":
    main(prog_name="blastcheck")
