"""The library of verifiable credentials: model, proofs, status, exchange messages, verification.

No server, database, socket or clock: `now` is an argument, and the world comes in through the protocols of
`did`.
"""
