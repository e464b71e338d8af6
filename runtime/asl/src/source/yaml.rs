//! YAML 1.2, in its core schema: what means the same as JSON.
//!
//! Aliases are copied, within a bound; tags other than those of the schema, keys that are no
//! scalars, and further documents are refused.

mod scalar;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use serde_json::{Map, Value};
use steploom_types::limits::{DEFINITION_BYTES_MAX, DIAGNOSTICS_MAX, JSON_DEPTH_MAX};

use super::Position;

/// A tree, and each name that an object has twice, with the object's place.
pub(super) struct Tree {
    pub(super) root: Value,
    pub(super) duplicates: Vec<(String, String)>,
}

/// Why a text is not YAML, or not what JSON can say.
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) position: Position,
}

/// The tree that a text is.
pub(super) fn parse(text: &str) -> Result<Tree, Problem> {
    let mut loader = Loader::default();
    loader.load(text)?;
    Ok(Tree {
        root: loader.root.unwrap_or_default(),
        duplicates: loader.duplicates,
    })
}

/// Where the place of a diagnostic is: at the key, or at the element of an array. A text that is
/// JSON is YAML as well.
pub(super) fn locate(text: &str, place: &str) -> Option<Position> {
    let mut loader = Loader {
        sought: Some(place),
        ..Loader::default()
    };
    // What comes behind the place does not matter.
    let _ = loader.load(text);
    loader.found
}

/// Makes the tree, event by event: nesting costs no stack.
#[derive(Default)]
struct Loader<'s> {
    open: Vec<Open>,
    root: Option<Value>,
    /// What anchors name, by their numbers.
    anchors: BTreeMap<usize, Value>,
    /// Bytes, about, of what aliases have copied.
    copied: usize,
    duplicates: Vec<(String, String)>,
    sought: Option<&'s str>,
    found: Option<Position>,
}

/// A collection whose end has not come.
struct Open {
    anchor: usize,
    kind: Kind,
}

enum Kind {
    Array(Vec<Value>),
    Object {
        fields: Map<String, Value>,
        key: Option<String>,
    },
}

