"""Runs the store in processes of its own: killed at any moment, or several at once.

`python -m tests.store_under_fire kill FOLDER MODELS ROUNDS` forks a child that keeps, uses, rolls
back and removes without end, kills it with SIGKILL after a random moment, and checks the store; so
often. `keep` keeps three models once.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from classifier.evaluation import intervals
from classifier.model import load, verify
from classifier.schema import BlastcheckError
from classifier.store.feedback import Feedback
from classifier.store.gate import take
from classifier.store.history import folder_in_use
from classifier.store.models import Store
from classifier.store.places import Places
from tests.small_models import small_cases

LONGEST_SECONDS = 0.25


def without_end(store, models, cases):
    """Do one thing after the other."""
    choose = random.Random(os.getpid())
    while True:
        deed = choose.choice(("keep", "take", "take", "rollback", "remove"))
        kept = store.names()
        try:
            if deed == "keep":
                store.keep(models / choose.choice(("honest", "other")), "mine")
            elif deed == "take":
                take(store, choose.choice(kept), cases, force=True)
            elif deed == "rollback":
                store.rollback()
            else:
                store.remove(choose.choice(kept))
        except BlastcheckError:
            continue


def kill_again_and_again(store, models, rounds):
    """Fork, kill, check; exit with an error at the first broken state."""
    intervals.RESAMPLES = 5
    cases = small_cases(models, n=2)[:6]
    for name in ("honest", "other"):
        verify(load(models / name))  # so that no child loads the rules again
    used = set()
    for number in range(rounds):
        child = os.fork()
        if not child:
            without_end(store, models, cases)
        time.sleep(random.Random(number).uniform(0.0, LONGEST_SECONDS))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        folder = folder_in_use(store.where)
        if folder:
            verify(load(folder))
        used.add(store.in_use())
        for name in store.names():
            verify(load(store.folder(name)))
    deeds = [entry.did for entry in store.history()]
    counts = {deed: deeds.count(deed) for deed in sorted(set(deeds))}
    sys.stdout.write(f"{rounds} kills; {counts}; in use after them: {sorted(used)}\n")
    Feedback(store.where).records()
    if not {"kept", "used", "rolled_back", "removed"} <= {*deeds}:
        sys.exit("the children were killed before they did anything")


if __name__ == "__main__":
    what, folder, models, *more = sys.argv[1:]
    here = Store(Places(Path(folder)))
    if what == "kill":
        kill_again_and_again(here, Path(models), int(more[0]))
    else:
        for source, name in (("honest", "mine"), ("other", "mine"), ("honest", "honest")):
            here.keep(Path(models) / source, name)
