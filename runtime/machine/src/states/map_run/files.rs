//! Files of results: what `ResultWriter` writes, and the manifest that names it.

use serde_json::{Value, json};
use steploom_types::{Json, limits};

use super::{Names, Pending};
use crate::snapshot::{self, Reader, Snap, Writer};

/// Files of results.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) bucket: String,
    prefix: String,
    is_lines: bool,
    /// By how the iterations ended.
    lists: [List; 3],
    manifest: Option<String>,
    /// What is being written.
    pub(super) writing: Pending,
}

/// The files of those that ended alike.
#[derive(Debug)]
struct List {
    name: &'static str,
    /// What is yet to be written.
    text: String,
    /// Whether the text is to be written though it is not full.
    is_over: bool,
    /// Files written, with their sizes.
    files: Vec<Value>,
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
            text: String::new(),
            is_over: false,
            files: Vec::new(),
        }
    }

    fn add(&mut self, value: &Value, is_lines: bool) {
        if !self.text.is_empty() {
            self.text.push(if is_lines { '\n' } else { ',' });
        }
        self.text.push_str(&value.to_string());
    }

    fn is_due(&self) -> bool {
        !self.text.is_empty()
            && (self.is_over || self.text.len() >= limits::map_run::RESULT_FILE_BYTES)
    }
}

impl Stored {
    pub(super) fn new(bucket: String, prefix: String, is_lines: bool) -> Self {
        Self {
            bucket,
            prefix,
            is_lines,
            lists: NAMES.map(List::new),
            manifest: None,
            writing: None,
        }
    }

    /// Adds a result to a list.
    pub(super) fn add(&mut self, list: usize, value: &Value) {
        self.lists[list].add(value, self.is_lines);
    }

    /// All results are in.
    pub(super) fn finish(&mut self, names: &Names) {
        for list in &mut self.lists {
            list.is_over = true;
        }
        self.manifest = Some(names.arn.to_string());
    }

    /// Whether a file is full while another is being written.
    pub(super) fn is_full(&self) -> bool {
        self.writing.is_some() && self.lists.iter().any(List::is_due)
    }

    /// The state's result where results are stored.
    pub(super) fn result(&self, names: &Names) -> Json {
        let details = json!({ "Bucket": self.bucket, "Key": self.manifest_key(names) });
        json!({ "MapRunArn": &*names.arn, "ResultWriterDetails": details }).into()
    }

    fn key(&self, names: &Names, file: &str) -> String {
        match self.prefix.trim_end_matches('/') {
            "" => format!("{}/{file}", names.id),
            prefix => format!("{prefix}/{}/{file}", names.id),
        }
    }

    fn manifest_key(&self, names: &Names) -> String {
        self.key(names, "manifest.json")
    }

    /// The next object to be written: its key and its content.
    pub(super) fn take(&mut self, names: &Names) -> Option<(String, String)> {
        let extension = if self.is_lines { "jsonl" } else { "json" };
        if let Some(place) = self.lists.iter().position(List::is_due) {
            let list = &self.lists[place];
            let file = format!("{}_{}.{extension}", list.name, list.files.len());
            let key = self.key(names, &file);
            let list = &mut self.lists[place];
            let text = std::mem::take(&mut list.text);
            let body = if self.is_lines {
                text
            } else {
                format!("[{text}]")
            };
            list.files.push(json!({ "Key": key, "Size": body.len() }));
            return Some((key, body));
        }
        let arn = self.manifest.take()?;
        let [succeeded, failed, pending] = &self.lists;
        let manifest = json!({
            "DestinationBucket": self.bucket,
            "MapRunArn": arn,
            "ResultFiles": {
                "FAILED": failed.files,
                "PENDING": pending.files,
                "SUCCEEDED": succeeded.files,
            },
        });
        Some((self.manifest_key(names), manifest.to_string()))
    }
}

snapshot::fields!(Stored {
    bucket,
    prefix,
    is_lines,
    lists,
    manifest,
    writing,
});

impl Snap for [List; 3] {
    fn put(&self, out: &mut Writer) {
        for list in self {
            let List {
                name: _,
                text,
                is_over,
                files,
            } = list;
            text.put(out);
            is_over.put(out);
            files.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let mut lists = NAMES.map(List::new);
        for list in &mut lists {
            list.text = Snap::take(from)?;
            list.is_over = Snap::take(from)?;
            list.files = Snap::take(from)?;
        }
        Some(lists)
    }
}
