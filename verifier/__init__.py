"""Floor 4: the employer's side. Asks for a badge, receives it, checks it, and says in plain words what was
found.

keys        the verifier's own DID
asking      what an employer wants to see, as DCQL
requests    one request: made, handed to a wallet, watched
responses   what a wallet posts: the nonce is spent once, then the answer is checked
checking    badges that were pasted, uploaded, or named by an address
opening     a link that a learner prepared
results     what a request brought: for one browser, for a day
reports     what a person reads of a report
emblems     the pictures of badges
"""
