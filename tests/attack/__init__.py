"""The linkage attacker: tries to tell who wrote what in an anonymous form.

It is written from the threat table alone and knows nothing of the urn: it takes what a thief of
disk, dumps, backups, logs and mails may hold of one round (`evidence`), finds by itself which
tables speak of people, which hold sealed ballots and which the counted answers (`world`), and
guesses (`attacker.attack`). Whether the guesses beat chance is computed in `chance`. The simulation
alone knows the truth, and hands it to `chance` after the attacker has spoken:

    tally = chance.Tally()
    for folder, people, truth in rounds:
        tally.add(attacker.examine(Evidence(folder), people), truth, groups)
        # texts stored without their group: add(..., groups, dict.fromkeys(groups, ""))
    verdict = tally.verdict()
    assert not verdict.alarm, verdict.table()

What the simulation must see to: who writes what is drawn at random and independently of everything
a person is known by (name, number, cell, moment of arrival); else the draw itself is a link.
"""
