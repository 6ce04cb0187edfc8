"""The doctor: is the installation in order, and if not, what is wrong and what is to be done.

It changes nothing. What it says goes to terminals, cron mails and tickets, so it names settings,
rounds, cells and numbers, and never a secret, an address, a person or anything that was typed.
"""
