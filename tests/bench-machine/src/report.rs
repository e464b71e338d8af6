//! What was found, in the shapes of `steploom-bench`.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// All rows.
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
}

/// One chain, in steps a second.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) floor: f64,
    /// At least this.
    pub(crate) goal: Option<f64>,
}

const UNIT: &str = "steps/s";

impl Row {
    fn ratio(&self) -> f64 {
        self.value / self.floor
    }

    fn is_met(&self) -> Option<bool> {
        self.goal.map(|goal| self.value >= goal)
    }

    fn cells(&self) -> [String; 7] {
        let dash = || "-".to_owned();
        [
            self.name.to_owned(),
            number(self.value),
            UNIT.to_owned(),
            number(self.floor),
            format!("{:.2}", self.ratio()),
            self.goal
                .map_or_else(dash, |goal| format!("at least {}", number(goal))),
            self.is_met()
                .map_or_else(dash, |met| if met { "yes" } else { "no" }.to_owned()),
        ]
    }
}

impl Report {
    const TITLES: [&str; 7] = ["name", "value", "unit", "floor", "ratio", "goal", "met"];

    /// A table for people.
    pub(crate) fn table(&self) -> String {
        let mut text = String::new();
        if cfg!(debug_assertions) {
            text.push_str("built without optimisation: the figures mean nothing\n");
        }
        let titles = Self::TITLES.map(str::to_owned);
        for [name, value, unit, floor, ratio, goal, met] in
            std::iter::once(titles).chain(self.rows.iter().map(Row::cells))
        {
            let _ = writeln!(
                text,
                "{name:<20}  {value:>10}  {unit:<7}  {floor:>10}  {ratio:>5}  {goal:<16}  {met}"
            );
        }
        text
    }

    /// The rows of a table in Markdown.
    pub(crate) fn markdown(&self) -> String {
        let line = |row: &Row| format!("| {} |\n", row.cells().join(" | "));
        self.rows.iter().map(line).collect()
    }

    /// One JSON object.
    pub(crate) fn json(&self) -> Value {
        let row = |row: &Row| {
            json!({
                "name": row.name,
                "value": row.value,
                "unit": UNIT,
                "floor": row.floor,
                "ratio": row.ratio(),
                "goal": row.goal.map(|goal| format!("at least {}", number(goal))),
                "met": row.is_met(),
            })
        };
        json!({ "bench": "machine", "rows": self.rows.iter().map(row).collect::<Vec<_>>() })
    }
}

/// Without decimals, with commas between thousands.
fn number(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
