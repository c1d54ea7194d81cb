"""Files of the contract: written whole or not at all, sealed, and read lazily over all shards."""
