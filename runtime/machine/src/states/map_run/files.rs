//! Files of results: what `ResultWriter` writes, and the manifest that names it. A range writes parts
//! of such files, of which its parent makes files.

use serde_json::{Value, json};
use steploom_types::{Digest, ExecutionId, Json, limits};

use super::Names;
use super::range::Part;
use crate::snapshot::{self, Reader, Snap, Writer};
use crate::{ActionId, Piece, WriteTo};

/// Files of results.
#[derive(Debug)]
pub(super) struct Stored {
    target: Target,
    is_lines: bool,
    /// By how the iterations ended.
    lists: [List; 3],
    manifest: Option<String>,
    writing: Option<Writing>,
    /// What was being written as the map run came to rest.
    unwritten: Option<Unwritten>,
}

/// What is being written.
#[derive(Debug)]
struct Writing {
    action: ActionId,
    /// Whose results it has, and how many; none for the manifest.
    list: Option<usize>,
    count: u64,
}

/// An object of those that ended well, still to be written.
#[derive(Debug)]
struct Unwritten {
    to: WriteTo,
    body: Vec<Piece>,
    count: u64,
}

/// Where results go.
#[derive(Debug)]
pub(super) enum Target {
    /// To files in a bucket, and a manifest.
    Files {
        /// The bucket.
        bucket: String,
        /// How the files' keys begin.
        prefix: String,
    },
    /// To parts of files, among the objects of the range's parent.
    Parts {
        /// The parent.
        owner: ExecutionId,
    },
}

/// The files of those that ended alike.
#[derive(Debug)]
struct List {
    name: &'static str,
    /// What is yet to be written.
    pieces: Vec<Piece>,
    /// Its bytes, and the results in it.
    bytes: usize,
    count: u64,
    /// Whether it is to be written though it is not full.
    is_over: bool,
    /// Files written, with their sizes.
    files: Vec<Value>,
    /// Parts written, where those are.
    parts: Vec<Part>,
    /// Results that are in files.
    written: u64,
}

/// Places in the lists.
pub(super) const SUCCEEDED: usize = 0;
pub(super) const FAILED: usize = 1;
pub(super) const PENDING: usize = 2;

/// The lists' names, by their places.
const NAMES: [&str; 3] = ["SUCCEEDED", "FAILED", "PENDING"];

impl List {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            pieces: Vec::new(),
            bytes: 0,
            count: 0,
            is_over: false,
            files: Vec::new(),
            parts: Vec::new(),
            written: 0,
        }
    }

    fn add(&mut self, value: &Value, is_lines: bool) {
        self.separate(is_lines);
        self.text(&value.to_string());
        self.count += 1;
    }

    fn add_part(&mut self, owner: ExecutionId, part: &Part, is_lines: bool) {
        self.separate(is_lines);
        self.pieces.push(Piece::Stored {
            owner,
            digest: part.digest,
        });
        self.bytes += part.bytes;
        self.count += part.count;
    }

    fn separate(&mut self, is_lines: bool) {
        if self.bytes > 0 {
            self.text(if is_lines { "\n" } else { "," });
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes += text.len();
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.push_str(text);
        } else {
            self.pieces.push(Piece::Text(text.to_owned()));
        }
    }

    fn is_due(&self) -> bool {
        self.bytes > 0 && (self.is_over || self.bytes >= limits::map_run::RESULT_FILE_BYTES)
    }

    /// What is yet to be written: its pieces, its bytes and the results in it.
    fn take(&mut self) -> (Vec<Piece>, usize, u64) {
        (
            std::mem::take(&mut self.pieces),
            std::mem::take(&mut self.bytes),
            std::mem::take(&mut self.count),
        )
    }
}

impl Stored {
    pub(super) fn new(target: Target, is_lines: bool) -> Self {
        Self {
            target,
            is_lines,
            lists: NAMES.map(List::new),
            manifest: None,
            writing: None,
            unwritten: None,
        }
    }

    /// Adds a result to a list.
    pub(super) fn add(&mut self, list: usize, value: &Value) {
        self.lists[list].add(value, self.is_lines);
    }

    /// Adds parts that a range has written.
    pub(super) fn add_parts(&mut self, owner: ExecutionId, parts: [Vec<Part>; 3]) {
        for (list, parts) in self.lists.iter_mut().zip(parts) {
            for part in parts {
                list.add_part(owner, &part, self.is_lines);
            }
        }
    }

    /// The parts that were written.
    pub(super) fn into_parts(self) -> [Vec<Part>; 3] {
        self.lists.map(|list| list.parts)
    }

    /// All results are in.
    pub(super) fn finish(&mut self, names: &Names) {
        for list in &mut self.lists {
            list.is_over = true;
        }
        if matches!(self.target, Target::Files { .. }) {
            self.manifest = Some(names.arn.to_string());
        }
    }

    /// What is being written.
    pub(super) fn writing(&self) -> Option<ActionId> {
        self.writing.as_ref().map(|writing| writing.action)
    }

    /// What was being written is.
    pub(super) fn written(&mut self) {
        if let Some(writing) = self.writing.take()
            && let Some(list) = writing.list
        {
            self.lists[list].written += writing.count;
        }
    }

    /// What was being written is not. What did not end well is written anew, if it is at all.
    pub(super) fn unwritten(&mut self, to: WriteTo, body: Vec<Piece>) {
        if let Some(writing) = self.writing.take()
            && writing.list == Some(SUCCEEDED)
        {
            let count = writing.count;
            self.unwritten = Some(Unwritten { to, body, count });
        }
    }

