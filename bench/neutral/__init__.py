"""Both ends as one quick server: what is measured against it is the client.

It answers what a sync of contacts asks, from records kept as the bytes that are sent; descriptions and other
answers that are rarely asked are taken once from the embedded systems. What is written is kept: ids are given and
stamps move, so that edits and their echo are real. It judges nothing else: no rules, no rights, no limits.
"""
