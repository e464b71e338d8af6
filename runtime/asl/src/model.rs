//! A checked machine: what the text of a definition means, with every name resolved.
//!
//! Made by [`crate::parse`] alone. Whoever holds a [`Machine`] may rely on it: every index is in
//! range, every `Next` exists, every path and template is compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use steploom_expr::jsonata::{Payload, Query};
use steploom_expr::{Expression, Path, ReferencePath, Template};
use steploom_types::{Json, Timestamp};

use crate::dag::Dag;
use crate::references;

pub use crate::resource::{ActivityRef, Api, FunctionRef, Integration, Pattern, Resource};

/// A state's place in [`Machine::states`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateIx(pub u32);

/// A scope's place in [`Machine::scopes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeIx(pub u32);

/// A definition, checked.
#[derive(Debug)]
pub struct Machine {
    /// For people.
    pub comment: Option<String>,
    /// Seconds after which an execution times out.
    pub timeout_seconds: Option<u64>,
    /// How many of its executions run at once; more of them wait to begin. An extension.
    pub max_concurrent_executions: Option<u32>,
    /// Bytes of a state's data, and of an execution's input: `DataLimit`, an extension.
    pub data_bytes_max: u32,
    /// Every state of every scope.
    pub states: Vec<State>,
    /// The machine itself is scope 0; each branch of a `Parallel` and each `Map`'s processor is one.
    pub scopes: Vec<Scope>,
}

impl Machine {
    /// The state at an index of this machine.
    pub fn state(&self, ix: StateIx) -> &State {
        &self.states[ix.0 as usize]
    }

    /// The scope at an index of this machine.
    pub fn scope(&self, ix: ScopeIx) -> &Scope {
        &self.scopes[ix.0 as usize]
    }

    /// The variables that each state reads, of those that read any: by the state's name, without
    /// the `$`. As AWS's `DescribeStateMachine` tells it.
    pub fn variable_references(&self) -> BTreeMap<&str, BTreeSet<String>> {
        let states = self.states.iter();
        states
            .map(|state| (&*state.name, references::of_state(state)))
            .filter(|(_, variables)| !variables.is_empty())
            .collect()
    }
}

/// States that refer to each other.
#[derive(Debug)]
pub struct Scope {
    /// Where it starts.
    pub start: StateIx,
    /// The `Parallel` or `Map` that it belongs to; none for the machine itself.
    pub owner: Option<StateIx>,
}

/// One state. Fields that its kind does not have hold their neutral value.
#[derive(Debug)]
pub struct State {
    /// Its name, unique within the whole machine.
    pub name: Arc<str>,
    /// The scope that it is in.
    pub scope: ScopeIx,
    /// What it does.
    pub kind: Kind,
    /// How its input becomes its output, in the query language that it speaks.
    pub flow: Flow,
    /// `Assign`: variables that are set when it is left by `next`, or by a `Choice`'s `Default`.
    pub assign: Option<Maker>,
    /// Rules for trying again, in order.
    pub retry: Vec<Retrier>,
    /// Rules for going on after a failure, in order.
    pub catch: Vec<Catcher>,
    /// Where it goes; meaningless for `Choice`, `Succeed` and `Fail`.
    pub next: Next,
}

/// Where a state goes when it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The scope ends.
    End,
    /// Another state of the same scope.
    To(StateIx),
}

/// The data flow of a state, in the query language that it speaks.
#[derive(Debug)]
pub enum Flow {
    /// JSONPath.
    Path(PathFlow),
    /// JSONata.
    Query(QueryFlow),
}

impl Default for Flow {
    fn default() -> Self {
        Self::Path(PathFlow::default())
    }
}

/// The data flow of the query language JSONPath.
#[derive(Debug, Default)]
pub struct PathFlow {
    /// `InputPath`.
    pub input_path: Selection,
    /// `Parameters`; a `Map`'s are its [`Map::selector`].
    pub parameters: Option<Template>,
    /// `ResultSelector`.
    pub result_selector: Option<Template>,
    /// `ResultPath`.
    pub result_path: ResultPath,
    /// `OutputPath`.
    pub output_path: Selection,
}

/// The data flow of the query language JSONata.
#[derive(Debug, Default)]
pub struct QueryFlow {
    /// `Arguments`.
    pub arguments: Option<Payload>,
    /// `Output`.
    pub output: Option<Payload>,
}

