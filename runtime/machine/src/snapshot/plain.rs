//! Types that are not the machine's own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use steploom_asl::model::{OnFailure, StateIx, Transformation};
use steploom_types::{AccountId, Digest, ExecutionId, MachineName, Name, Timestamp};

use super::{Reader, Snap, Writer, variants};
use crate::ActionId;

impl Snap for u64 {
    fn put(&self, out: &mut Writer) {
        out.number(*self);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.number()
    }
}

impl Snap for u32 {
    fn put(&self, out: &mut Writer) {
        out.number((*self).into());
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

impl Snap for usize {
    fn put(&self, out: &mut Writer) {
        out.number(*self as u64);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

impl Snap for i64 {
    /// The sign goes into the lowest bit.
    fn put(&self, out: &mut Writer) {
        out.number(((self << 1) ^ (self >> 63)) as u64);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

impl Snap for i8 {
    fn put(&self, out: &mut Writer) {
        i64::from(*self).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        i64::take(from)?.try_into().ok()
    }
}

impl Snap for f64 {
    fn put(&self, out: &mut Writer) {
        out.raw(&self.to_bits().to_le_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self::from_bits(u64::from_le_bytes(from.array()?)))
    }
}

impl Snap for bool {
    fn put(&self, out: &mut Writer) {
        out.byte(u8::from(*self));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        match from.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Snap for () {
    fn put(&self, _: &mut Writer) {}

    fn take(_: &mut Reader<'_>) -> Option<Self> {
        Some(())
    }
}

pub(super) fn put_text(text: &str, out: &mut Writer) {
    out.number(text.len() as u64);
    out.raw(text.as_bytes());
}

pub(super) fn take_text<'a>(from: &mut Reader<'a>) -> Option<&'a str> {
    let length = from.length()?;
    std::str::from_utf8(from.raw(length)?).ok()
}

impl Snap for String {
    fn put(&self, out: &mut Writer) {
        put_text(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        take_text(from).map(str::to_owned)
    }
}

impl Snap for Arc<str> {
    fn put(&self, out: &mut Writer) {
        let address = Arc::as_ptr(self).cast::<()>() as usize;
        out.share_content(address, |out| put_text(self, out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.shared(|from| take_text(from).map(Self::from))
    }
}

impl<T: Snap + 'static> Snap for Arc<T> {
    fn put(&self, out: &mut Writer) {
        let address = Self::as_ptr(self) as usize;
        out.share(address, |out| T::put(self, out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.shared(|from| T::take(from).map(Self::new))
    }
}

impl<T: Snap> Snap for Box<T> {
    fn put(&self, out: &mut Writer) {
        T::put(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        T::take(from).map(Self::new)
    }
}

impl<T: Snap> Snap for Option<T> {
    fn put(&self, out: &mut Writer) {
        out.byte(u8::from(self.is_some()));
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        if bool::take(from)? {
            T::take(from).map(Some)
        } else {
            Some(None)
        }
    }
}

impl<T: Snap, E: Snap> Snap for Result<T, E> {
    fn put(&self, out: &mut Writer) {
        out.byte(u8::from(self.is_err()));
        match self {
            Ok(value) => value.put(out),
            Err(error) => error.put(out),
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        if bool::take(from)? {
            E::take(from).map(Err)
        } else {
            T::take(from).map(Ok)
        }
    }
}

impl<A: Snap, B: Snap> Snap for (A, B) {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::take(from)?, B::take(from)?))
    }
}

fn put_all<'a, T: Snap + 'a>(all: impl ExactSizeIterator<Item = &'a T>, out: &mut Writer) {
    out.number(all.len() as u64);
    for one in all {
        one.put(out);
    }
}

/// Room is made as they come, so that a length that lies costs nothing.
fn take_all<T: Snap, C: Default + Extend<T>>(from: &mut Reader<'_>) -> Option<C> {
    let mut all = C::default();
    for _ in 0..from.length()? {
        all.extend([T::take(from)?]);
    }
    Some(all)
}

impl<T: Snap> Snap for Vec<T> {
    fn put(&self, out: &mut Writer) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        take_all(from)
    }
}

impl<T: Snap> Snap for VecDeque<T> {
    fn put(&self, out: &mut Writer) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        take_all(from)
    }
}

impl<T: Snap + Ord> Snap for BTreeSet<T> {
    fn put(&self, out: &mut Writer) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        take_all(from)
    }
}

impl<K: Snap + Ord, V: Snap> Snap for BTreeMap<K, V> {
    fn put(&self, out: &mut Writer) {
        out.number(self.len() as u64);
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let mut all = Self::new();
        for _ in 0..from.length()? {
            all.insert(K::take(from)?, V::take(from)?);
        }
        Some(all)
    }
}

impl Snap for Timestamp {
    fn put(&self, out: &mut Writer) {
        self.as_millis().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        i64::take(from).map(Self::from_millis)
    }
}

impl Snap for ActionId {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        u64::take(from).map(Self)
    }
}

impl Snap for StateIx {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
    }

    /// What follows belongs to this state.
    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let state = Self(u32::take(from)?);
        from.enter(state)?;
        Some(state)
    }
}

impl Snap for AccountId {
    fn put(&self, out: &mut Writer) {
        self.as_u64().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Self::from_u64(u64::take(from)?)
    }
}

impl Snap for ExecutionId {
    fn put(&self, out: &mut Writer) {
        out.raw(&self.to_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.array().map(Self::from_bytes)
    }
}

impl Snap for Digest {
    fn put(&self, out: &mut Writer) {
        out.raw(self.as_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.array().map(Self::from_bytes)
    }
}

impl Snap for Name {
    fn put(&self, out: &mut Writer) {
        put_text(self.as_str(), out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        take_text(from)?.parse().ok()
    }
}

impl Snap for MachineName {
    fn put(&self, out: &mut Writer) {
        put_text(&self.to_string(), out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        take_text(from)?.parse().ok()
    }
}

variants!(OnFailure { 0 => Cancel, 1 => Skip });
variants!(Transformation { 0 => None, 1 => Compact, 2 => Flatten });
