//! What a benchmark found, for people, programs and the documentation.

use std::fmt::{self, Write as _};

use serde_json::json;

/// A benchmark's rows.
#[derive(Debug)]
pub(crate) struct Report {
    /// The benchmark's name.
    pub(crate) bench: &'static str,
    /// In the order in which they are shown.
    pub(crate) rows: Vec<Row>,
}

/// One number, beside the least that it could be.
#[derive(Debug)]
pub(crate) struct Row {
    name: &'static str,
    value: f64,
    unit: &'static str,
    floor: Option<f64>,
    goal: Option<Goal>,
}

/// What a row should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// A value of this or more.
    AtLeast(f64),
    /// A value of this or less.
    AtMost(f64),
    /// So many times the floor, or more.
    RatioAtLeast(f64),
    /// So many times the floor, or less.
    RatioAtMost(f64),
}

impl Row {
    /// A row without a floor or a goal.
    pub(crate) fn new(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self {
            name,
            value,
            unit,
            floor: None,
            goal: None,
        }
    }

    /// The same with its floor, in the same unit.
    #[must_use]
    pub(crate) fn floor(self, floor: f64) -> Self {
        Self {
            floor: Some(floor),
            ..self
        }
    }

    /// The same with a goal.
    #[must_use]
    pub(crate) fn goal(self, goal: Goal) -> Self {
        Self {
            goal: Some(goal),
            ..self
        }
    }

    fn ratio(&self) -> Option<f64> {
        self.floor.map(|floor| self.value / floor)
    }

    /// Whether the goal is met, if there is one.
    fn is_met(&self) -> Option<bool> {
        let ratio = self.ratio().unwrap_or(f64::NAN);
        self.goal.map(|goal| match goal {
            Goal::AtLeast(least) => self.value >= least,
            Goal::AtMost(most) => self.value <= most,
            Goal::RatioAtLeast(least) => ratio >= least,
            Goal::RatioAtMost(most) => ratio <= most,
        })
    }

    /// The cells of the table; those that do not apply have a dash.
    fn cells(&self) -> [String; 7] {
        let dash = || "-".to_owned();
        [
            self.name.to_owned(),
            Number(self.value).to_string(),
            self.unit.to_owned(),
            self.floor
                .map_or_else(dash, |floor| Number(floor).to_string()),
            self.ratio()
                .map_or_else(dash, |ratio| format!("{ratio:.2}")),
            self.goal.map_or_else(dash, |goal| goal.to_string()),
            self.is_met()
                .map_or_else(dash, |met| yes_or_no(met).to_owned()),
        ]
    }
}

fn yes_or_no(met: bool) -> &'static str {
    if met { "yes" } else { "no" }
}

impl Report {
    const TITLES: [&str; 7] = ["name", "value", "unit", "floor", "ratio", "goal", "met"];

    /// A table for people.
    pub(crate) fn table(&self) -> String {
        let titles = Self::TITLES.map(str::to_owned);
        let lines: Vec<_> = std::iter::once(titles)
            .chain(self.rows.iter().map(Row::cells))
            .collect();
        let mut widths = [0; 7];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for line in &lines {
            let mut cells = line
                .iter()
                .zip(widths)
                .enumerate()
                .map(|(column, (cell, width))| {
                    // Words to the left, numbers to the right.
                    if matches!(column, 1 | 3 | 4) {
                        format!("{cell:>width$}")
                    } else {
                        format!("{cell:<width$}")
                    }
                });
            let line = cells.by_ref().collect::<Vec<_>>().join("  ");
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    /// The rows of a Markdown table whose columns are those of [`Report::table`].
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let _ = writeln!(text, "| {} |", row.cells().join(" | "));
        }
        text
    }

    /// One JSON object; what does not apply is null.
    pub(crate) fn json(&self) -> serde_json::Value {
        let rows = self.rows.iter().map(|row| {
            json!({
                "name": row.name,
                "value": row.value,
                "unit": row.unit,
                "floor": row.floor,
                "ratio": row.ratio(),
                "goal": row.goal.map(|goal| goal.to_string()),
                "met": row.is_met(),
            })
        });
        json!({"bench": self.bench, "rows": rows.collect::<Vec<_>>()})
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AtLeast(least) => write!(f, "at least {}", Number(least)),
            Self::AtMost(most) => write!(f, "at most {}", Number(most)),
            Self::RatioAtLeast(least) => write!(f, "ratio at least {least:.2}"),
            Self::RatioAtMost(most) => write!(f, "ratio at most {most:.2}"),
        }
    }
}

/// Three digits or more, and commas between thousands.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if !size.is_finite() {
            return f.write_str("unknown");
        }
        if size < 1000.0 {
            let decimals = 2 - usize::from(size >= 10.0) - usize::from(size >= 100.0);
            return write!(f, "{:.decimals$}", self.0);
        }
        let digits = format!("{:.0}", self.0);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
