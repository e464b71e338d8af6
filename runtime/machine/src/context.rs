//! The context object (`$$`), and all else that an expression reads.
//!
//! The context object is made only if an expression asks for it, and kept in the run: the
//! execution's input is copied into it once, not once for each state or item, and only if it is read.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use steploom_expr::{Env, QueryBudget, States};
use steploom_types::limits::PAYLOAD_BYTES_MAX;
use steploom_types::{Json, Timestamp, arn};

use crate::frame::Item;
use crate::snapshot::{Reader, Snap, Writer};
use crate::states::graph;
use crate::states::map_run::child::Child;
use crate::variables::Variables;
use crate::{Redrives, Started, chance};

/// The region in every ARN.
pub(crate) const REGION: &str = "us-east-1";

/// The field of the context object that has the execution's input, and its own name there.
const EXECUTION: &str = "Execution";
/// See [`EXECUTION`].
const INPUT: &str = "Input";

/// Where an expression stands.
pub(crate) struct Place<'a> {
    pub(crate) started: &'a Started,
    pub(crate) state: &'a str,
    pub(crate) entered_at: Timestamp,
    /// For states that can be retried.
    pub(crate) retries: Option<u32>,
    /// The closest iteration's item.
    pub(crate) item: Option<&'a Item>,
    /// The closest node of a `Graph`.
    pub(crate) graph: Option<&'a graph::Place>,
    /// The iteration of a map run around it.
    pub(crate) child: Option<&'a Child>,
    /// The task's token, where the task ends by one.
    pub(crate) token: Option<&'a str>,
    /// The context object of a range's parent, which is that of the range's own `Map`.
    pub(crate) base: Option<&'a Value>,
    /// What the context object is supposed to have in place of what it would have.
    pub(crate) supposed: Option<&'a Value>,
    /// How often the execution was redriven.
    pub(crate) redrives: Option<Redrives>,
}

/// The data of one evaluation, in both query languages.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    /// `$`.
    pub(crate) data: &'a Json,
    /// `$states.result`.
    pub(crate) result: Option<&'a Json>,
    /// `$states.errorOutput`.
    pub(crate) error_output: Option<&'a Json>,
}

impl<'a> Given<'a> {
    /// Data, and neither a result nor an error.
    pub(crate) fn data(data: &'a Json) -> Self {
        Self {
            data,
            result: None,
            error_output: None,
        }
    }
}

/// What evaluations leave in the run, for those that follow.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The context object as it was made last, so that the execution's input is copied into it once.
    pub(crate) context: Option<Value>,
    /// Numbers drawn so far.
    pub(crate) draws: u64,
    /// Evaluations of queries begun so far.
    pub(crate) evaluations: u64,
}

/// What one evaluation reads.
pub(crate) struct Scope<'a> {
    pub(crate) given: Given<'a>,
    /// The state's input, `$states.input`.
    pub(crate) input: &'a Json,
    pub(crate) variables: &'a Variables,
    pub(crate) place: Place<'a>,
    /// The instant of the fact.
    pub(crate) now: Timestamp,
    /// Evaluations that are known to exceed their time.
    pub(crate) foreseen: &'a BTreeSet<u64>,
    /// The context object of the last evaluation, to be brought up to date.
    kept: RefCell<Option<Value>>,
    context: OnceCell<Value>,
    /// The same without the execution's input, where no expression has read that.
    without_input: OnceCell<Value>,
    draws: Cell<u64>,
    evaluations: Cell<u64>,
}

impl<'a> Scope<'a> {
    /// `kept` is what the last scope's [`Scope::close`] gave.
    pub(crate) fn new(
        given: Given<'a>,
        input: &'a Json,
        variables: &'a Variables,
        place: Place<'a>,
        now: Timestamp,
        foreseen: &'a BTreeSet<u64>,
        kept: Kept,
    ) -> Self {
        Self {
            given,
            input,
            variables,
            place,
            now,
            foreseen,
            kept: RefCell::new(kept.context),
            context: OnceCell::new(),
            without_input: OnceCell::new(),
            draws: Cell::new(kept.draws),
            evaluations: Cell::new(kept.evaluations),
        }
    }

