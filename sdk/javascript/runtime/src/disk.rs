//! Files of the call: `/tmp` and the volumes.
//!
//! The C library looks for folders at its first use and keeps what it found. While the function is loaded there are
//! none, so nothing here may ask for them then.

use std::fs;
use std::io::{Error, ErrorKind, Write as _};

use rquickjs::{Ctx, Object, Result, TypedArray};

use crate::host::{disk_error, is_loading};
use crate::raw;

/// Runs a file operation, unless it is too early for one.
fn run<T>(ctx: &Ctx<'_>, operation: impl FnOnce() -> std::io::Result<T>) -> Result<T> {
    if is_loading() {
        return Err(rquickjs::Exception::throw_message(ctx, "ELOADING"));
    }
    operation().map_err(|error| disk_error(ctx, &error))
}

/// Node's name for what went wrong.
pub(crate) fn code(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "ENOENT",
        ErrorKind::AlreadyExists => "EEXIST",
        ErrorKind::PermissionDenied => "EACCES",
        ErrorKind::DirectoryNotEmpty => "ENOTEMPTY",
        ErrorKind::IsADirectory => "EISDIR",
        ErrorKind::NotADirectory => "ENOTDIR",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "ENOSPC",
        ErrorKind::ReadOnlyFilesystem => "EROFS",
        ErrorKind::InvalidInput | ErrorKind::InvalidFilename => "EINVAL",
        ErrorKind::CrossesDevices => "EXDEV",
        _ => "EIO",
    }
}

pub(crate) fn read(ctx: Ctx<'_>, path: String) -> Result<TypedArray<'_, u8>> {
    let bytes = run(&ctx, || fs::read(path))?;
    TypedArray::new(ctx, bytes)
}

/// Writes a file; `how` is "w", "wx" or "a", as Node has it.
pub(crate) fn write<'js>(
    ctx: Ctx<'js>,
    path: String,
    bytes: TypedArray<'js, u8>,
    how: String,
) -> Result<()> {
    run(&ctx, || {
        let mut options = fs::OpenOptions::new();
        options.write(true);
        match how.as_str() {
            "a" => options.append(true).create(true),
            "wx" => options.create_new(true),
            _ => options.create(true).truncate(true),
        };
        options.open(path)?.write_all(&raw::copy(&bytes))
    })
}

/// The names in a folder, in order.
pub(crate) fn list(ctx: Ctx<'_>, path: String) -> Result<Vec<String>> {
    run(&ctx, || {
        let mut names = Vec::new();
        for entry in fs::read_dir(path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    })
}

/// What is there: `size` in bytes, `modifiedMs`, `isFolder`, `isFile`.
pub(crate) fn stat(ctx: Ctx<'_>, path: String) -> Result<Object<'_>> {
    let found = run(&ctx, || fs::metadata(path))?;
    let modified = found
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let stat = Object::new(ctx)?;
    stat.set("size", found.len() as f64)?;
    stat.set(
        "modifiedMs",
        modified.map_or(0.0, |time| time.as_secs_f64() * 1e3),
    )?;
    stat.set("isFolder", found.is_dir())?;
    stat.set("isFile", found.is_file())?;
    Ok(stat)
}

/// Makes a folder, with those above it if `all`.
pub(crate) fn make_folder(ctx: Ctx<'_>, path: String, all: bool) -> Result<()> {
    run(&ctx, || {
        if all {
            fs::create_dir_all(path)
        } else {
            fs::create_dir(path)
        }
    })
}

/// Removes a "file", an empty "folder", or "all" below.
pub(crate) fn remove(ctx: Ctx<'_>, path: String, what: String) -> Result<()> {
    run(&ctx, || match what.as_str() {
        "file" => fs::remove_file(path),
        "folder" => fs::remove_dir(path),
        _ if fs::metadata(&path)?.is_dir() => fs::remove_dir_all(path),
        _ => fs::remove_file(path),
    })
}

pub(crate) fn rename(ctx: Ctx<'_>, from: String, to: String) -> Result<()> {
    run(&ctx, || fs::rename(from, to))
}
