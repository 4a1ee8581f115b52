"""A module of filters as somebody else would write it, good ones and bad ones."""
