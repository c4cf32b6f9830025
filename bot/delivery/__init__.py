"""Floor 3, a door: Discord out. Claim a card, render it, send it, settle; never twice, never lost.

`wire.wire` is the only file that sends; `worker` works on one channel, `dispatcher` starts the workers;
`echo` and `reconcile` hear what becomes of the messages; `gateway` keeps the client alive.
"""
