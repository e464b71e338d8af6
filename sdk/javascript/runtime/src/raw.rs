//! What the engine's crate offers by its raw functions only.

use rquickjs::{Ctx, Exception, TypedArray, qjs};

/// The bytes of an array; none if its buffer is gone.
pub(crate) fn copy(bytes: &TypedArray<'_, u8>) -> Vec<u8> {
    // SAFETY: nothing runs while they are copied that could change or free them.
    unsafe { bytes.as_bytes() }
        .map(<[u8]>::to_vec)
        .unwrap_or_default()
}

/// Makes an error that no `catch` of JavaScript sees.
pub(crate) fn make_uncatchable(ctx: &Ctx<'_>, error: &Exception<'_>) {
    // SAFETY: context and value are alive; the engine sets a mark in the error.
    unsafe { qjs::JS_SetUncatchableError(ctx.as_raw().as_ptr(), error.as_object().as_raw()) };
}
