"""Faults put into the urn on purpose; `mutants` tries them with the others."""

from typing import Final

SENDING: Final = "survey_app/feedback/sending.py"
COUNTING: Final = "survey_app/feedback/counting.py"
URNS: Final = "survey_app/feedback/urns.py"
OPENING: Final = "survey_app/feedback/opening.py"
KEYS: Final = "survey_app/feedback/keys.py"
_KILLED = "tests/faults/test_forms_killed.py -k {}"
_RACES = "tests/functional/feedback/test_urn_races.py -k {}"
_TROUBLE = "tests/functional/feedback/test_urn_trouble.py -k {}"

_DROP = "    drop(session, round_id=round_id, sealed=sealed)\n"
_OPENED = "            return open_ballots(session, round_id, key, document)\n"
_OPENED_AND_GONE = """            tally = open_ballots(session, round_id, key, document)
            cabinet.destroy(urn.public_key)
            return tally
"""
_ALONE = """        sending.alone(session, round_id)
        round_ = lock_round(session, round_id)
        urn = session"""
_CAME = """    except BallotsCame:
        return False  # opened again at the next turn, with them
"""
_EQUAL = """    if there != sent:
        raise CountsDiffer
"""
_AT_ONCE = """        lock_round(session, round_id)
        urn = session.get_one(Urn, round_id)
"""
_GONE = """    cabinet.destroy(public_key)
    with database.writing() as session:
        lock"""
_HERE_FIRST = """        if urn.state != "counted":
            return False  # another worker was here first
"""
_KEY = """        session.add(Urn(round_id=round_id, public_key=cabinet.make(), state="ready"))
        session.flush()
"""
_ROW_FIRST = """        key = sealing.new_key()
        session.add(Urn(round_id=round_id, public_key=sealing.public_half(key), state="ready"))
        session.commit()
        cabinet.keep(key)
"""
_MAKE = """        key = new_key()
        public_key = public_half(key)
        path"""
_KEEP = """        return self.keep(new_key())

    def keep(self, key: bytes) -> str:
        public_key = public_half(key)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path"""
_REWRITTEN = """sent=sent)
        rewrite_receipts(session, round_id)
"""

# What is wrong, the edits that make it so, and where it should be seen.
URN_MUTANTS: Final = (
    (
        "a receipt without its ballot",
        ((SENDING, _DROP, ""),),
        _KILLED.format("fifty_parallel_sends_of_one"),
    ),
    (
        "a second ballot of the same person",
        ((SENDING, "        _RECEIPT.c.is_sent.is_(False),\n", ""),),
        _KILLED.format("fifty_parallel_sends_of_one"),
    ),
    (
        "receipt and ballot in two transactions",
        ((SENDING, _DROP, f"    session.commit()\n{_DROP}"),),
        _KILLED.format("step_of_sending"),
    ),
    (
        "ballots after the close",
        ((SENDING, "_ROUND.c.closes_at > bindparam(", "_ROUND.c.closes_at != bindparam("),),
        _RACES.format("at_the_closing"),
    ),
    (
        "the key is destroyed before what was counted is in the files",
        ((URNS, _OPENED, _OPENED_AND_GONE),),
        _KILLED.format("counting_and_sealing"),
    ),
    (
        "the key is kept",
        (
            (
                URNS,
                _GONE,
                _GONE.replace("    cabinet.destroy(public_key)\n", ""),
            ),
        ),
        _KILLED.format("two_count"),
    ),
    (
        "the row is there before its key",
        ((OPENING, _KEY, _ROW_FIRST), (KEYS, _MAKE, _KEEP)),
        _KILLED.format("making_a_key"),
    ),
    (
        "ballots go in a transaction of their own",
        (
            (
                URNS,
                _REWRITTEN,
                _REWRITTEN.replace("        rewrite", "        session.commit()\n        rewrite"),
            ),
        ),
        _KILLED.format("counting_and_sealing"),
    ),
    (
        "nobody asks whether counts are equal",
        ((COUNTING, _EQUAL, ""),),
        _TROUBLE.format("a_ballot"),
    ),
    (
        "counting does not wait for who is sending",
        ((URNS, _ALONE, _ALONE.replace("        sending.alone(session, round_id)\n", "")),),
        _RACES.format("while_others"),
    ),
    (
        "a slow ballot is trouble",
        ((URNS, _CAME, ""), (COUNTING, "raise BallotsCame", "raise CountsDiffer")),
        _RACES.format("while_others"),
    ),
    (
        "two seal the same urn",
        ((URNS, _AT_ONCE + _HERE_FIRST, "        urn = session.get_one(Urn, round_id)\n"),),
        _RACES.format("put_away"),
    ),
    (
        "two keys for one urn",
        (
            (
                OPENING,
                "    lock_round(session, round_id)\n    if session.get(Urn",
                "    if session.get(Urn",
            ),
        ),
        _RACES.format("make_a_key"),
    ),
    (
        "receipts stay as they were written",
        (
            (
                URNS,
                _REWRITTEN,
                _REWRITTEN.replace("        rewrite_receipts(session, round_id)\n", ""),
            ),
        ),
        _TROUBLE.format("no_order"),
    ),
    (
        "ballots that no page can have sent are counted",
        (
            (
                COUNTING,
                "        raise DamagedBallot\n    tally.answers",
                "        pass\n    tally.answers",
            ),
        ),
        _TROUBLE.format("damage"),
    ),
)
