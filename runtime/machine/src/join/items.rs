//! The items of an inline `Map`. Many of them are held as text, in blocks, and become values one by one
//! as their iterations start.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;
use steploom_types::Json;
use steploom_types::limits::INLINE_BYTES_MAX;

use crate::frame::Item;
use crate::join::BLOCK;
use crate::snapshot;
use crate::snapshot::{Reader, Snap, Writer};

/// Items, by their places.
#[derive(Clone, Debug)]
pub(crate) enum Items {
    /// An array, or an object.
    Whole(Json),
    /// Arrays of [`BLOCK`] items each, but for the last.
    Blocks(Vec<Block>),
}

/// Some items: the text of an array, and where in there each ends.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    array: Json,
    ends: Vec<u32>,
}

impl Items {
    /// Many items, packed; as they are if they are few.
    pub(crate) fn packed(items: Json) -> Self {
        match items.value() {
            Value::Array(all) if all.len() > BLOCK => {
                let texts: Vec<_> = all.iter().map(ToString::to_string).collect();
                Self::of_texts(&texts).unwrap_or(Self::Whole(items))
            }
            _ => Self::Whole(items),
        }
    }

    /// The items at `names` of a large input, without a value of all of them; `None` if that is no large
    /// array.
    pub(crate) fn within(input: &Json, names: &[&str]) -> Option<Self> {
        if input.size() <= INLINE_BYTES_MAX {
            return None;
        }
        let mut text = input.text();
        for name in names {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
            text = fields.get(*name)?.get();
        }
        let all: Vec<&RawValue> = serde_json::from_str(text).ok()?;
        if all.len() <= BLOCK {
            return None;
        }
        let texts: Vec<_> = all.into_iter().map(RawValue::get).collect();
        Self::of_texts(&texts)
    }

    fn of_texts(texts: &[impl AsRef<str>]) -> Option<Self> {
        let blocks = texts.chunks(BLOCK).map(Block::of_texts);
        blocks.collect::<Option<_>>().map(Self::Blocks)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> Option<usize> {
        match self {
            Self::Whole(items) => match items.value() {
                Value::Array(items) => Some(items.len()),
                Value::Object(items) => Some(items.len()),
                _ => None,
            },
            Self::Blocks(blocks) => Some(blocks.iter().map(|block| block.ends.len()).sum()),
        }
    }

    /// The item at a place.
    pub(crate) fn at(&self, place: u32) -> Item {
        let (items, before) = match self {
            Self::Whole(items) => (items.clone(), 0),
            Self::Blocks(blocks) => {
                let at = place as usize;
                let item = blocks
                    .get(at / BLOCK)
                    .and_then(|block| block.item(at % BLOCK));
                (Value::Array(item.into_iter().collect()).into(), place)
            }
        };
        Item {
            items,
            index: place - before,
            before,
            run: None,
        }
    }
}

impl Block {
    fn of_texts(texts: &[impl AsRef<str>]) -> Option<Self> {
        let bytes: usize = texts.iter().map(|text| text.as_ref().len() + 1).sum();
        let mut array = String::with_capacity(bytes + 1);
        let mut ends = Vec::with_capacity(texts.len());
        for text in texts {
            array.push(if array.is_empty() { '[' } else { ',' });
            array.push_str(text.as_ref());
            ends.push(u32::try_from(array.len()).ok()?);
        }
        array.push(']');
        let array = Json::of_text(array)?;
        Some(Self { array, ends })
    }

    /// The block of an array's text.
    fn of(array: &Json) -> Option<Self> {
        let texts: Vec<&RawValue> = serde_json::from_str(array.text()).ok()?;
        let texts: Vec<_> = texts.into_iter().map(RawValue::get).collect();
        Self::of_texts(&texts)
    }

    fn item(&self, place: usize) -> Option<Value> {
        let before = place.checked_sub(1).map(|before| self.ends.get(before));
        let from = before.map_or(Some(0), Option::<&u32>::copied)? as usize + 1;
        let text = self
            .array
            .text()
            .get(from..*self.ends.get(place)? as usize)?;
        serde_json::from_str(text).ok()
    }
}

snapshot::variants!(Items {
    0 => Whole(items),
    1 => Blocks(blocks),
});

/// Where items end is found again.
impl Snap for Block {
    fn put(&self, out: &mut Writer) {
        out.part(&self.array);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Self::of(&from.part()?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(items: &Items, expected: &[Value]) {
        assert_eq!(items.len(), Some(expected.len()));
        for (place, value) in (0_u32..).zip(expected) {
            let item = items.at(place);
            assert_eq!(item.before + item.index, place);
            assert_eq!(item.items.value()[item.index as usize], *value);
        }
    }

    #[test]
    fn items_are_the_same_however_they_are_held() {
        let all: Vec<_> = (0..2 * BLOCK + 3)
            .map(|n| json!({ "n": n, "text": "a,]\"[ b", "more": [1.0, null] }))
            .collect();
        let array = Json::from(Value::Array(all.clone()));
        let packed = Items::packed(array.clone());
        assert!(matches!(packed, Items::Blocks(_)));
        check(&packed, &all);
        check(&Items::within(&array, &[]).expect("it is large"), &all);
        let input = format!(r#"{{"a": 1, "b": {{"c": [1]}}, "b": {{"c": {array} }} }}"#);
        let input = Json::parse(&input).expect("JSON");
        check(
            &Items::within(&input, &["b", "c"]).expect("the last counts"),
            &all,
        );
        check(&Items::packed(array), &all);
    }

    #[test]
    fn few_items_and_other_values_are_left_as_they_are() {
        let text = "x".repeat(INLINE_BYTES_MAX);
        let input = Json::from(json!({ "few": [1, 2], "none": {}, "text": text }));
        for names in [
            &["few"][..],
            &["none"],
            &["text"],
            &["no"],
            &["few", "no"],
            &[],
        ] {
            assert!(Items::within(&input, names).is_none(), "{names:?}");
        }
        check(&Items::packed(json!([1, 2]).into()), &[json!(1), json!(2)]);
    }
}
