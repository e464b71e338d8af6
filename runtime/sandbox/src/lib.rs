//! WebAssembly functions in fresh, metered sandboxes.
