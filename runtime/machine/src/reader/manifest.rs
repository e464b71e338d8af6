//! An inventory of S3: a manifest in JSON that names files of CSV, each of whose rows is an item.

use serde::Deserialize;
use steploom_asl::model::ReaderFormat;

use super::{Reader, failed};
use crate::Failure;

/// Files that a manifest may name.
const FILES_MAX: usize = 100_000;

/// What a manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The bucket that the files are in.
    pub bucket: String,
    /// Their keys, in order. Those that end with `.gz` are compressed.
    pub files: Vec<String>,
    headers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(default)]
    destination_bucket: String,
    #[serde(default)]
    file_format: String,
    #[serde(default)]
    file_schema: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    key: String,
}

/// Reads a manifest's text, such as S3 writes it beside an inventory.
///
/// # Errors
/// `States.ItemReaderFailed`: it is no manifest, or its files are not CSV.
pub fn parse(text: &[u8]) -> Result<Manifest, Failure> {
    let written: Written = serde_json::from_slice(text)
        .map_err(|why| failed(format!("The manifest is not valid: {why}")))?;
    if !written.file_format.eq_ignore_ascii_case("CSV") {
        return Err(failed(format!(
            "The manifest's file format '{}' is not supported; CSV is.",
            written.file_format.escape_default()
        )));
    }
    if written.files.len() > FILES_MAX {
        return Err(failed(format!(
            "The manifest names more than {FILES_MAX} files."
        )));
    }
    let bucket = written.destination_bucket;
    let headers = written.file_schema.split(',');
    Ok(Manifest {
        bucket: bucket.rsplit(":::").next().unwrap_or_default().to_owned(),
        files: written.files.into_iter().map(|file| file.key).collect(),
        headers: headers.map(|header| header.trim().to_owned()).collect(),
    })
}

impl Manifest {
    /// A reader of one of the files.
    ///
    /// # Errors
    /// `States.ItemReaderFailed`: the schema names a column twice.
    pub fn reader(&self) -> Result<Reader, Failure> {
        Reader::new(&ReaderFormat::Csv {
            headers: Some(self.headers.clone()),
            delimiter: ',',
        })
    }
}
