//! `ItemId` and `After` of a `Map`, an extension: which items come after which. See
//! docs/extensions.md.
//!
//! The ids of all items are read before the first iteration starts, some items in each transition,
//! so that millions of them do not hold a shard.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;
use steploom_asl::dag::{Named, Problem as NoOrder, shortened};
use steploom_asl::model::{ItemOrder, Kind, Map, OnFailure, Pick};
use steploom_expr::{Env, EvalError, QueryBudget, States};
use steploom_types::limits::order::{NODES_PER_TRANSITION, QUERIED_NODES_PER_TRANSITION};
use steploom_types::{Json, Timestamp};

use crate::EventSink;
use crate::context::Scope;
use crate::failure::Problem;
use crate::frame::{FrameId, Item};
use crate::join::order::Order;
use crate::snapshot::{Reader, Snap, Writer};
use crate::states::map_run;
use crate::turn::{Fault, Turn};

/// The order of a `Map`'s items, of which some have been read.
#[derive(Debug)]
pub(crate) struct Ordering(Named);

impl Ordering {
    /// Items read so far.
    pub(crate) fn items(&self) -> usize {
        self.0.nodes()
    }
}

/// What there is to find, if the `Map` has an order.
pub(crate) fn begin<S: EventSink>(turn: &Turn<'_, S>, map: &Map) -> Option<Box<Ordering>> {
    let named = || Named::new(turn.started.seed);
    map.order.as_ref().map(|_| Box::new(Ordering(named())))
}

/// Reads the ids of some items of an inline `Map`; those of the last ones complete the order.
pub(crate) fn read<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) -> Result<(), Problem> {
    let Some(join) = turn.frame(id).join_mut() else {
        return Ok(());
    };
    let (total, input) = (join.total, join.input.clone());
    let Some(mut ordering) = join.ordering.take() else {
        return Ok(());
    };
    let Some(first) = join
        .items
        .as_ref()
        .map(|items| items.at(ordering.items() as u32))
    else {
        return Ok(());
    };
    let end = read_some(turn, id, &mut ordering, first, total, &input)?;
    if end < total {
        if let Some(join) = turn.frame(id).join_mut() {
            join.ordering = Some(ordering);
        }
        return Ok(());
    }
    let order = complete(turn, id, *ordering)?;
    if let Some(join) = turn.frame(id).join_mut() {
        join.set_order(order);
    }
    Ok(())
}

/// Reads items from `first` on, as many as one transition may, but not the one at `length`; where it
/// stopped.
pub(crate) fn read_some<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    ordering: &mut Ordering,
    first: Item,
    length: u32,
    input: &Json,
) -> Result<u32, Problem> {
    let Some(order) = order_of(turn, id) else {
        return Ok(length);
    };
    let some = match (&order.id, &order.after) {
        (Pick::Path(_), Pick::Path(_)) => NODES_PER_TRANSITION,
        _ => QUERIED_NODES_PER_TRANSITION,
    };
    let end = length.min(first.index.saturating_add(some));
    let mut item = first;
    while item.index < end {
        turn.eval_for_item(id, Some(&item), input, |scope| {
            read_item(scope, order, &item, &mut ordering.0)
        })?;
        item.index += 1;
    }
    Ok(end)
}

/// The order, once all items have been read.
pub(crate) fn complete<S: EventSink>(
    turn: &Turn<'_, S>,
    id: FrameId,
    ordering: Ordering,
) -> Result<Order, Problem> {
    let dag = ordering.0.build();
    let dag = dag.map_err(|problem| turn.blame(id, problem.into()))?;
    let on_failure = order_of(turn, id).map_or(OnFailure::Cancel, |order| order.on_failure);
    Ok(Order::new(Arc::new(dag), on_failure))
}

fn order_of<'a, S: EventSink>(turn: &Turn<'a, S>, id: FrameId) -> Option<&'a ItemOrder> {
    match &turn.state(id).kind {
        Kind::Map(map) => map.order.as_ref(),
        _ => None,
    }
}

/// Reads one item's id, and the ids of what it comes after.
fn read_item(
    scope: &Scope<'_>,
    order: &ItemOrder,
    item: &Item,
    named: &mut Named,
) -> Result<(), Fault> {
    // What a message calls the item: its place among all of them.
    let index = named.nodes();
    let value = match item.items.value() {
        Value::Array(items) => items.get(item.index as usize).map(Cow::Borrowed),
        _ => map_run::item(&item.items, item.index).map(Cow::Owned),
    };
    let Some(value) = value else {
        return Ok(());
    };
    let scope = ItemScope {
        scope,
        value: &value,
    };
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

fn no_text(field: &str, index: usize, value: &Value) -> Fault {
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

    fn context_with(&self, field: &str) -> &Value {
        self.scope.context_with(field)
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

/// While the ids are being read a run is not kept: the facts lead there again.
impl Snap for Ordering {
    fn put(&self, out: &mut Writer) {
        out.refuse();
    }

    fn take(_: &mut Reader<'_>) -> Option<Self> {
        None
    }
}
