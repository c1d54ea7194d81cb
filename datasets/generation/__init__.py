"""Generation: a recipe becomes files, shard by shard, on this machine or on a cluster."""
