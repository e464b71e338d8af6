//! Objects that are put in parts. A part is a content like an object's; when the object is finished,
//! its list of pieces is the parts' pieces, and nothing is copied.

use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use steploom_api::port::{self, About, Content, ListUploads, Over, UploadPlace, Uploads};
use steploom_probe::{CrashPoint, crash_point};
use steploom_store::Error as StoreError;
use steploom_store::catalog::{Finish, Object, Part, Upload};
use steploom_types::limits::object::{PART_BYTES_MIN, PARTS_MAX, PUT_BYTES_MAX, UPLOAD_DAYS_MAX};
use steploom_types::{AccountId, Error, Name, Result, limits};

use super::super::Port;
use super::content::{self, Place, StoredPiece};
use super::{Facets, check_key, described, facets, is_changed, object};
use crate::shared::Shared;

/// Abandoned uploads that are looked up at once.
const ABANDONED: u32 = 100;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// What is known of a part's content.
#[derive(Serialize, Deserialize)]
struct PartFacets {
    /// MD5, in hexadecimal digits.
    etag: String,
    /// As of an object.
    crc32: String,
    /// Pieces of the content's list.
    #[serde(default)]
    pieces: u32,
}

/// A part with what is known of it.
struct Known {
    number: u32,
    place: Place,
    facets: PartFacets,
}

impl TryFrom<Part> for Known {
    type Error = Error;

    fn try_from(part: Part) -> Result<Self> {
        let facets: PartFacets = serde_json::from_str(&part.facets)
            .map_err(|why| StoreError::Corrupt(format!("part {}: {why}", part.number)))?;
        Ok(Self {
            number: part.number,
            place: Place {
                blob: part.blob,
                size_bytes: part.size_bytes,
                pieces: facets.pieces,
            },
            facets,
        })
    }
}

