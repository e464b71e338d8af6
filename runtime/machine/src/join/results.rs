//! Outputs of children, by their places.
//!
//! They are gathered in blocks. One that is full is held as text, a tenth of what the values take, and
//! never changes again: snapshots name it, and do not write it anew.

use serde_json::Value;
use steploom_types::Json;

use crate::snapshot::{Reader, Snap, Writer};
use crate::{join::BLOCK, snapshot};

/// Outputs by place; a place without one is `null`.
#[derive(Debug, Default)]
pub(super) struct Results {
    blocks: Vec<Block>,
}

#[derive(Debug)]
enum Block {
    /// Some are there, and so many.
    Open { outputs: Vec<Value>, count: u32 },
    /// All are there: an array.
    Full(Json),
}

impl Results {
    pub(super) fn keep(&mut self, place: u32, output: Value) {
        let (block, place) = (place as usize / BLOCK, place as usize % BLOCK);
        while self.blocks.len() <= block {
            self.blocks.push(Block::Open {
                outputs: Vec::new(),
                count: 0,
            });
        }
        let Block::Open { outputs, count } = &mut self.blocks[block] else {
            return;
        };
        if outputs.len() <= place {
            outputs.resize(place + 1, Value::Null);
        }
        outputs[place] = output;
        *count += 1;
        if *count as usize == BLOCK {
            let outputs = std::mem::take(outputs);
            self.blocks[block] = Block::Full(Json::from(Value::Array(outputs)).as_text());
        }
    }

    /// All of them as an array.
    pub(super) fn into_json(mut self) -> Json {
        if let [Block::Open { outputs, .. }] = &mut self.blocks[..] {
            return Value::Array(std::mem::take(outputs)).into();
        }
        let mut blocks = Vec::with_capacity(self.blocks.len());
        let last = self.blocks.len().saturating_sub(1);
        for (number, block) in self.blocks.into_iter().enumerate() {
            blocks.push(match block {
                Block::Full(array) => array,
                Block::Open { mut outputs, .. } => {
                    if number < last {
                        outputs.resize(BLOCK, Value::Null);
                    }
                    Value::Array(outputs).into()
                }
            });
        }
        let inner = |array: &Json| array.text().len() - 2;
        let mut text =
            String::with_capacity(blocks.iter().map(inner).sum::<usize>() + blocks.len());
        for array in &blocks {
            text.push(if text.is_empty() { '[' } else { ',' });
            text.push_str(&array.text()[1..=inner(array)]);
        }
        text.push_str(if text.is_empty() { "[]" } else { "]" });
        Json::of_text(text).unwrap_or_else(|| joined(blocks))
    }
}

/// What is nested too deep to be held as text.
fn joined(blocks: Vec<Json>) -> Json {
    let arrays = blocks.into_iter().map(Json::into_value);
    let outputs = arrays.flat_map(|array| match array {
        Value::Array(outputs) => outputs,
        other => vec![other],
    });
    Value::Array(outputs.collect()).into()
}

snapshot::fields!(Results { blocks });

impl Snap for Block {
    fn put(&self, out: &mut Writer) {
        match self {
            Self::Open { outputs, count } => {
                out.byte(0);
                outputs.put(out);
                count.put(out);
            }
            Self::Full(array) => {
                out.byte(1);
                out.part(array);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        match from.byte()? {
            0 => {
                let outputs: Vec<Value> = Snap::take(from)?;
                let count = Snap::take(from)?;
                let is_sound = outputs.len() <= BLOCK && (count as usize) < BLOCK;
                is_sound.then_some(Self::Open { outputs, count })
            }
            1 => from.part().filter(is_array).map(Self::Full),
            _ => None,
        }
    }
}

/// Whether a part is what blocks are.
fn is_array(part: &Json) -> bool {
    part.text().starts_with('[') && part.text().ends_with(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(places: impl Iterator<Item = usize>, output: impl Fn(usize) -> Value) -> Json {
        let mut results = Results::default();
        for place in places {
            results.keep(place as u32, output(place));
        }
        results.into_json()
    }

    #[test]
    fn outputs_are_where_they_belong_in_whatever_order_they_come() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7] {
            let output = |place: usize| Value::from(format!("{place},]"));
            let expected = Value::Array((0..length).map(output).collect());
            assert_eq!(*gathered(0..length, output).value(), expected);
            assert_eq!(*gathered((0..length).rev(), output).value(), expected);
        }
    }

    #[test]
    fn outputs_that_are_too_deep_for_text_are_the_same() {
        let deep = |_| {
            let mut value = Value::Null;
            for _ in 0..126 {
                value = Value::Array(vec![value]);
            }
            value
        };
        for length in [BLOCK, 2 * BLOCK + 1] {
            let all = gathered(0..length, deep);
            assert_eq!(all.value().as_array().map(Vec::len), Some(length));
            assert_eq!(all.value()[length - 1], deep(0));
        }
    }
}
