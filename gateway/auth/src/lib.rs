//! Who calls: accounts, keys and what a listener without keys may answer.