    /// What is to be kept.
    pub(crate) fn close(self) -> Kept {
        let kept = self.kept.into_inner();
        // The context object of a map run's iteration is its own.
        let is_own = self.place.child.is_some();
        let made = self
            .context
            .into_inner()
            .or(self.without_input.into_inner());
        Kept {
            context: made.filter(|_| !is_own).or(kept),
            draws: self.draws.get(),
            evaluations: self.evaluations.get(),
        }
    }
}

impl Scope<'_> {
    fn made(&self, with_input: bool) -> Value {
        let started = self.place.started;
        let mut context = if let Some(child) = self.place.child {
            child.context(started)
        } else {
            let kept = self.kept.borrow_mut().take();
            let kept = kept.filter(|kept| !with_input || has_input(kept));
            kept.unwrap_or_else(|| match self.place.base {
                Some(base) => base.clone(),
                None => of_execution(started, self.place.redrives, with_input),
            })
        };
        if self.place.base.is_some() {
            set_item(&mut context, self.place.item);
        } else {
            set_place(&mut context, &self.place);
        }
        if let Some(supposed) = self.place.supposed {
            suppose(&mut context, supposed);
        }
        context
    }
}

/// Whether the execution's input is in a context object.
fn has_input(context: &Value) -> bool {
    let execution = context.get(EXECUTION).and_then(Value::as_object);
    execution.is_some_and(|execution| execution.contains_key(INPUT))
}

impl Env for Scope<'_> {
    fn data(&self) -> &Value {
        self.given.data.value()
    }

    fn context(&self) -> &Value {
        self.context.get_or_init(|| self.made(true))
    }

    fn context_with(&self, field: &str) -> &Value {
        let is_own = self.place.child.is_none() && self.place.base.is_none();
        let is_large = self.place.started.input.size() > PAYLOAD_BYTES_MAX;
        if field == EXECUTION || !is_own || !is_large || self.context.get().is_some() {
            return self.context();
        }
        self.without_input.get_or_init(|| self.made(false))
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)
    }

    fn random(&self) -> u64 {
        let drawn = self.draws.get();
        self.draws.set(drawn + 1);
        chance::number(self.place.started.seed, drawn)
    }

    fn states(&self) -> States<'_> {
        States {
            input: self.input.value(),
            result: self.given.result.map(Json::value),
            error_output: self.given.error_output.map(Json::value),
        }
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn exceeds(&self) -> bool {
        let evaluation = self.evaluations.get() + 1;
        self.evaluations.set(evaluation);
        self.foreseen.contains(&evaluation)
    }

    fn budget(&self) -> QueryBudget {
        QueryBudget {
            millis: self.place.started.limits.evaluation_ms_max.into(),
            ..QueryBudget::default()
        }
    }
}

/// The execution's ARN. That of an Express execution ends with its id, as names of those may repeat.
pub(crate) fn arn(started: &Started) -> String {
    let Started {
        account,
        machine,
        name,
        ..
    } = started;
    if started.is_express {
        return arn::express(*account, machine, name, started.id);
    }
    arn::execution(*account, machine, name)
}

/// Puts what is supposed in the place of what would be: all of it but for items and tokens, which
/// belong to where the expression stands.
fn suppose(context: &mut Value, supposed: &Value) {
    let fields = context.as_object_mut().into_iter();
    fields.for_each(|fields| fields.retain(|name, _| matches!(name.as_str(), "Map" | "Task")));
    for (name, value) in supposed.as_object().into_iter().flatten() {
        context[name] = value.clone();
    }
}