/// How a value is made of a state's data, in either language.
#[derive(Clone, Debug)]
pub enum Maker {
    /// A payload template of JSONPath.
    Path(Template),
    /// JSON with expressions of JSONata.
    Query(Payload),
}

/// `InputPath` and `OutputPath`.
#[derive(Debug, Default)]
pub enum Selection {
    /// `$`, or left out.
    #[default]
    Whole,
    /// `null`: an empty object.
    Nothing,
    /// A path.
    At(Path),
}

/// `ResultPath`.
#[derive(Debug, Default)]
pub enum ResultPath {
    /// `$`, or left out: the result replaces the input.
    #[default]
    Replace,
    /// `null`: the input goes on, the result is dropped.
    Discard,
    /// The result is put into the input there.
    At(ReferencePath),
}

/// What a state does.
#[derive(Debug)]
pub enum Kind {
    /// Hands its input on, or a fixed result.
    Pass {
        /// `Result`, verbatim.
        result: Option<Json>,
    },
    /// Invokes something.
    Task(Task),
    /// Branches.
    Choice {
        /// In order; the first that holds wins.
        rules: Vec<Rule>,
        /// Where to go if none holds.
        default: Option<StateIx>,
    },
    /// Waits.
    Wait(Wait),
    /// Ends its scope well.
    Succeed,
    /// Ends the execution, or its branch, badly.
    Fail {
        /// `Error` or `ErrorPath`.
        error: Option<TextField>,
        /// `Cause` or `CausePath`.
        cause: Option<TextField>,
    },
    /// Runs branches side by side.
    Parallel {
        /// One scope a branch.
        branches: Vec<ScopeIx>,
    },
    /// Runs a scope for each item.
    Map(Box<Map>),
    /// Runs nodes that come after one another, side by side where they can: an extension.
    Graph(Graph),
}

/// A text written out, or read at run time.
#[derive(Debug)]
pub enum TextField {
    /// Written out.
    Literal(String),
    /// A path or an intrinsic call that gives a text.
    Computed(Expression),
    /// JSONata that gives it.
    Query(Query),
}

/// A number written out, or read at run time.
#[derive(Debug)]
pub enum Field<T> {
    /// Written out.
    Literal(T),
    /// A path that gives it.
    Path(Path),
    /// JSONata that gives it.
    Query(Query),
}

/// A whole number.
pub type NumberField = Field<u64>;
/// A share, 0 to 100.
pub type PercentField = Field<f64>;

/// A `Task`.
#[derive(Debug)]
pub struct Task {
    /// What to invoke.
    pub resource: Resource,
    /// `TimeoutSeconds` or `TimeoutSecondsPath`.
    pub timeout_seconds: Option<NumberField>,
    /// `HeartbeatSeconds` or `HeartbeatSecondsPath`.
    pub heartbeat_seconds: Option<NumberField>,
    /// `Credentials`: checked, and evaluated as the language says.
    pub credentials: Option<Maker>,
    /// Whether an attempt is made once at the most: an extension, see docs/extensions.md.
    pub at_most_once: bool,
}

/// A rule of a `Choice`.
#[derive(Debug)]
pub struct Rule {
    /// When it holds.
    pub condition: Condition,
    /// Where it goes.
    pub next: StateIx,
    /// `Assign`, in place of the state's.
    pub assign: Option<Maker>,
    /// `Output`, in place of the state's.
    pub output: Option<Payload>,
}

/// A condition on a state's input.
#[derive(Debug)]
pub enum Condition {
    /// All hold.
    And(Vec<Condition>),
    /// One holds.
    Or(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A comparison.
    Compare {
        /// `Variable`.
        variable: Path,
        /// The operator and what it compares with.
        test: Test,
    },
    /// JSONata.
    Query(Query),
    /// `true` or `false` written out, which JSONata allows.
    Constant(bool),
}

/// A comparison. A type that does not fit is false, never an error.
#[derive(Debug)]
pub enum Test {
    /// `BooleanEquals...`.
    Boolean(Operand<bool>),
    /// `Numeric...`.
    Numeric(Order, Operand<f64>),
    /// `String...` but for `StringMatches`.
    String(Order, Operand<String>),
    /// `StringMatches`: `*` stands for any text, `\*` for a star.
    Matches(String),
    /// `Timestamp...`.
    Timestamp(Order, Operand<Timestamp>),
    /// `IsPresent`, `IsNull`, ...: whether the value is of this type, or is not.
    Is(Type, bool),
}

/// How two values are to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `Equals`.
    Equals,
    /// `LessThan`.
    Less,
    /// `LessThanEquals`.
    LessOrEqual,
    /// `GreaterThan`.
    Greater,
    /// `GreaterThanEquals`.
    GreaterOrEqual,
}

