"""A Tryton module: the sync's key on every synced record, and a note of every deleted one.

It imports trytond and is therefore, unlike the port beside it, licensed GPL-3.0-or-later.
"""
