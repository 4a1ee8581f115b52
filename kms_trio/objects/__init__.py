"""The object model of Kurento's core module: what `create` makes, who holds it, what it tells and how it dies.

`directory` knows every object by id, `references` which session holds it, `bus` who wants its events, `scopes` runs
its tasks, `lifecycle` creates and destroys it, `marshal` and `invoke` turn wire JSON into calls. The classes of
core.kmd.json follow, one a file.
"""
