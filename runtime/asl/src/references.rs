//! Which variables a state reads.

use std::collections::BTreeSet;

use steploom_expr::Path;
use steploom_expr::jsonata::{Payload, Query};

use crate::model::{
    Condition, Distributed, Field, Flow, Items, Kind, Maker, Map, Operand, Pick, Selection, State,
    Test, TextField, Wait,
};

/// The names, without the `$`, of the variables that a state itself reads: not those that states
/// within it read.
pub(crate) fn of_state(state: &State) -> BTreeSet<String> {
    let mut found = References::default();
    match &state.flow {
        Flow::Path(flow) => {
            found.selection(&flow.input_path);
            found.selection(&flow.output_path);
            for template in [&flow.parameters, &flow.result_selector]
                .into_iter()
                .flatten()
            {
                template.variables(&mut found.0);
            }
        }
        Flow::Query(flow) => {
            found.payload(flow.arguments.as_ref());
            found.payload(flow.output.as_ref());
        }
    }
    found.maker(state.assign.as_ref());
    for catcher in &state.catch {
        found.maker(catcher.assign.as_ref());
        found.payload(catcher.output.as_ref());
    }
    found.kind(&state.kind);
    found.0
}

#[derive(Default)]
struct References(BTreeSet<String>);

impl References {
    fn kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Task(task) => {
                self.field(task.timeout_seconds.as_ref());
                self.field(task.heartbeat_seconds.as_ref());
                self.maker(task.credentials.as_ref());
            }
            Kind::Choice { rules, .. } => {
                for rule in rules {
                    self.condition(&rule.condition);
                    self.maker(rule.assign.as_ref());
                    self.payload(rule.output.as_ref());
                }
            }
            Kind::Wait(wait) => match wait {
                Wait::Seconds(seconds) => self.field(Some(seconds)),
                Wait::Until(_) => {}
                Wait::UntilPath(path) => self.path(path),
                Wait::UntilQuery(query) => self.query(query),
            },
            Kind::Fail { error, cause } => {
                self.text(error.as_ref());
                self.text(cause.as_ref());
            }
            Kind::Map(map) => self.map(map),
            Kind::Graph(graph) => self.field(graph.max_concurrency.as_ref()),
            Kind::Pass { .. } | Kind::Succeed | Kind::Parallel { .. } => {}
        }
    }

    fn map(&mut self, map: &Map) {
        match &map.items {
            Items::Input => {}
            Items::Path(path) => self.path(path),
            Items::Query(payload) => self.payload(Some(payload)),
        }
        self.maker(map.selector.as_ref());
        self.field(map.max_concurrency.as_ref());
        self.field(map.tolerated_count.as_ref());
        self.field(map.tolerated_percentage.as_ref());
        if let Some(distributed) = &map.distributed {
            self.distributed(distributed);
        }
        if let Some(order) = &map.order {
            self.pick(&order.id);
            self.pick(&order.after);
        }
    }

    fn distributed(&mut self, distributed: &Distributed) {
        if let Some(reader) = &distributed.reader {
            self.maker(reader.arguments.as_ref());
            self.field(reader.max_items.as_ref());
        }
        if let Some(batcher) = &distributed.batcher {
            self.maker(batcher.input.as_ref());
            self.field(batcher.items_max.as_ref());
            self.field(batcher.bytes_max.as_ref());
        }
        if let Some(writer) = &distributed.writer {
            self.maker(writer.arguments.as_ref());
        }
    }

    fn pick(&mut self, pick: &Pick) {
        match pick {
            Pick::Path(path) => self.path(path),
            Pick::Query(query) => self.query(query),
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::And(conditions) | Condition::Or(conditions) => {
                for condition in conditions {
                    self.condition(condition);
                }
            }
            Condition::Not(condition) => self.condition(condition),
            Condition::Compare { variable, test } => {
                self.path(variable);
                match test {
                    Test::Boolean(operand) => self.operand(operand),
                    Test::Numeric(_, operand) => self.operand(operand),
                    Test::String(_, operand) => self.operand(operand),
                    Test::Timestamp(_, operand) => self.operand(operand),
                    Test::Matches(_) | Test::Is(..) => {}
                }
            }
            Condition::Query(query) => self.query(query),
            Condition::Constant(_) => {}
        }
    }

    fn operand<T>(&mut self, operand: &Operand<T>) {
        if let Operand::Path(path) = operand {
            self.path(path);
        }
    }

    fn field<T>(&mut self, field: Option<&Field<T>>) {
        match field {
            Some(Field::Path(path)) => self.path(path),
            Some(Field::Query(query)) => self.query(query),
            Some(Field::Literal(_)) | None => {}
        }
    }

    fn text(&mut self, text: Option<&TextField>) {
        match text {
            Some(TextField::Computed(expression)) => expression.variables(&mut self.0),
            Some(TextField::Query(query)) => self.query(query),
            Some(TextField::Literal(_)) | None => {}
        }
    }

    fn maker(&mut self, maker: Option<&Maker>) {
        match maker {
            Some(Maker::Path(template)) => template.variables(&mut self.0),
            Some(Maker::Query(payload)) => self.payload(Some(payload)),
            None => {}
        }
    }

    fn selection(&mut self, selection: &Selection) {
        if let Selection::At(path) = selection {
            self.path(path);
        }
    }

    fn payload(&mut self, payload: Option<&Payload>) {
        for (_, query) in payload.into_iter().flat_map(Payload::queries) {
            self.query(query);
        }
    }

    fn path(&mut self, path: &Path) {
        self.0.extend(path.variable().map(str::to_owned));
    }

    fn query(&mut self, query: &Query) {
        self.0.extend(query.variables().iter().cloned());
    }
}
