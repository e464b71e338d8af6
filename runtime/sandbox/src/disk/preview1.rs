//! The quota on WASI preview 1: the functions that make files grow, and those that move where the
//! next write goes, are wrapped; everything else is wasmtime's.

use std::collections::BTreeSet;

use wasmtime::{AsContextMut as _, Caller, Extern, Linker};
use wasmtime_wasi::p1::types::{Fd, Filetype, Lookupflags, Oflags};
use wasmtime_wasi::p1::wasi_snapshot_preview1 as wasi;
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1 as _;
use wiggle::{GuestMemory, GuestPtr};

use super::ENTRY_BYTES;
use crate::guest::Guest;

const MODULE: &str = "wasi_snapshot_preview1";

/// Errors of preview 1.
const INVAL: i32 = 28;
const NOSPC: i32 = 51;
/// Parts of one write, as POSIX has it.
const PARTS_MAX: u32 = 1024;

/// File descriptors that stand at or before the end of their file: what they write next cannot
/// leave a hole, so its length is all there is to count.
#[derive(Debug, Default)]
pub(crate) struct InLine(BTreeSet<u32>);

/// Wraps the functions in a linker that has them already.
///
/// # Errors
/// Never with a linker that has them.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    linker.func_wrap_async(
        MODULE,
        "fd_write",
        |mut caller: Caller<'_, Guest>, (fd, parts, count, out): (i32, i32, i32, i32)| {
            Box::new(async move {
                if let Some(errno) = charge_write(&mut caller, fd, parts, count, None).await? {
                    return Ok(errno);
                }
                let (mut memory, guest) = split(&mut caller)?;
                wasi::fd_write(guest.preview1(), &mut memory, fd, parts, count, out).await
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "fd_pwrite",
        |mut caller: Caller<'_, Guest>, (fd, parts, count, at, out): (i32, i32, i32, i64, i32)| {
            Box::new(async move {
                let start = Some(at as u64);
                if let Some(errno) = charge_write(&mut caller, fd, parts, count, start).await? {
                    return Ok(errno);
                }
                let (mut memory, guest) = split(&mut caller)?;
                wasi::fd_pwrite(guest.preview1(), &mut memory, fd, parts, count, at, out).await
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "fd_filestat_set_size",
        |mut caller: Caller<'_, Guest>, (fd, size): (i32, i64)| {
            Box::new(async move {
                let (mut memory, guest) = split(&mut caller)?;
                let length = file_length(guest, &mut memory, fd).await;
                let growth = length.map_or(0, |length| (size as u64).saturating_sub(length));
                if !guest.disk.take(growth) {
                    return Ok(NOSPC);
                }
                wasi::fd_filestat_set_size(guest.preview1(), &mut memory, fd, size).await
            })
        },
    )?;
    add_moves(linker)?;
    add_entries(linker)
}

/// Functions after which a descriptor may stand anywhere, or be another.
fn add_moves(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        MODULE,
        "fd_seek",
        |mut caller: Caller<'_, Guest>, (fd, offset, whence, out): (i32, i64, i32, i32)| {
            Box::new(async move {
                let (mut memory, guest) = split(&mut caller)?;
                guest.in_line.0.remove(&(fd as u32));
                wasi::fd_seek(guest.preview1(), &mut memory, fd, offset, whence, out).await
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "fd_close",
        |mut caller: Caller<'_, Guest>, (fd,): (i32,)| {
            Box::new(async move {
                let (mut memory, guest) = split(&mut caller)?;
                guest.in_line.0.remove(&(fd as u32));
                wasi::fd_close(guest.preview1(), &mut memory, fd).await
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "fd_renumber",
        |mut caller: Caller<'_, Guest>, (from, to): (i32, i32)| {
            Box::new(async move {
                let (mut memory, guest) = split(&mut caller)?;
                guest.in_line.0.clear();
                wasi::fd_renumber(guest.preview1(), &mut memory, from, to).await
            })
        },
    )?;
    Ok(())
}

/// Functions that make files, folders and links.
fn add_entries(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        MODULE,
        "path_open",
        |mut caller: Caller<'_, Guest>,
         (folder, lookup, path, length, flags, base, inheriting, fd_flags, out): (
            i32,
            i32,
            i32,
            i32,
            i32,
            i64,
            i64,
            i32,
            i32,
        )| {
            Box::new(async move {
                let (mut memory, guest) = split(&mut caller)?;
                if Oflags::from_bits_truncate(flags as u16).contains(Oflags::CREAT)
                    && !exists(guest, &mut memory, folder, path, length).await
                    && !guest.disk.take(ENTRY_BYTES)
                {
                    return Ok(NOSPC);
                }
                wasi::path_open(
                    guest.preview1(),
                    &mut memory,
                    folder,
                    lookup,
                    path,
                    length,
                    flags,
                    base,
                    inheriting,
                    fd_flags,
                    out,
                )
                .await
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "path_create_directory",
        |mut caller: Caller<'_, Guest>, (folder, path, length): (i32, i32, i32)| {
            Box::new(async move {
                let (mut memory, guest) = split(&mut caller)?;
                if !guest.disk.take(ENTRY_BYTES) {
                    return Ok(NOSPC);
                }
                wasi::path_create_directory(guest.preview1(), &mut memory, folder, path, length)
                    .await
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "path_symlink",
        |mut caller: Caller<'_, Guest>,
         (old, old_length, folder, new, new_length): (i32, i32, i32, i32, i32)| {
            Box::new(async move {
                let (mut memory, guest) = split(&mut caller)?;
                if !guest.disk.take(ENTRY_BYTES + u64::from(old_length as u32)) {
                    return Ok(NOSPC);
                }
                let wasi = guest.preview1();
                wasi::path_symlink(wasi, &mut memory, old, old_length, folder, new, new_length)
                    .await
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "path_link",
        |mut caller: Caller<'_, Guest>,
         (from, flags, old, old_length, to, new, new_length): (
            i32,
            i32,
            i32,
            i32,
            i32,
            i32,
            i32,
        )| {
            Box::new(async move {
                let (mut memory, guest) = split(&mut caller)?;
                if !guest.disk.take(ENTRY_BYTES) {
                    return Ok(NOSPC);
                }
                let wasi = guest.preview1();
                wasi::path_link(
                    wasi,
                    &mut memory,
                    from,
                    flags,
                    old,
                    old_length,
                    to,
                    new,
                    new_length,
                )
                .await
            })
        },
    )?;
    Ok(())
}

/// Counts a write that starts at `start`, or where the descriptor stands; answers an error if there
/// is no room.
async fn charge_write(
    caller: &mut Caller<'_, Guest>,
    fd: i32,
    parts: i32,
    count: i32,
    start: Option<u64>,
) -> wasmtime::Result<Option<i32>> {
    if count as u32 > PARTS_MAX {
        return Ok(Some(INVAL));
    }
    let (mut memory, guest) = split(caller)?;
    let length = u64::from(first_part(&memory, parts as u32, count as u32));
    if start.is_none() && guest.in_line.0.contains(&(fd as u32)) {
        return Ok((!guest.disk.take(length)).then_some(NOSPC));
    }
    // What is no file answers for itself.
    let Some(end) = file_length(guest, &mut memory, fd).await else {
        return Ok(None);
    };
    let at = match start {
        Some(at) => at,
        None => position(guest, &mut memory, fd),
    };
    if !guest
        .disk
        .take(length.saturating_add(at.saturating_sub(end)))
    {
        return Ok(Some(NOSPC));
    }
    if start.is_none() {
        guest.in_line.0.insert(fd as u32);
    }
    Ok(None)
}

/// The length of the first part that is not empty: all that one call writes. What cannot be read
/// makes the call itself fail.
fn first_part(memory: &GuestMemory<'_>, parts: u32, count: u32) -> u32 {
    let length = |at: u32| {
        let offset = parts.checked_add(at.checked_mul(8)?)?.checked_add(4)?;
        memory.read(GuestPtr::<u32>::new(offset)).ok()
    };
    (0..count)
        .map_while(length)
        .find(|length| *length > 0)
        .unwrap_or(0)
}

/// The length of a regular file; `None` for anything else.
async fn file_length(guest: &mut Guest, memory: &mut GuestMemory<'_>, fd: i32) -> Option<u64> {
    let stat = guest
        .preview1()
        .fd_filestat_get(memory, Fd::from(fd as u32))
        .await
        .ok()?;
    (stat.filetype == Filetype::RegularFile).then_some(stat.size)
}

/// Where a descriptor stands; the end of everything if that is unknown.
fn position(guest: &mut Guest, memory: &mut GuestMemory<'_>, fd: i32) -> u64 {
    guest
        .preview1()
        .fd_tell(memory, Fd::from(fd as u32))
        .unwrap_or(u64::MAX)
}

async fn exists(
    guest: &mut Guest,
    memory: &mut GuestMemory<'_>,
    folder: i32,
    path: i32,
    length: i32,
) -> bool {
    guest
        .preview1()
        .path_filestat_get(
            memory,
            Fd::from(folder as u32),
            Lookupflags::SYMLINK_FOLLOW,
            GuestPtr::<str>::new((path as u32, length as u32)),
        )
        .await
        .is_ok()
}

/// The guest's memory, and the host's data beside it.
fn split<'a>(
    caller: &'a mut Caller<'_, Guest>,
) -> wasmtime::Result<(GuestMemory<'a>, &'a mut Guest)> {
    let fuel = caller.as_context_mut().hostcall_fuel();
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .ok_or_else(|| wasmtime::format_err!("the module does not export its memory"))?;
    let (bytes, guest) = memory.data_and_store_mut(caller);
    guest.preview1().set_hostcall_fuel(fuel);
    Ok((GuestMemory::Unshared(bytes), guest))
}