/// The part that stays the same throughout an execution.
fn of_execution(started: &Started, redrives: Option<Redrives>, with_input: bool) -> Value {
    let Started {
        account, machine, ..
    } = started;
    let mut context = json!({
        "Execution": {
            "Id": arn(started),
            "Input": if with_input { started.input.value().clone() } else { Value::Null },
            "StartTime": started.at.to_string(),
            "Name": started.name.as_str(),
            "RoleArn": started.role_arn(),
        },
        "StateMachine": {
            "Id": format!("arn:aws:states:{REGION}:{account}:stateMachine:{machine}"),
            "Name": machine.to_string(),
        },
    });
    if !with_input && let Some(execution) = context[EXECUTION].as_object_mut() {
        execution.shift_remove(INPUT);
    }
    if let Some(redrives) = redrives {
        context[EXECUTION]["RedriveCount"] = redrives.count.into();
        if let Some(at) = redrives.last_at {
            context[EXECUTION]["RedriveTime"] = at.to_string().into();
        }
    }
    context
}

/// The part that depends on where the expression stands.
fn set_place(context: &mut Value, place: &Place<'_>) {
    let mut state = json!({
        "Name": place.state,
        "EnteredTime": place.entered_at.to_string(),
    });
    if let Some(retries) = place.retries {
        state["RetryCount"] = retries.into();
    }
    context["State"] = state;
    match place.token {
        Some(token) => context["Task"] = json!({ "Token": token }),
        None => {
            context.as_object_mut().map(|all| all.shift_remove("Task"));
        }
    }
    set_item(context, place.item);
    match place.graph {
        Some(graph::Place { input, node }) => {
            context["Graph"] = json!({ "Input": input.value(), "Node": { "Name": &**node } });
        }
        None => {
            context.as_object_mut().map(|all| all.shift_remove("Graph"));
        }
    }
}

/// The part that depends on the closest item.
fn set_item(context: &mut Value, item: Option<&Item>) {
    match item {
        Some(Item {
            items,
            index,
            before,
            run,
        }) => {
            let before = run.as_ref().map_or(u64::from(*before), |run| run.before);
            let mut found = json!({ "Index": before + u64::from(*index) });
            if let Some(run) = run {
                found["Source"] = (&*run.source).into();
            }
            match items.value() {
                Value::Object(fields) => {
                    let field = fields.iter().nth(*index as usize);
                    found["Key"] = field.map(|(name, _)| name.as_str()).into();
                    found["Value"] = field.map_or(Value::Null, |(_, value)| value.clone());
                }
                items => found["Value"] = items.get(*index as usize).cloned().into(),
            }
            context["Map"] = json!({ "Item": found });
        }
        None => {
            context.as_object_mut().map(|all| all.shift_remove("Map"));
        }
    }
}

/// Fields of the context object, in an order of their own.
const FIELDS: [&str; 6] = ["Execution", "StateMachine", "State", "Task", "Map", "Graph"];

impl Kept {
    /// Of the context object only the order of its fields is written: what they hold is the same
    /// throughout the execution, or set anew for each evaluation.
    pub(crate) fn put(&self, out: &mut Writer) {
        let Self {
            context,
            draws,
            evaluations,
        } = self;
        let with_input = context.as_ref().is_some_and(has_input);
        let fields = context.as_ref().and_then(Value::as_object);
        let places = fields.map(|fields| {
            let place = |name: &String| FIELDS.iter().position(|field| field == name);
            fields.keys().filter_map(place).collect::<Vec<usize>>()
        });
        places.put(out);
        with_input.put(out);
        draws.put(out);
        evaluations.put(out);
    }

    pub(crate) fn take_with(
        from: &mut Reader<'_>,
        started: &Started,
        redrives: Redrives,
        base: Option<&Value>,
    ) -> Option<Self> {
        let places: Option<Vec<usize>> = Snap::take(from)?;
        let with_input = Snap::take(from)?;
        let context = match places {
            None => None,
            Some(places) => {
                let of_execution = || of_execution(started, Some(redrives), with_input);
                let mut stays = base.map_or_else(of_execution, Value::clone);
                let mut context = Map::new();
                for place in places {
                    let name = *FIELDS.get(place)?;
                    context.insert(name.to_owned(), stays[name].take());
                }
                Some(Value::Object(context))
            }
        };
        Some(Self {
            context,
            draws: Snap::take(from)?,
            evaluations: Snap::take(from)?,
        })
    }
}
