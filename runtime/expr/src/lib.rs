//! JSONPath and intrinsic functions, as Amazon States Language uses them.
