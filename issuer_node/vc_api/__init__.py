"""The VC-API of a node: credentials issued, derived and verified for programs, in the W3C CCG's (VCALM's)
shapes. Off until a setting opens it.

Source: W3C CCG, "VC API" (Verifiable Credential API for Lifecycle Management).
"""
