//! The quota on WASI 0.2: `wasi:filesystem/types` with the calls that make files grow wrapped;
//! everything else is passed on.

use std::io;

use bytes::Bytes;
use wasmtime::component::{HasData, Linker, Resource};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode,
    Filesize, Host, HostDescriptor, HostDirectoryEntryStream, MetadataHashValue, NewTimestamp,
    OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, FsError, FsResult, OutputStream, Pollable, ReaddirIterator,
    StreamError, StreamResult,
};

use super::{ENTRY_BYTES, Quota};
use crate::guest::Guest;

type Fd = Resource<Descriptor>;

/// Replaces `wasi:filesystem/types` in a linker that has it already.
///
/// # Errors
/// Never with a linker that has it.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    types::add_to_linker::<Guest, Metered>(linker, |guest| View {
        quota: guest.disk.clone(),
        inner: guest.filesystem(),
    })
}

/// Says which data the interface is implemented on.
struct Metered;

impl HasData for Metered {
    type Data<'a> = View<'a>;
}

/// wasmtime's view of the guest's files, and their quota.
pub(crate) struct View<'a> {
    inner: WasiFilesystemCtxView<'a>,
    quota: Quota,
}

impl View<'_> {
    fn charge(&self, bytes: u64) -> FsResult<()> {
        if self.quota.take(bytes) {
            Ok(())
        } else {
            Err(ErrorCode::InsufficientSpace.into())
        }
    }

    /// The length of an open file; `None` for anything else, which answers for itself.
    fn length(&self, fd: &Fd) -> Option<u64> {
        match self.inner.table.get(fd).ok()? {
            Descriptor::File(file) => Some(file.file.metadata().ok()?.len()),
            Descriptor::Dir(_) => None,
        }
    }

    /// Counts what a write that starts at `at` leaves empty before it.
    fn charge_gap(&self, fd: &Fd, at: u64) -> FsResult<()> {
        match self.length(fd) {
            Some(length) => self.charge(at.saturating_sub(length)),
            None => Ok(()),
        }
    }

    /// Counts what is written through a stream.
    fn meter(&mut self, stream: &Resource<DynOutputStream>) -> FsResult<()> {
        let slot = self.inner.table.get_mut(stream)?;
        let inner = std::mem::replace(slot, Box::new(Closed));
        *slot = Box::new(MeteredStream {
            inner,
            quota: self.quota.clone(),
        });
        Ok(())
    }
}

impl Host for View<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        self.inner.convert_error_code(error)
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        self.inner.filesystem_error_code(error)
    }
}

