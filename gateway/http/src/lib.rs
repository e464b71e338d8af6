//! The HTTP front: native REST, server-sent events, health and metrics.
