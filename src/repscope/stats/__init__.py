"""Mergeable statistics: of a shard, merged over shards, finished by a measure."""