impl HostDescriptor for View<'_> {
    async fn set_size(&mut self, fd: Fd, size: Filesize) -> FsResult<()> {
        self.charge_gap(&fd, size)?;
        self.inner.set_size(fd, size).await
    }

    async fn write(&mut self, fd: Fd, bytes: Vec<u8>, at: Filesize) -> FsResult<Filesize> {
        self.charge_gap(&fd, at)?;
        self.charge(bytes.len() as u64)?;
        self.inner.write(fd, bytes, at).await
    }

    fn write_via_stream(&mut self, fd: Fd, at: Filesize) -> FsResult<Resource<DynOutputStream>> {
        self.charge_gap(&fd, at)?;
        let stream = self.inner.write_via_stream(fd, at)?;
        self.meter(&stream)?;
        Ok(stream)
    }

    fn append_via_stream(&mut self, fd: Fd) -> FsResult<Resource<DynOutputStream>> {
        let stream = self.inner.append_via_stream(fd)?;
        self.meter(&stream)?;
        Ok(stream)
    }

    async fn open_at(
        &mut self,
        fd: Fd,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Fd> {
        if open_flags.contains(OpenFlags::CREATE) {
            let folder = Resource::new_borrow(fd.rep());
            let found = self.inner.stat_at(folder, path_flags, path.clone()).await;
            if found.is_err() {
                self.charge(ENTRY_BYTES)?;
            }
        }
        self.inner
            .open_at(fd, path_flags, path, open_flags, flags)
            .await
    }

    async fn create_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        self.charge(ENTRY_BYTES)?;
        self.inner.create_directory_at(fd, path).await
    }

    async fn symlink_at(&mut self, fd: Fd, old: String, new: String) -> FsResult<()> {
        self.charge(ENTRY_BYTES + old.len() as u64)?;
        self.inner.symlink_at(fd, old, new).await
    }

    async fn link_at(
        &mut self,
        fd: Fd,
        flags: PathFlags,
        old: String,
        to: Fd,
        new: String,
    ) -> FsResult<()> {
        self.charge(ENTRY_BYTES)?;
        self.inner.link_at(fd, flags, old, to, new).await
    }

    // From here on nothing grows.

    async fn advise(
        &mut self,
        fd: Fd,
        offset: Filesize,
        length: Filesize,
        advice: Advice,
    ) -> FsResult<()> {
        self.inner.advise(fd, offset, length, advice).await
    }

    async fn sync_data(&mut self, fd: Fd) -> FsResult<()> {
        self.inner.sync_data(fd).await
    }

    async fn get_flags(&mut self, fd: Fd) -> FsResult<DescriptorFlags> {
        self.inner.get_flags(fd).await
    }

    async fn get_type(&mut self, fd: Fd) -> FsResult<DescriptorType> {
        self.inner.get_type(fd).await
    }

    async fn set_times(
        &mut self,
        fd: Fd,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> FsResult<()> {
        self.inner.set_times(fd, access, modification).await
    }

    async fn read(&mut self, fd: Fd, length: Filesize, at: Filesize) -> FsResult<(Vec<u8>, bool)> {
        self.inner.read(fd, length, at).await
    }

    async fn read_directory(&mut self, fd: Fd) -> FsResult<Resource<ReaddirIterator>> {
        self.inner.read_directory(fd).await
    }

    async fn sync(&mut self, fd: Fd) -> FsResult<()> {
        self.inner.sync(fd).await
    }

    async fn stat(&mut self, fd: Fd) -> FsResult<DescriptorStat> {
        self.inner.stat(fd).await
    }

    async fn stat_at(
        &mut self,
        fd: Fd,
        flags: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        self.inner.stat_at(fd, flags, path).await
    }

    async fn set_times_at(
        &mut self,
        fd: Fd,
        flags: PathFlags,
        path: String,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> FsResult<()> {
        self.inner
            .set_times_at(fd, flags, path, access, modification)
            .await
    }

    fn drop(&mut self, fd: Fd) -> wasmtime::Result<()> {
        HostDescriptor::drop(&mut self.inner, fd)
    }

    async fn readlink_at(&mut self, fd: Fd, path: String) -> FsResult<String> {
        self.inner.readlink_at(fd, path).await
    }

    async fn remove_directory_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        self.inner.remove_directory_at(fd, path).await
    }

    async fn rename_at(&mut self, fd: Fd, old: String, to: Fd, new: String) -> FsResult<()> {
        self.inner.rename_at(fd, old, to, new).await
    }

    async fn unlink_file_at(&mut self, fd: Fd, path: String) -> FsResult<()> {
        self.inner.unlink_file_at(fd, path).await
    }

    fn read_via_stream(&mut self, fd: Fd, at: Filesize) -> FsResult<Resource<DynInputStream>> {
        self.inner.read_via_stream(fd, at)
    }

    async fn is_same_object(&mut self, a: Fd, b: Fd) -> wasmtime::Result<bool> {
        self.inner.is_same_object(a, b).await
    }

    async fn metadata_hash(&mut self, fd: Fd) -> FsResult<MetadataHashValue> {
        self.inner.metadata_hash(fd).await
    }

    async fn metadata_hash_at(
        &mut self,
        fd: Fd,
        flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        self.inner.metadata_hash_at(fd, flags, path).await
    }
}

impl HostDirectoryEntryStream for View<'_> {
    async fn read_directory_entry(
        &mut self,
        stream: Resource<ReaddirIterator>,
    ) -> FsResult<Option<DirectoryEntry>> {
        self.inner.read_directory_entry(stream).await
    }

    fn drop(&mut self, stream: Resource<ReaddirIterator>) -> wasmtime::Result<()> {
        HostDirectoryEntryStream::drop(&mut self.inner, stream)
    }
}

/// A stream into a file that counts what goes through it.
struct MeteredStream {
    inner: DynOutputStream,
    quota: Quota,
}

impl MeteredStream {
    fn charge(&self, bytes: usize) -> StreamResult<()> {
        if self.quota.take(bytes as u64) {
            return Ok(());
        }
        let full = io::Error::from(rustix::io::Errno::NOSPC);
        Err(StreamError::LastOperationFailed(full.into()))
    }
}

#[async_trait]
impl OutputStream for MeteredStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.charge(bytes.len())?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.charge(bytes.len())?;
        self.inner.blocking_write_and_flush(bytes).await
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}

#[async_trait]
impl Pollable for MeteredStream {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}

/// What stands in for a stream while it is being wrapped.
struct Closed;

impl OutputStream for Closed {
    fn write(&mut self, _: Bytes) -> StreamResult<()> {
        Err(StreamError::Closed)
    }

    fn flush(&mut self) -> StreamResult<()> {
        Err(StreamError::Closed)
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Err(StreamError::Closed)
    }
}

#[async_trait]
impl Pollable for Closed {
    async fn ready(&mut self) {}
}
