"""`python -m passeur` is the same as `passeur`."""

from passeur.cli import main

if __name__ == "__main__":
    main()
