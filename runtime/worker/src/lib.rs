//! Shards, group commit, timers and retries: the owner of every side effect.
