//! Applies a JSON Patch, which may not grow the document beyond bounds: a `copy` doubles it with a few bytes.

use json_patch::jsonptr::Pointer;
use json_patch::{Patch, PatchErrorKind, PatchOperation, patch_unsafe};
use serde_json::Value;
use steploom_function::Error;

/// Operations of one patch.
const OPERATIONS_MAX: usize = 10_000;
/// About the memory that a document takes, with all that a patch adds to it.
const BYTES_MAX: usize = 48 * 1024 * 1024;
/// What a value takes besides its text, and a member of an object besides its value.
const VALUE_BYTES: usize = 72;
const MEMBER_BYTES: usize = 100;
/// Levels of a document: reading and writing take stack for each.
const LEVELS_MAX: usize = 100;

/// Applies the operations in order.
///
/// # Errors
/// `InvalidPatch`, `TestFailed` and `PathNotFound` with the operation's number from 0, `DocumentTooLarge`. The
/// document is changed in part then, and of no use.
pub(crate) fn patch(document: &mut Value, operations: Value) -> Result<(), Error> {
    let Patch(operations) = serde_json::from_value(operations)
        .map_err(|error| invalid(&format!("\"patch\" is a list of operations: {error}")))?;
    if operations.len() > OPERATIONS_MAX {
        let count = operations.len();
        return Err(invalid(&format!(
            "\"patch\" has {count} operations, {OPERATIONS_MAX} are allowed"
        )));
    }
    let mut bytes = size(document).bytes;
    for (index, operation) in operations.iter().enumerate() {
        let added = added(document, operation);
        bytes += added.bytes;
        if bytes > BYTES_MAX || added.levels > LEVELS_MAX {
            return Err(too_large(index));
        }
        patch_unsafe(document, std::slice::from_ref(operation))
            .map_err(|error| refused(index, operation, &error.kind))?;
    }
    Ok(())
}

/// How large a value is.
#[derive(Default)]
struct Size {
    /// Of memory, about.
    bytes: usize,
    /// One for a value without members.
    levels: usize,
}

fn size(value: &Value) -> Size {
    let members: Box<dyn Iterator<Item = (usize, &Value)>> = match value {
        Value::Object(members) => Box::new(
            members
                .iter()
                .map(|(name, value)| (MEMBER_BYTES + name.len(), value)),
        ),
        Value::Array(items) => Box::new(items.iter().map(|value| (0, value))),
        Value::String(text) => return leaf(text.len()),
        Value::Number(number) => return leaf(number.as_str().len()),
        Value::Null | Value::Bool(_) => return leaf(0),
    };
    members.fold(leaf(0), |all, (name, value)| {
        let size = size(value);
        Size {
            bytes: all.bytes + name + size.bytes,
            levels: all.levels.max(size.levels + 1),
        }
    })
}

fn leaf(text: usize) -> Size {
    Size {
        bytes: VALUE_BYTES + text,
        levels: 1,
    }
}

/// What an operation puts into the document, and the levels that the document has there afterwards.
fn added(document: &Value, operation: &PatchOperation) -> Size {
    let (path, value) = match operation {
        PatchOperation::Add(add) => (&add.path, Some(&add.value)),
        PatchOperation::Replace(replace) => (&replace.path, Some(&replace.value)),
        PatchOperation::Copy(copy) => (&copy.path, at(document, &copy.from)),
        PatchOperation::Move(shift) => (&shift.path, at(document, &shift.from)),
        PatchOperation::Remove(_) | PatchOperation::Test(_) => return Size::default(),
    };
    let size = value.map(size).unwrap_or_default();
    Size {
        levels: path.count() + size.levels,
        ..size
    }
}

fn at<'a>(document: &'a Value, path: &Pointer) -> Option<&'a Value> {
    document.pointer(path.as_str())
}

fn refused(index: usize, operation: &PatchOperation, kind: &PatchErrorKind) -> Error {
    let name = match kind {
        PatchErrorKind::TestFailed => "TestFailed",
        PatchErrorKind::InvalidPointer | PatchErrorKind::InvalidFromPointer => "PathNotFound",
        _ => "InvalidPatch",
    };
    let path = operation.path().as_str();
    Error::new(name, format!("operation {index}, at {path:?}: {kind}"))
}

fn too_large(index: usize) -> Error {
    let message = format!(
        "operation {index} makes the document too large: {BYTES_MAX} bytes of memory with all that is added, and {LEVELS_MAX} levels are allowed"
    );
    Error::new("DocumentTooLarge", message)
}

fn invalid(message: &str) -> Error {
    Error::new("InvalidPatch", message)
}
