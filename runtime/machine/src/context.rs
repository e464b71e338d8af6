//! The context object (`$$`), and all else that an expression reads.
//!
//! The context object is made only if an expression asks for it, and kept in the run: the
//! execution's input is copied into it once, not once for each state or item.

use std::cell::{Cell, OnceCell, RefCell};

use serde_json::{Value, json};
use steploom_expr::Env;
use steploom_types::Timestamp;

use crate::frame::Item;
use crate::{Started, chance};

/// The region in every ARN.
pub(crate) const REGION: &str = "us-east-1";

/// Where an expression stands.
pub(crate) struct Place<'a> {
    pub(crate) started: &'a Started,
    pub(crate) state: &'a str,
    pub(crate) entered_at: Timestamp,
    /// For states that can be retried.
    pub(crate) retries: Option<u32>,
    /// The closest iteration's item.
    pub(crate) item: Option<&'a Item>,
    /// The task's token, where the task ends by one.
    pub(crate) token: Option<&'a str>,
}

/// What one evaluation reads.
pub(crate) struct Scope<'a> {
    data: &'a Value,
    place: Place<'a>,
    /// The context object of the last evaluation, to be brought up to date.
    kept: RefCell<Option<Value>>,
    context: OnceCell<Value>,
    draws: Cell<u64>,
}

impl<'a> Scope<'a> {
    /// `kept` is what the last scope's [`Scope::close`] gave.
    pub(crate) fn new(data: &'a Value, place: Place<'a>, kept: Option<Value>, draws: u64) -> Self {
        Self {
            data,
            place,
            kept: RefCell::new(kept),
            context: OnceCell::new(),
            draws: Cell::new(draws),
        }
    }

    /// The context object to keep, and how many numbers were drawn in all.
    pub(crate) fn close(self) -> (Option<Value>, u64) {
        let context = self.context.into_inner().or(self.kept.into_inner());
        (context, self.draws.get())
    }
}

impl Env for Scope<'_> {
    fn data(&self) -> &Value {
        self.data
    }

    fn context(&self) -> &Value {
        self.context.get_or_init(|| {
            let kept = self.kept.borrow_mut().take();
            let mut context = kept.unwrap_or_else(|| of_execution(self.place.started));
            set_place(&mut context, &self.place);
            context
        })
    }

    fn variable(&self, _name: &str) -> Option<&Value> {
        None
    }

    fn random(&self) -> u64 {
        let drawn = self.draws.get();
        self.draws.set(drawn + 1);
        chance::number(self.place.started.seed, drawn)
    }
}

/// The part that stays the same throughout an execution.
fn of_execution(started: &Started) -> Value {
    let Started {
        account, machine, ..
    } = started;
    json!({
        "Execution": {
            "Id": format!("arn:aws:states:{REGION}:{account}:execution:{machine}:{}", started.name),
            "Input": started.input.value(),
            "StartTime": started.at.to_string(),
            "Name": started.name.as_str(),
            "RoleArn": format!("arn:aws:iam::{account}:role/steploom"),
            "RedriveCount": 0,
        },
        "StateMachine": {
            "Id": format!("arn:aws:states:{REGION}:{account}:stateMachine:{machine}"),
            "Name": machine.to_string(),
        },
    })
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
    match place.item {
        Some(Item { items, index }) => {
            let value = items.value().get(*index as usize).cloned();
            context["Map"] = json!({ "Item": { "Index": index, "Value": value } });
        }
        None => {
            context.as_object_mut().map(|all| all.shift_remove("Map"));
        }
    }
}
