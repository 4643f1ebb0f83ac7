"""The language the rest is written in: pairs, properties, codecs, changes and errors."""