/// The other side of a comparison.
#[derive(Debug)]
pub enum Operand<T> {
    /// Written out.
    Literal(T),
    /// The `...Path` forms.
    Path(Path),
}

/// What `IsX` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `IsPresent`.
    Present,
    /// `IsNull`.
    Null,
    /// `IsBoolean`.
    Boolean,
    /// `IsNumeric`.
    Numeric,
    /// `IsString`.
    String,
    /// `IsTimestamp`.
    Timestamp,
}

/// The four forms of `Wait`.
#[derive(Debug)]
pub enum Wait {
    /// `Seconds`, `SecondsPath`.
    Seconds(NumberField),
    /// `Timestamp`.
    Until(Timestamp),
    /// `TimestampPath`.
    UntilPath(Path),
    /// `Timestamp`, of JSONata.
    UntilQuery(Query),
}

/// A `Map`.
#[derive(Debug)]
pub struct Map {
    /// What it goes over, unless a reader says so.
    pub items: Items,
    /// `ItemSelector` (formerly `Parameters`): what an iteration gets.
    pub selector: Option<Maker>,
    /// `ItemProcessor` (formerly `Iterator`).
    pub processor: ScopeIx,
    /// `MaxConcurrency` or `MaxConcurrencyPath`; 0 means no limit of the author's.
    pub max_concurrency: Option<NumberField>,
    /// `ToleratedFailureCount` or its path: failures up to this many do not fail a distributed
    /// `Map`. AWS accepts and evaluates it for an inline one, too, where every failure fails it.
    pub tolerated_count: Option<NumberField>,
    /// `ToleratedFailurePercentage` or its path; likewise.
    pub tolerated_percentage: Option<PercentField>,
    /// What `Mode: DISTRIBUTED` adds; none for an inline `Map`.
    pub distributed: Option<Distributed>,
    /// Which items come after which: an extension.
    pub order: Option<ItemOrder>,
}

/// What a `Map` goes over.
#[derive(Debug)]
pub enum Items {
    /// The state's whole input.
    Input,
    /// `ItemsPath`.
    Path(Path),
    /// `Items`, of JSONata.
    Query(Payload),
}

/// The fields of a distributed `Map`.
#[derive(Debug)]
pub struct Distributed {
    /// `ProcessorConfig.ExecutionType`.
    pub is_express: bool,
    /// `Label`: part of the map run's ARN; made up where it is left out.
    pub label: Option<String>,
    /// `ItemReader`.
    pub reader: Option<ItemReader>,
    /// `ItemBatcher`.
    pub batcher: Option<ItemBatcher>,
    /// `ResultWriter`.
    pub writer: Option<ResultWriter>,
}

/// `ItemReader`: where the items are.
#[derive(Debug)]
pub struct ItemReader {
    /// `Resource`.
    pub source: ReaderSource,
    /// `Parameters` or `Arguments`, such as `Bucket` and `Key`.
    pub arguments: Option<Maker>,
    /// How the text is to be read.
    pub format: ReaderFormat,
    /// `MaxItems` or `MaxItemsPath`; 0 means all.
    pub max_items: Option<NumberField>,
}

/// What a reader reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderSource {
    /// `arn:aws:states:::s3:getObject`: one object, whose content has the items.
    Object,
    /// `arn:aws:states:::s3:listObjectsV2`: the objects themselves are the items.
    Listing,
}

