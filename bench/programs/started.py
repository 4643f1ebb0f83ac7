"""What a process of ours costs before it does anything: the interpreter and its imports."""

from importlib import import_module

for name in ("bench.programs.opened", "talk_assets.automation.cycle", "talk_assets.remembered"):
    import_module(name)
