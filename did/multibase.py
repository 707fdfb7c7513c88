"""Multibase base58-btc, as Multikey and Data Integrity write bytes."""

from did.encodings import decode_base58btc, encode_base58btc

__all__ = ["decode_base58btc", "encode_base58btc"]
