"""The program of host processes: runs filters of one module for one pipeline, as the server tells it.

Started by `kms_trio.hosting.process`, never by hand.
"""
