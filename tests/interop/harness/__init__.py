"""What the interop tests share: Chromium, Node, and a real server to point them at."""
