//! `ItemId` and `After` of a `Map`, an extension: which items come after which. See
//! docs/extensions.md.
//!
//! The ids of all items are read before the first iteration starts, some items in each transition,
//! so that millions of them do not hold a shard.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;
use steploom_asl::dag::{Named, Problem as NoOrder, shortened};
use steploom_asl::model::{ItemOrder, Kind, Map, Pick};
use steploom_expr::{Env, EvalError, QueryBudget, States};
use steploom_types::Timestamp;
use steploom_types::limits::order::NODES_PER_TRANSITION;

use crate::EventSink;
use crate::context::Scope;
use crate::failure::Problem;
use crate::frame::{FrameId, Item};
use crate::join::order::Order;
use crate::turn::{Fault, Turn};

/// The order of a `Map`'s items, of which some have been read.
#[derive(Debug)]
pub(crate) struct Ordering(Named);

/// What there is to find, if the `Map` has an order.
pub(crate) fn begin<S: EventSink>(turn: &Turn<'_, S>, map: &Map) -> Option<Box<Ordering>> {
    let named = || Named::new(turn.started.seed);
    map.order.as_ref().map(|_| Box::new(Ordering(named())))
}

/// Reads the ids of some items; those of the last ones complete the order.
pub(crate) fn read<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) -> Result<(), Problem> {
    let Kind::Map(map) = &turn.state(id).kind else {
        return Ok(());
    };
    let Some(order) = &map.order else {
        return Ok(());
    };
    let Some(join) = turn.frame(id).join_mut() else {
        return Ok(());
    };
    let (total, input) = (join.total, join.input.clone());
    let (Some(mut ordering), Some(items)) = (join.ordering.take(), join.items.clone()) else {
        return Ok(());
    };
    let first = ordering.0.nodes() as u32;
    let end = total.min(first.saturating_add(NODES_PER_TRANSITION));
    for index in first..end {
        let item = Item {
            items: items.clone(),
            index,
            run: None,
        };
        turn.eval_for_item(id, Some(&item), &input, |scope| {
            read_item(scope, order, &item, &mut ordering.0)
        })?;
    }
    if end < total {
        if let Some(join) = turn.frame(id).join_mut() {
            join.ordering = Some(ordering);
        }
        return Ok(());
    }
    let dag = ordering.0.build();
    let dag = dag.map_err(|problem| turn.blame(id, problem.into()))?;
    if let Some(join) = turn.frame(id).join_mut() {
        join.set_order(Order::new(Arc::new(dag), order.on_failure));
    }
    Ok(())
}

/// Reads one item's id, and the ids of what it comes after.
fn read_item(
    scope: &Scope<'_>,
    order: &ItemOrder,
    item: &Item,
    named: &mut Named,
) -> Result<(), Fault> {
    let index = item.index;
    let Some(value) = item.items.value().get(index as usize) else {
        return Ok(());
    };
    let scope = ItemScope { scope, value };
    let id = pick(&scope, &order.id, "ItemId")?;
    let id = match &id {
        Some(id) => text(id).ok_or_else(|| no_text("ItemId", index, id))?,
        None => return Err(Fault::runtime(format!("The item {index} has no ItemId"))),
    };
    let after = pick(&scope, &order.after, "After")?;
    let listed = match after.as_deref() {
        None | Some(Value::Null) => &[],
        Some(Value::Array(ids)) => ids.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    let mut ids = Vec::with_capacity(listed.len());
    for id in listed {
        ids.push(text(id).ok_or_else(|| no_text("After", index, id))?);
    }
    named.node(&id, ids.iter().map(AsRef::as_ref))?;
    Ok(())
}

/// What a field says of an item; none where it leads nowhere.
fn pick<'a>(
    scope: &'a ItemScope<'_>,
    pick: &Pick,
    field: &str,
) -> Result<Option<Cow<'a, Value>>, Fault> {
    match pick {
        Pick::Path(path) => match path.eval(scope) {
            Ok(value) => Ok(Some(value)),
            Err(EvalError::Path { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        },
        Pick::Query(query) => Ok(query.find_any(scope, field)?),
    }
}

/// An id: a text, or a number, which stands for its text.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

fn no_text(field: &str, index: u32, value: &Value) -> Fault {
    Fault::runtime(format!(
        "The {field} of the item {index} must be a string or a number but was: {}",
        shortened(&value.to_string())
    ))
}

impl From<NoOrder> for Fault {
    fn from(problem: NoOrder) -> Self {
        Self::runtime(problem.to_string())
    }
}

/// What an expression of an item reads: the item as `$`, and else what the state's expressions read.
struct ItemScope<'a> {
    scope: &'a Scope<'a>,
    value: &'a Value,
}

impl Env for ItemScope<'_> {
    fn data(&self) -> &Value {
        self.value
    }

    fn context(&self) -> &Value {
        self.scope.context()
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        self.scope.variable(name)
    }

    fn random(&self) -> u64 {
        self.scope.random()
    }

    fn states(&self) -> States<'_> {
        self.scope.states()
    }

    fn now(&self) -> Timestamp {
        self.scope.now()
    }

    fn exceeds(&self) -> bool {
        self.scope.exceeds()
    }

    fn budget(&self) -> QueryBudget {
        self.scope.budget()
    }
}
