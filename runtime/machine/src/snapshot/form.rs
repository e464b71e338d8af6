//! How a type is written and read: the trait, what it works on, and the macros that list fields.

use std::any::Any;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use steploom_asl::Machine;
use steploom_asl::model::{State, StateIx};
use steploom_types::{Digest, Json};

/// A type that a snapshot can hold.
pub(crate) trait Snap: Sized {
    /// Writes it.
    fn put(&self, out: &mut Writer);

    /// Reads it. `None` if the bytes are not what `put` wrote.
    fn take(from: &mut Reader<'_>) -> Option<Self>;
}

/// A snapshot that is being written.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    /// Where in memory what was written is, with what stands for it from then on.
    shared: BTreeMap<usize, u64>,
    /// What was written, by a hash of its bytes.
    contents: BTreeMap<u64, Content>,
    /// What has a number so far.
    numbered: u64,
    /// What is large and only named, if it may be.
    parts: Option<BTreeMap<Digest, Json>>,
    is_refused: bool,
}

/// Something that was written, and may be written again.
#[derive(Debug)]
struct Content {
    bytes: Range<usize>,
    number: u64,
}

/// Before what has no number, as it is so small that it is written again each time.
const SMALL: u64 = 0;
/// Before what gets the next number. What has one is written as this and its number.
const NUMBERED: u64 = 1;
/// Fewer bytes are small.
const SHARED_BYTES_MIN: usize = 24;

/// A snapshot that is being read.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    machine: &'a Machine,
    /// The state that what is being read belongs to.
    state: Option<StateIx>,
    /// What may be referred to, by its number.
    shared: Vec<Box<dyn Any>>,
    /// What is only named.
    parts: &'a BTreeMap<Digest, Json>,
}

impl Writer {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A number in as few bytes as it takes, seven bits in each.
    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Writes something that others share, or refers to it where it was written.
    pub(crate) fn share(&mut self, address: usize, put: impl FnOnce(&mut Self)) {
        if let Some(number) = self.shared.get(&address) {
            return self.number(NUMBERED + number);
        }
        self.number(NUMBERED);
        put(self);
        self.numbered += 1;
        self.shared.insert(address, self.numbered);
    }

