//! Compiling: in a process of its own, since what cranelift makes of a hostile module is outside
//! of what wasmtime promises. [`child`] is that process, [`parent`] starts it and kills it.

pub(crate) mod child;
pub(crate) mod parent;

/// How the child says that the module, not the child, is at fault; its message is on stderr.
const REFUSED: u8 = 2;
