//! CSV: a row is an item, an object whose values are all texts.
//!
//! As RFC 4180 has it, and tolerant as AWS is: short rows are filled up with empty texts, what goes
//! beyond the headers is dropped, lines without any character are passed over.

use serde_json::{Map, Value};

use super::{ITEM_BYTES_MAX, failed, too_long};
use crate::Failure;

/// The mark that some programs put before UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

#[derive(Debug)]
pub(super) struct Csv {
    headers: Option<Vec<String>>,
    delimiter: Vec<u8>,
    row: Vec<String>,
    field: Vec<u8>,
    place: Place,
    /// Bytes of the row so far.
    row_bytes: usize,
    is_begin: bool,
}

/// Where in a row the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the start of a row.
    Row,
    /// At the start of a field that is not the first.
    Field,
    /// In a field without quotes, or after the closing quote.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote between quotes: the end, or the first of two that stand for one.
    Quote,
}

impl Csv {
    pub(super) fn new(headers: Option<Vec<String>>, delimiter: char) -> Result<Self, Failure> {
        if let Some(headers) = &headers {
            ensure_distinct(headers)?;
        }
        Ok(Self {
            headers,
            delimiter: delimiter.to_string().into_bytes(),
            row: Vec::new(),
            field: Vec::new(),
            place: Place::Row,
            row_bytes: 0,
            is_begin: true,
        })
    }

    pub(super) fn feed(&mut self, piece: &[u8], items: &mut Vec<Value>) -> Result<(), Failure> {
        for byte in piece {
            self.take(*byte, items)?;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, items: &mut Vec<Value>) -> Result<(), Failure> {
        if self.place == Place::Row {
            return Ok(());
        }
        self.end_row(items)
    }

    fn take(&mut self, byte: u8, items: &mut Vec<Value>) -> Result<(), Failure> {
        self.row_bytes += 1;
        if self.row_bytes > ITEM_BYTES_MAX {
            return Err(too_long());
        }
        match (self.place, byte) {
            (Place::Quoted, b'"') => self.place = Place::Quote,
            (Place::Quoted, _) => self.field.push(byte),
            (Place::Quote, b'"') => {
                self.field.push(byte);
                self.place = Place::Quoted;
            }
            (Place::Row | Place::Field, b'"') => self.place = Place::Quoted,
            (Place::Row, b'\n' | b'\r') => self.row_bytes = 0,
            (_, b'\n') => self.end_row(items)?,
            (_, b'\r') => self.place = Place::Plain,
            _ => self.plain(byte),
        }
        if self.is_begin && self.field == MARK {
            self.field.clear();
            self.place = Place::Row;
        }
        Ok(())
    }

    fn plain(&mut self, byte: u8) {
        self.field.push(byte);
        self.place = Place::Plain;
        if self.field.ends_with(&self.delimiter) {
            self.field.truncate(self.field.len() - self.delimiter.len());
            self.end_field();
            self.place = Place::Field;
        }
    }

    fn end_field(&mut self) {
        self.is_begin = false;
        let field = std::mem::take(&mut self.field);
        self.row.push(match String::from_utf8(field) {
            Ok(text) => text,
            Err(bad) => String::from_utf8_lossy(bad.as_bytes()).into_owned(),
        });
    }

    fn end_row(&mut self, items: &mut Vec<Value>) -> Result<(), Failure> {
        self.end_field();
        self.place = Place::Row;
        self.row_bytes = 0;
        let row = std::mem::take(&mut self.row);
        let Some(headers) = &self.headers else {
            ensure_distinct(&row)?;
            self.headers = Some(row);
            return Ok(());
        };
        let mut values = row.into_iter();
        let item: Map<String, Value> = headers
            .iter()
            .map(|header| (header.clone(), values.next().unwrap_or_default().into()))
            .collect();
        items.push(item.into());
        Ok(())
    }
}

fn ensure_distinct(headers: &[String]) -> Result<(), Failure> {
    let mut sorted: Vec<&String> = headers.iter().collect();
    sorted.sort();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(failed("CSV headers cannot contain duplicates."));
    }
    Ok(())
}
