"""Open Badges 2.0: hosted and signed assertions, read and verified, and shown as what they are.

Nothing here signs or converts: no issuer's signature covers a translation. `checking` makes the report,
`recognising` finds such a badge in what a person hands in.
"""
