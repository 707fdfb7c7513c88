"""Identifiers and keys: DID documents, Multikey and JWK, signers, DID methods, the resolver.

Nothing here opens a socket: what is needed of the network is the protocol `did.fetcher.Fetcher`.
"""