impl Loader<'_> {
    fn load(&mut self, text: &str) -> Result<(), Problem> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| Problem::of(&error))?;
            self.event(event, span.start).map_err(|message| Problem {
                message,
                position: Position::of(span.start),
            })?;
            if self.found.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, at: Marker) -> Result<(), String> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                return Err("Only one document is expected".to_owned());
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain;
                let is_text = self.takes_key() || is_text(is_plain, tag.as_deref())?;
                let value = if is_text {
                    Value::String(text.into_owned())
                } else {
                    scalar::resolve(&text)?
                };
                self.put(value, anchor, at)?;
            }
            Event::Alias(anchor) => {
                let Some(value) = self.anchors.get(&anchor).cloned() else {
                    return Err("The anchor is not there, or is not closed yet".to_owned());
                };
                let (bytes, depth) = measure(&value);
                self.copied += bytes;
                if self.copied > DEFINITION_BYTES_MAX {
                    return Err(format!(
                        "Aliases may copy {DEFINITION_BYTES_MAX} bytes at the most"
                    ));
                }
                self.check_depth(depth)?;
                self.put(value, 0, at)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(anchor, tag.as_deref(), Kind::Array(Vec::new()), at)?;
            }
            Event::MappingStart(anchor, tag) => {
                let kind = Kind::Object {
                    fields: Map::new(),
                    key: None,
                };
                self.open(anchor, tag.as_deref(), kind, at)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { anchor, kind }) = self.open.pop() {
                    let value = match kind {
                        Kind::Array(items) => Value::Array(items),
                        Kind::Object { fields, .. } => Value::Object(fields),
                    };
                    self.add(value, anchor);
                }
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn open(
        &mut self,
        anchor: usize,
        tag: Option<&Tag>,
        kind: Kind,
        at: Marker,
    ) -> Result<(), String> {
        is_text(false, tag)?;
        if self.takes_key() {
            return Err("A key has to be a text".to_owned());
        }
        self.check_depth(1)?;
        self.seek(at);
        self.open.push(Open { anchor, kind });
        Ok(())
    }

    /// Whether what comes next is the key of a field.
    fn takes_key(&self) -> bool {
        let kind = self.open.last().map(|open| &open.kind);
        matches!(kind, Some(Kind::Object { key: None, .. }))
    }

    fn check_depth(&self, more: usize) -> Result<(), String> {
        if self.open.len() + more > JSON_DEPTH_MAX {
            return Err(format!("Values may be nested {JSON_DEPTH_MAX} deep"));
        }
        Ok(())
    }

    /// A scalar, or what an alias names: a key or a value.
    fn put(&mut self, value: Value, anchor: usize, at: Marker) -> Result<(), String> {
        if !self.takes_key() {
            self.seek(at);
            self.add(value, anchor);
            return Ok(());
        }
        let Value::String(name) = value else {
            return Err("A key has to be a text".to_owned());
        };
        if anchor > 0 {
            self.anchors.insert(anchor, Value::String(name.clone()));
        }
        let place = self.place();
        let Some(Open {
            kind: Kind::Object { fields, key },
            ..
        }) = self.open.last_mut()
        else {
            return Ok(());
        };
        if fields.contains_key(&name) && self.duplicates.len() <= DIAGNOSTICS_MAX {
            let place = if place.is_empty() { "/" } else { &place };
            self.duplicates.push((place.to_owned(), name.clone()));
        }
        *key = Some(name);
        self.seek(at);
        Ok(())
    }

    /// Adds a value to what is open.
    fn add(&mut self, value: Value, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(value),
            Some(Kind::Array(items)) => items.push(value),
            Some(Kind::Object { fields, key }) => {
                if let Some(key) = key.take() {
                    fields.insert(key, value);
                }
            }
        }
    }

    /// Notes the position, if this is the place that is sought.
    fn seek(&mut self, at: Marker) {
        let Some(sought) = self.sought else { return };
        let is_it = match sought {
            "" | "/" => self.open.is_empty(),
            _ => self.place() == sought,
        };
        if is_it && self.found.is_none() {
            self.found = Some(Position::of(at));
        }
    }

    /// The place of what comes next, as diagnostics have it.
    fn place(&self) -> String {
        let mut place = String::new();
        for open in &self.open {
            match &open.kind {
                Kind::Array(items) => {
                    let _ = write!(place, "[{}]", items.len());
                }
                Kind::Object { key: Some(key), .. } => {
                    place.push('/');
                    place.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                Kind::Object { key: None, .. } => {}
            }
        }
        place
    }
}

/// Whether a scalar is a text whatever it looks like.
fn is_text(is_plain: bool, tag: Option<&Tag>) -> Result<bool, String> {
    match tag {
        None => Ok(!is_plain),
        Some(tag) if tag.is_yaml_core_schema() => Ok(tag.suffix == "str"),
        Some(tag) if tag.handle == "!" && tag.suffix.is_empty() => Ok(true),
        Some(tag) => Err(format!(
            "The tag '{}{}' means nothing here",
            tag.handle, tag.suffix
        )),
    }
}

/// The bytes of a value, about, and how deep it is.
fn measure(value: &Value) -> (usize, usize) {
    let (mut bytes, mut depth) = (0, 0);
    let mut open = vec![(value, 1)];
    while let Some((value, level)) = open.pop() {
        bytes += 4;
        match value {
            Value::Array(items) => {
                depth = depth.max(level);
                open.extend(items.iter().map(|item| (item, level + 1)));
            }
            Value::Object(fields) => {
                depth = depth.max(level);
                bytes += fields.keys().map(|key| key.len() + 4).sum::<usize>();
                open.extend(fields.values().map(|field| (field, level + 1)));
            }
            Value::String(text) => bytes += text.len(),
            _ => {}
        }
    }
    (bytes, depth)
}

impl Problem {
    fn of(error: &ScanError) -> Self {
        Self {
            message: error.info().to_owned(),
            position: Position::of(*error.marker()),
        }
    }
}

impl Position {
    fn of(marker: Marker) -> Self {
        Self {
            line: marker.line(),
            column: marker.col() + 1,
        }
    }
}