/// `InputType` and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReaderFormat {
    /// `JSON`: an array, or what is in the array at `ItemsPointer`, a JSON pointer.
    Json {
        /// `ItemsPointer`.
        pointer: Option<String>,
    },
    /// `JSONL`: a value a line.
    JsonLines,
    /// `CSV`.
    Csv {
        /// `CSVHeaders` where `CSVHeaderLocation` is `GIVEN`; the first row has them otherwise.
        headers: Option<Vec<String>>,
        /// The character that `CSVDelimiter` names; a comma if it is left out.
        delimiter: char,
    },
    /// `MANIFEST`: an inventory of S3, which lists objects.
    Manifest,
    /// None: the listing itself.
    Listing,
}

/// `ItemBatcher`: several items to an iteration.
#[derive(Debug)]
pub struct ItemBatcher {
    /// `BatchInput`.
    pub input: Option<Maker>,
    /// `MaxItemsPerBatch` or its path.
    pub items_max: Option<NumberField>,
    /// `MaxInputBytesPerBatch` or its path.
    pub bytes_max: Option<NumberField>,
}

/// `ResultWriter`: where the results go.
#[derive(Debug)]
pub struct ResultWriter {
    /// `Parameters` or `Arguments`: `Bucket`, `Prefix`. Without them results are formatted only.
    pub arguments: Option<Maker>,
    /// `WriterConfig.OutputType`: `JSON` or `JSONL`.
    pub is_lines: bool,
    /// `WriterConfig.Transformation`.
    pub transformation: Transformation,
}

/// How a writer shows results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transformation {
    /// `NONE`: with each iteration's metadata.
    #[default]
    None,
    /// `COMPACT`: outputs alone.
    Compact,
    /// `FLATTEN`: outputs alone, and of those that are arrays the elements.
    Flatten,
}

/// `ItemId` and `After`: a graph over a `Map`'s items. An extension, see docs/extensions.md.
#[derive(Debug)]
pub struct ItemOrder {
    /// `ItemId`: a text or a number, unique among the items.
    pub id: Pick,
    /// `After`: the ids of the items that have to end first; an array, or one id, or nothing.
    pub after: Pick,
    /// `OnFailure`.
    pub on_failure: OnFailure,
}

/// A value picked out of an item: a path into it, or JSONata.
#[derive(Debug)]
pub enum Pick {
    /// `$` is the item.
    Path(Path),
    /// `$states.context.Map.Item.Value` is the item.
    Query(Query),
}

/// What becomes of what comes after a failed node or item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// Everything is cancelled, and the state fails.
    Cancel,
    /// What comes after it is skipped; the rest runs on.
    Skip,
}

/// A `Graph`: an extension, see docs/extensions.md.
#[derive(Debug)]
pub struct Graph {
    /// `Nodes`, in the order of the text.
    pub nodes: Vec<GraphNode>,
    /// Which nodes come after which, by their places in `nodes`.
    pub dag: Arc<Dag>,
    /// `OnFailure`.
    pub on_failure: OnFailure,
    /// `MaxConcurrency` or `MaxConcurrencyPath`; 0 means no limit of the author's.
    pub max_concurrency: Option<NumberField>,
}

/// One node of a `Graph`.
#[derive(Debug)]
pub struct GraphNode {
    /// A scope of one state, which has the node's name.
    pub scope: ScopeIx,
    /// `After`: the nodes that have to end first, by their places, in the order of the text.
    pub after: Vec<u32>,
}

/// A rule for trying again.
#[derive(Debug)]
pub struct Retrier {
    /// `ErrorEquals`.
    pub errors: Vec<String>,
    /// Seconds before the first retry.
    pub interval_seconds: u32,
    /// Retries at the most.
    pub attempts_max: u32,
    /// By what each wait is longer than the one before.
    pub backoff_rate: f64,
    /// The longest wait.
    pub delay_seconds_max: Option<u32>,
    /// `JitterStrategy: FULL`: a wait anywhere between 0 and what was computed.
    pub jitter: bool,
}

/// A rule for going on after a failure.
#[derive(Debug)]
pub struct Catcher {
    /// `ErrorEquals`.
    pub errors: Vec<String>,
    /// Where `{"Error", "Cause"}` goes.
    pub result_path: ResultPath,
    /// Where to go; the node of a `Graph` ends, which has no `Next`.
    pub next: Next,
    /// `Assign`, in place of the state's.
    pub assign: Option<Maker>,
    /// `Output`, in place of the state's.
    pub output: Option<Payload>,
}
