"""The published contract of a Customerp, sentence by sentence, and its test against any server.

Stands apart from the sync and from the embedded systems: what is tested here is what a server says over HTTP.
"""