impl Port {
    pub(super) async fn begin_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        about: About,
    ) -> Result<port::Upload> {
        check_key(key)?;
        let facets = described(about)?;
        self.ensure_bucket(account, bucket).await?;
        let upload = Upload {
            key: key.to_owned(),
            id: content::new_id(&self.shared).to_string(),
            facets: serde_json::to_string(&facets).map_err(Error::internal)?,
            started_at: self.shared.clock.now(),
        };
        let catalog = &self.shared.store.catalog;
        catalog.put_upload(account, bucket, &upload).await?;
        Ok(shown(upload))
    }

    pub(super) async fn keep_part(
        &self,
        account: AccountId,
        at: &UploadPlace,
        number: u32,
        content: Content,
    ) -> Result<port::Part> {
        if !(1..=PARTS_MAX).contains(&number) {
            return Err(Error::invalid(
                "InvalidPartNumber",
                format!("a part's number is 1 to {PARTS_MAX}"),
            ));
        }
        self.find_upload(account, at).await?;
        let shared = &self.shared;
        let mut written =
            content::write(shared, account, &at.bucket, content, PUT_BYTES_MAX).await?;
        crash_point(CrashPoint::AfterContent);
        let facets = PartFacets {
            etag: hex::encode(written.md5),
            crc32: content::crc32_text(written.crc32),
            pieces: written.place.pieces,
        };
        let part = Part {
            number,
            blob: written.place.blob.clone(),
            size_bytes: written.place.size_bytes,
            facets: serde_json::to_string(&facets).map_err(Error::internal)?,
            modified_at: shared.clock.now(),
        };
        let blobs = written.release();
        match shared.store.catalog.put_part(account, &at.id, &part).await {
            Ok(before) => {
                if let Some(before) = before {
                    self.drop_part(before).await;
                }
                Ok(shown_part(&part, facets))
            }
            Err(StoreError::Changed { .. }) => {
                content::delete_all(&shared.artifacts, blobs).await;
                Err(no_upload(&at.id))
            }
            // It may have been written.
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn parts_of(
        &self,
        account: AccountId,
        at: &UploadPlace,
        after: u32,
        limit: u32,
    ) -> Result<(Vec<port::Part>, bool)> {
        self.find_upload(account, at).await?;
        let limit = limit.min(limits::PAGE_SIZE_MAX);
        let catalog = &self.shared.store.catalog;
        let mut found = catalog
            .list_parts(account, &at.id, after, limit + 1)
            .await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let parts = found.into_iter().map(|part| {
            let known = Known::try_from(part.clone())?;
            Ok(shown_part(&part, known.facets))
        });
        Ok((parts.collect::<Result<_>>()?, more))
    }

    pub(super) async fn uploads_of(
        &self,
        account: AccountId,
        bucket: &Name,
        list: &ListUploads,
    ) -> Result<Uploads> {
        self.ensure_bucket(account, bucket).await?;
        let limit = list.limit.min(limits::PAGE_SIZE_MAX);
        let after = list.after.as_ref();
        let after = after.map(|(key, id)| (key.as_str(), id.as_str()));
        let catalog = &self.shared.store.catalog;
        let mut found = catalog
            .list_uploads(account, bucket, &list.prefix, after, limit + 1)
            .await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        Ok(Uploads {
            items: found.into_iter().map(shown).collect(),
            more,
        })
    }

    pub(super) async fn end_upload(
        &self,
        account: AccountId,
        at: &UploadPlace,
        parts: Vec<(u32, String)>,
        over: Over,
    ) -> Result<port::Object> {
        let upload = match self.find_upload(account, at).await {
            Ok(upload) => upload,
            Err(error) if error.code == "UploadNotFound" => {
                // Who did not hear that it was finished finishes it again.
                return self.finished_before(account, at).await?.ok_or(error);
            }
            Err(error) => return Err(error),
        };
        let over = self.over(account, &at.bucket, &at.key, over).await?;
        let parts = self.chosen(account, at, &parts).await?;
        let (pieces, lists) = self.pieces_of(&parts).await?;
        let shared = &self.shared;
        let place = content::write_list(shared, account, &at.bucket, &pieces).await?;
        crash_point(CrashPoint::AfterContent);
        let finish = Finish {
            id: at.id.clone(),
            parts: parts
                .iter()
                .map(|part| (part.number, part.place.blob.clone()))
                .collect(),
            object: Object {
                key: at.key.clone(),
                blob: place.blob.clone(),
                size_bytes: place.size_bytes,
                facets: joined(&upload, &parts, &place)?,
                modified_at: shared.clock.now(),
            },
            over,
        };
        let catalog = &shared.store.catalog;
        let finished = match catalog.finish_upload(account, &at.bucket, &finish).await {
            Ok(finished) => finished,
            Err(StoreError::Changed { .. }) => {
                content::delete_all(&shared.artifacts, vec![place.blob]).await;
                return Err(is_changed(&at.key));
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(before) = finished.before {
            self.drop_content(&before).await;
        }
        for unused in finished.unused {
            self.drop_part(unused).await;
        }
        content::delete_all(&shared.artifacts, lists).await;
        object(finish.object)
    }

    pub(super) async fn drop_upload(&self, account: AccountId, at: &UploadPlace) -> Result<()> {
        let catalog = &self.shared.store.catalog;
        let parts = catalog
            .drop_upload(account, &at.bucket, &at.key, &at.id)
            .await?;
        for part in parts.ok_or_else(|| no_upload(&at.id))? {
            self.drop_part(part).await;
        }
        Ok(())
    }

    async fn find_upload(&self, account: AccountId, at: &UploadPlace) -> Result<Upload> {
        self.ensure_bucket(account, &at.bucket).await?;
        let catalog = &self.shared.store.catalog;
        let found = catalog
            .find_upload(account, &at.bucket, &at.key, &at.id)
            .await?;
        found.ok_or_else(|| no_upload(&at.id))
    }

    /// The object that an upload became.
    async fn finished_before(
        &self,
        account: AccountId,
        at: &UploadPlace,
    ) -> Result<Option<port::Object>> {
        let catalog = &self.shared.store.catalog;
        let found = catalog.find_object(account, &at.bucket, &at.key).await?;
        let Some(found) = found else { return Ok(None) };
        let is_it = facets(&found)?.upload.as_ref() == Some(&at.id);
        is_it.then(|| object(found)).transpose()
    }

    /// The parts that an object is to be made of, in their order.
    async fn chosen(
        &self,
        account: AccountId,
        at: &UploadPlace,
        wanted: &[(u32, String)],
    ) -> Result<Vec<Known>> {
        if !wanted.is_sorted_by(|(a, _), (b, _)| a < b) {
            let message = "parts must be listed by their numbers, each once";
            return Err(Error::invalid("InvalidPartOrder", message));
        }
        let catalog = &self.shared.store.catalog;
        let all = catalog.list_parts(account, &at.id, 0, PARTS_MAX).await?;
        let mut all = all.into_iter();
        let mut chosen = Vec::with_capacity(wanted.len());
        for (number, etag) in wanted {
            let part = all.find(|part| part.number == *number);
            let part = part.map(Known::try_from).transpose()?;
            let part = part.filter(|part| part.facets.etag.eq_ignore_ascii_case(etag));
            chosen.push(part.ok_or_else(|| {
                let message = format!("there is no part {number} with this ETag");
                Error::invalid("InvalidPart", message)
            })?);
        }
        let Some((_, all_but_last)) = chosen.split_last() else {
            return Err(Error::invalid(
                "InvalidPart",
                "an object has one part at least",
            ));
        };
        if let Some(small) = all_but_last
            .iter()
            .find(|part| part.place.size_bytes < PART_BYTES_MIN)
        {
            let Known { number, place, .. } = small;
            let message = format!(
                "part {number} has {} bytes; every part but the last has {PART_BYTES_MIN} at least",
                place.size_bytes
            );
            return Err(Error::invalid("PartTooSmall", message));
        }
        Ok(chosen)
    }

    /// All pieces of parts, and the parts' own lists, which are no longer needed then.
    async fn pieces_of(&self, parts: &[Known]) -> Result<(Vec<StoredPiece>, Vec<String>)> {
        let (mut pieces, mut lists) = (Vec::new(), Vec::new());
        for part in parts {
            let found = content::pieces(&self.shared.artifacts, &part.place).await?;
            pieces.extend(found.ok_or_else(|| {
                let message = format!("part {} was replaced meanwhile", part.number);
                Error::invalid("InvalidPart", message)
            })?);
            if part.place.pieces > 0 {
                lists.push(part.place.blob.clone());
            }
        }
        Ok((pieces, lists))
    }

    async fn drop_part(&self, part: Part) {
        match Known::try_from(part) {
            Ok(part) => content::delete(&self.shared.artifacts, &part.place).await,
            Err(error) => tracing::warn!(%error, "a part that is no longer named stays"),
        }
    }

    /// Forgets the uploads of a bucket that is no more.
    pub(super) async fn drop_uploads(&self, account: AccountId, bucket: &Name) -> Result<()> {
        let catalog = &self.shared.store.catalog;
        loop {
            let found = catalog
                .list_uploads(account, bucket, "", None, ABANDONED)
                .await?;
            if found.is_empty() {
                return Ok(());
            }
            for upload in found {
                self.forget(account, bucket, upload).await?;
            }
        }
    }

    async fn forget(&self, account: AccountId, bucket: &Name, upload: Upload) -> Result<()> {
        let Upload { key, id, .. } = upload;
        let bucket = bucket.clone();
        match self
            .drop_upload(account, &UploadPlace { bucket, key, id })
            .await
        {
            // Somebody else has.
            Err(error) if error.code == "UploadNotFound" => Ok(()),
            done => done,
        }
    }
}

/// Forgets uploads that nobody finished in time; how many.
pub(crate) async fn forget_abandoned(shared: &std::sync::Arc<Shared>) -> Result<u64> {
    let port = Port::of(shared).await;
    let before = shared.clock.now().as_millis() - UPLOAD_DAYS_MAX as i64 * DAY_MS;
    let before = steploom_types::Timestamp::from_millis(before);
    let catalog = &shared.store.catalog;
    let mut count = 0;
    loop {
        let old = catalog.old_uploads(before, ABANDONED).await?;
        if old.is_empty() {
            return Ok(count);
        }
        for (account, bucket, upload) in old {
            port.forget(account, &bucket, upload).await?;
            count += 1;
        }
    }
}

/// What is known of an object that is made of parts.
fn joined(upload: &Upload, parts: &[Known], place: &Place) -> Result<String> {
    let corrupt = |why: String| StoreError::Corrupt(format!("the upload '{}': {why}", upload.id));
    let mut facets: Facets =
        serde_json::from_str(&upload.facets).map_err(|why| corrupt(why.to_string()))?;
    let (mut md5, mut crc32) = (Md5::new(), crc32fast::Hasher::new());
    for part in parts {
        let wrong = || corrupt(format!("the checksums of part {}", part.number));
        md5.update(hex::decode(&part.facets.etag).map_err(|_| wrong())?);
        let sum = content::crc32_of(&part.facets.crc32).ok_or_else(wrong)?;
        let next = crc32fast::Hasher::new_with_initial_len(sum, part.place.size_bytes);
        crc32.combine(&next);
    }
    facets.etag = format!("{}-{}", hex::encode(md5.finalize()), parts.len());
    facets.crc32 = content::crc32_text(crc32.finalize());
    facets.pieces = place.pieces;
    facets.upload = Some(upload.id.clone());
    serde_json::to_string(&facets).map_err(Error::internal)
}

fn shown(upload: Upload) -> port::Upload {
    port::Upload {
        key: upload.key,
        id: upload.id,
        started_at: upload.started_at,
    }
}

fn shown_part(part: &Part, facets: PartFacets) -> port::Part {
    port::Part {
        number: part.number,
        size_bytes: part.size_bytes,
        etag: facets.etag,
        crc32: facets.crc32,
        modified_at: part.modified_at,
    }
}

fn no_upload(id: &str) -> Error {
    Error::not_found(
        "UploadNotFound",
        format!("there is no upload '{}'", id.escape_debug()),
    )
}