    /// As [`Writer::share`], for what shares nothing itself. Whether two places share it, or have the
    /// same twice, cannot be seen from the bytes: what the definition says is shared by whoever has it
    /// from there, and by those who read it from a snapshot only among themselves.
    pub(crate) fn share_content(&mut self, address: usize, put: impl FnOnce(&mut Self)) {
        match self.shared.get(&address) {
            Some(&SMALL) => {
                self.number(SMALL);
                return put(self);
            }
            Some(number) => return self.number(NUMBERED + number),
            None => {}
        }
        let start = self.bytes.len();
        self.number(NUMBERED);
        put(self);
        let content = start + 1..self.bytes.len();
        if content.len() < SHARED_BYTES_MIN {
            self.bytes[start] = SMALL as u8;
            self.shared.insert(address, SMALL);
            return;
        }
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.bytes[content.clone()]);
        let hash = hasher.finish();
        let before = self.contents.get(&hash);
        if let Some(before) =
            before.filter(|before| self.bytes[before.bytes.clone()] == self.bytes[content.clone()])
        {
            let number = before.number;
            self.shared.insert(address, number);
            self.bytes.truncate(start);
            return self.number(NUMBERED + number);
        }
        self.numbered += 1;
        let number = self.numbered;
        self.shared.insert(address, number);
        let content = Content {
            bytes: content,
            number,
        };
        self.contents.entry(hash).or_insert(content);
    }

    /// One that names what is large, and is read only with that.
    pub(super) fn in_parts() -> Self {
        Self {
            parts: Some(BTreeMap::new()),
            ..Self::default()
        }
    }

    pub(super) fn names_parts(&self) -> bool {
        self.parts.is_some()
    }

    /// Writes JSON that never changes and may be large: its name, where that will do.
    pub(crate) fn part(&mut self, json: &Json) {
        let Some(parts) = &mut self.parts else {
            self.byte(0);
            let text = json.text();
            self.number(text.len() as u64);
            return self.raw(text.as_bytes());
        };
        let digest = json.digest();
        if let Entry::Vacant(new) = parts.entry(digest) {
            // It is read as text again.
            let Some(text) = json.held_as_text() else {
                return self.refuse();
            };
            new.insert(text);
        }
        self.byte(1);
        self.raw(digest.as_bytes());
    }

    /// There is something that cannot be kept.
    pub(crate) fn refuse(&mut self) {
        self.is_refused = true;
    }

    pub(super) fn into_bytes(self) -> Option<(Vec<u8>, Vec<Json>)> {
        let parts = self.parts.unwrap_or_default();
        (!self.is_refused).then(|| (self.bytes, parts.into_values().collect()))
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        machine: &'a Machine,
        bytes: &'a [u8],
        parts: &'a BTreeMap<Digest, Json>,
    ) -> Self {
        Self {
            parts,
            rest: bytes,
            machine,
            state: None,
            shared: Vec::new(),
        }
    }

    /// Reads what [`Writer::part`] wrote.
    pub(crate) fn part(&mut self) -> Option<Json> {
        if self.byte()? == 1 {
            let digest = Digest::from_bytes(self.array()?);
            return self.parts.get(&digest).cloned();
        }
        let length = self.length()?;
        let text = std::str::from_utf8(self.raw(length)?).ok()?;
        // What is no JSON is found out here, and not when somebody wants the value.
        Json::parse(text).ok().map(|json| json.as_text())
    }

    pub(super) fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    pub(crate) fn raw(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for place in 0..10 {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if place == 9 && bits > 1 {
                return None;
            }
            number |= bits << (7 * place);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// How many follow. Each takes a byte at least, so there are no more than bytes.
    pub(crate) fn length(&mut self) -> Option<usize> {
        let length = usize::try_from(self.number()?).ok()?;
        (length <= self.rest.len()).then_some(length)
    }

    /// Reads what [`Writer::share`] or [`Writer::share_content`] wrote.
    pub(crate) fn shared<T: Clone + 'static>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        match self.number()? {
            SMALL => take(self),
            NUMBERED => {
                let taken = take(self)?;
                self.shared.push(Box::new(taken.clone()));
                Some(taken)
            }
            other => {
                let place = usize::try_from(other - NUMBERED - 1).ok()?;
                self.shared.get(place)?.downcast_ref().cloned()
            }
        }
    }

    /// What follows belongs to this state. `None` if there is no such state.
    pub(crate) fn enter(&mut self, state: StateIx) -> Option<()> {
        self.machine.states.get(state.0 as usize)?;
        self.state = Some(state);
        Some(())
    }

    /// The state that what is being read belongs to.
    pub(crate) fn state(&self) -> Option<&'a State> {
        self.state.map(|state| self.machine.state(state))
    }
}

/// Lists the fields of a type, in the order in which they are written. One that is left out does not
/// compile.
macro_rules! fields {
    ($type:ty { $($field:ident),+ $(,)? }) => {
        impl crate::snapshot::Snap for $type {
            fn put(&self, out: &mut crate::snapshot::Writer) {
                let Self { $($field),+ } = self;
                $(crate::snapshot::Snap::put($field, out);)+
            }

            fn take(from: &mut crate::snapshot::Reader<'_>) -> Option<Self> {
                $(let $field = crate::snapshot::Snap::take(from)?;)+
                Some(Self { $($field),+ })
            }
        }
    };
}

/// Lists the variants of a type, each with the byte that stands for it and with what it holds.
macro_rules! variants {
    ($type:ty { $($tag:literal => $variant:ident $(($($held:ident),+))? $({ $($field:ident),+ })?),+ $(,)? }) => {
        impl crate::snapshot::Snap for $type {
            fn put(&self, out: &mut crate::snapshot::Writer) {
                match self {
                    $(Self::$variant $(($($held),+))? $({ $($field),+ })? => {
                        out.byte($tag);
                        $($(crate::snapshot::Snap::put($held, out);)+)?
                        $($(crate::snapshot::Snap::put($field, out);)+)?
                    })+
                }
            }

            fn take(from: &mut crate::snapshot::Reader<'_>) -> Option<Self> {
                match from.byte()? {
                    $($tag => {
                        $($(let $held = crate::snapshot::Snap::take(from)?;)+)?
                        $($(let $field = crate::snapshot::Snap::take(from)?;)+)?
                        Some(Self::$variant $(($($held),+))? $({ $($field),+ })?)
                    })+
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {fields, variants};
