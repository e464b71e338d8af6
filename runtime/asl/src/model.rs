//! A checked machine: what the text of a definition means, with every name resolved.
//!
//! Made by [`crate::parse`] alone. Whoever holds a [`Machine`] may rely on it: every index is in
//! range, every `Next` exists, every path and template is compiled.

use std::sync::Arc;

use steploom_expr::{Expression, Path, ReferencePath, Template};
use steploom_types::{Json, Name, Timestamp};

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
    /// How its input becomes its output.
    pub flow: Flow,
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

/// The data flow of the query language JSONPath.
#[derive(Debug, Default)]
pub struct Flow {
    /// `InputPath`.
    pub input_path: Selection,
    /// `Parameters`; for a `Map` its `ItemSelector` (or, formerly, `Parameters`).
    pub parameters: Option<Template>,
    /// `ResultSelector`.
    pub result_selector: Option<Template>,
    /// `ResultPath`.
    pub result_path: ResultPath,
    /// `OutputPath`.
    pub output_path: Selection,
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
    Map(Map),
}

/// A text written out, or read at run time.
#[derive(Debug)]
pub enum TextField {
    /// Written out.
    Literal(String),
    /// A path or an intrinsic call that gives a text.
    Computed(Expression),
}

/// A whole number written out, or read at run time.
#[derive(Debug)]
pub enum NumberField {
    /// Written out.
    Literal(u64),
    /// A path that gives it.
    Path(Path),
}

/// A `Task`.
#[derive(Debug)]
pub struct Task {
    /// What to invoke.
    pub resource: Resource,
    /// `TimeoutSeconds` or `TimeoutSecondsPath`.
    pub timeout_seconds: Option<NumberField>,
    /// `HeartbeatSeconds` or `HeartbeatSecondsPath`.
    pub heartbeat_seconds: Option<NumberField>,
}

/// What a task's `Resource` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A function of the same account, called with the task's input as its event; the result is
    /// the task's result. Written `NAME`, `NAME:QUALIFIER`, or as a Lambda ARN.
    Function(FunctionRef),
    /// `arn:aws:states:::lambda:invoke`: the function's name and payload are in the task's input
    /// (`FunctionName`, `Payload`), and the result is wrapped as AWS wraps it.
    LambdaInvoke,
}

/// A function, and which of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRef {
    /// The function.
    pub name: Name,
    /// A version's number or an alias; the newest version if there is none.
    pub qualifier: Option<String>,
    /// As the author wrote it: the name or the ARN.
    pub text: Arc<str>,
}

/// A rule of a `Choice`.
#[derive(Debug)]
pub struct Rule {
    /// When it holds.
    pub condition: Condition,
    /// Where it goes.
    pub next: StateIx,
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
}

/// An inline `Map`.
#[derive(Debug)]
pub struct Map {
    /// `ItemsPath`; the whole input if left out.
    pub items: Option<Path>,
    /// `ItemProcessor`.
    pub processor: ScopeIx,
    /// `MaxConcurrency` or `MaxConcurrencyPath`; 0 means no limit of the author's.
    pub max_concurrency: Option<NumberField>,
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
    /// Where to go.
    pub next: StateIx,
}