    /// Results that are in files.
    pub(super) fn written_count(&self) -> u64 {
        self.lists.iter().map(|list| list.written).sum()
    }

    /// Begins the files of those that did not end well anew.
    pub(super) fn begin_again(&mut self) {
        self.manifest = None;
        self.lists[SUCCEEDED].is_over = false;
        for list in [FAILED, PENDING] {
            self.lists[list] = List::new(NAMES[list]);
        }
    }

    /// Whether a file is full while another is being written.
    pub(super) fn is_full(&self) -> bool {
        self.writing.is_some() && self.lists.iter().any(List::is_due)
    }

    /// The state's result where results are stored.
    pub(super) fn result(&self, names: &Names) -> Json {
        let details = match &self.target {
            Target::Files { bucket, prefix } => {
                json!({ "Bucket": bucket, "Key": key(prefix, names, MANIFEST) })
            }
            Target::Parts { .. } => Value::Null,
        };
        json!({ "MapRunArn": &*names.arn, "ResultWriterDetails": details }).into()
    }

    /// The next object to be written by `action`: where, and its content. None if there is none, or
    /// another one is being written.
    pub(super) fn take(
        &mut self,
        action: ActionId,
        names: &Names,
    ) -> Option<(WriteTo, Vec<Piece>)> {
        if self.writing.is_some() {
            return None;
        }
        let (list, (to, body, count)) = if let Some(unwritten) = self.unwritten.take() {
            let Unwritten { to, body, count } = unwritten;
            (Some(SUCCEEDED), (to, body, count))
        } else if let Some(list) = self.lists.iter().position(List::is_due) {
            (Some(list), self.take_list(list, names))
        } else {
            (None, self.take_manifest(names)?)
        };
        self.writing = Some(Writing {
            action,
            list,
            count,
        });
        Some((to, body))
    }

    fn take_list(&mut self, place: usize, names: &Names) -> (WriteTo, Vec<Piece>, u64) {
        let list = &mut self.lists[place];
        let (mut body, mut bytes, count) = list.take();
        let to = match &self.target {
            Target::Files { bucket, prefix } => {
                let extension = if self.is_lines { "jsonl" } else { "json" };
                let file = format!("{}_{}.{extension}", list.name, list.files.len());
                let key = key(prefix, names, &file);
                if !self.is_lines {
                    body.insert(0, Piece::Text("[".to_owned()));
                    body.push(Piece::Text("]".to_owned()));
                    bytes += 2;
                }
                list.files.push(json!({ "Key": key, "Size": bytes }));
                WriteTo::Bucket {
                    bucket: bucket.clone(),
                    key,
                }
            }
            Target::Parts { owner } => {
                let digest = digest(&body);
                list.parts.push(Part {
                    digest,
                    bytes,
                    count,
                });
                WriteTo::Own {
                    owner: *owner,
                    digest,
                }
            }
        };
        (to, body, count)
    }

    fn take_manifest(&mut self, names: &Names) -> Option<(WriteTo, Vec<Piece>, u64)> {
        let arn = self.manifest.take()?;
        let Target::Files { bucket, prefix } = &self.target else {
            return None;
        };
        let [succeeded, failed, pending] = &self.lists;
        let manifest = json!({
            "DestinationBucket": bucket,
            "MapRunArn": arn,
            "ResultFiles": {
                "FAILED": failed.files,
                "PENDING": pending.files,
                "SUCCEEDED": succeeded.files,
            },
        });
        let to = WriteTo::Bucket {
            bucket: bucket.clone(),
            key: key(prefix, names, MANIFEST),
        };
        Some((to, vec![Piece::Text(manifest.to_string())], 0))
    }
}

/// The file that names the others.
const MANIFEST: &str = "manifest.json";

fn key(prefix: &str, names: &Names, file: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => format!("{}/{file}", names.id),
        prefix => format!("{prefix}/{}/{file}", names.id),
    }
}

/// The digest of a part: a range's results are all texts.
fn digest(body: &[Piece]) -> Digest {
    match body {
        [Piece::Text(text)] => Digest::of(text.as_bytes()),
        pieces => {
            let text: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.as_str(),
                    Piece::Stored { .. } => "",
                })
                .collect();
            Digest::of(text.as_bytes())
        }
    }
}

snapshot::fields!(Stored {
    target,
    is_lines,
    lists,
    manifest,
    writing,
    unwritten,
});
snapshot::fields!(Writing {
    action,
    list,
    count,
});
snapshot::fields!(Unwritten { to, body, count });
snapshot::variants!(Target {
    0 => Files { bucket, prefix },
    1 => Parts { owner },
});
snapshot::variants!(Piece {
    0 => Text(text),
    1 => Stored { owner, digest },
});

impl Snap for [List; 3] {
    fn put(&self, out: &mut Writer) {
        for list in self {
            let List {
                name: _,
                pieces,
                bytes,
                count,
                is_over,
                files,
                parts,
                written,
            } = list;
            pieces.put(out);
            bytes.put(out);
            count.put(out);
            is_over.put(out);
            files.put(out);
            parts.put(out);
            written.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let mut lists = NAMES.map(List::new);
        for list in &mut lists {
            list.pieces = Snap::take(from)?;
            list.bytes = Snap::take(from)?;
            list.count = Snap::take(from)?;
            list.is_over = Snap::take(from)?;
            list.files = Snap::take(from)?;
            list.parts = Snap::take(from)?;
            list.written = Snap::take(from)?;
        }
        Some(lists)
    }
}
