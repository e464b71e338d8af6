//! Tables for people: no borders, a dim header, as wide as the terminal.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, TableStyle};
use steploom_api::wire::ExecutionStatus;

use super::Paint;

/// No lines at all: columns are told apart by the two spaces that [`Rows::text`] puts after each.
const STYLE: TableStyle = TableStyle::new();

/// Builds a table.
pub(crate) struct Rows {
    table: Table,
    columns: usize,
    paint: Paint,
}

impl Rows {
    /// A table with a header.
    pub(crate) fn new(paint: Paint, header: &[&str]) -> Self {
        let mut rows = Self::without_header(paint);
        rows.columns = header.len();
        let cells = header
            .iter()
            .map(|title| Cell::new(title.to_uppercase()).add_attribute(Attribute::Dim));
        rows.table.set_header(cells);
        rows
    }

    /// A table of names and values.
    pub(crate) fn without_header(paint: Paint) -> Self {
        let mut table = Table::new();
        table.load_style(STYLE);
        if paint.has_colours() {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        Self {
            table,
            columns: 2,
            paint,
        }
    }

    /// One more row.
    pub(crate) fn add<C: Into<Cell>>(&mut self, row: impl IntoIterator<Item = C>) {
        self.table
            .add_row(row.into_iter().map(Into::into).collect::<Vec<Cell>>());
    }

    /// One more name and value.
    pub(crate) fn field(&mut self, name: &str, value: impl Into<Cell>) {
        let name = Cell::new(name).add_attribute(Attribute::Dim);
        self.table.add_row(vec![name, value.into()]);
    }

    /// The table as text, without a line's end after the last row.
    pub(crate) fn text(mut self, right: &[usize]) -> String {
        for at in 0..self.columns.max(self.table.column_count()) {
            if let Some(column) = self.table.column_mut(at) {
                column.set_padding((0, 2));
                if right.contains(&at) {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
        }
        let text = self.table.to_string();
        if self.paint.has_colours() {
            return text;
        }
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n")
    }
}

/// A status in its colour.
pub(crate) fn status(status: ExecutionStatus) -> Cell {
    let colour = match status {
        ExecutionStatus::Running | ExecutionStatus::Pending => Color::Cyan,
        ExecutionStatus::Succeeded => Color::Green,
        ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Quarantined => {
            Color::Red
        }
        ExecutionStatus::Aborted | ExecutionStatus::Paused | ExecutionStatus::Expired => {
            Color::Yellow
        }
    };
    Cell::new(status_text(status)).fg(colour)
}

/// A status as the API writes it.
pub(crate) fn status_text(status: ExecutionStatus) -> &'static str {
    match status {
        ExecutionStatus::Running => "RUNNING",
        ExecutionStatus::Succeeded => "SUCCEEDED",
        ExecutionStatus::Failed => "FAILED",
        ExecutionStatus::TimedOut => "TIMED_OUT",
        ExecutionStatus::Aborted => "ABORTED",
        ExecutionStatus::Pending => "PENDING",
        ExecutionStatus::Paused => "PAUSED",
        ExecutionStatus::Quarantined => "QUARANTINED",
        ExecutionStatus::Expired => "EXPIRED",
    }
}

#[cfg(test)]
mod tests;
