//! Modules and payloads in object storage.
