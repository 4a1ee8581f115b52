"""Module specs (`*.kmd.json`): read leniently, resolved against their imports, turned into code."""
