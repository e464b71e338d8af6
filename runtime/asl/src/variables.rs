//! Variables: their names, and which scope may set them.

use std::collections::BTreeMap;

use steploom_types::limits::NAME_LENGTH_MAX;

use crate::diagnostic::{Report, code};
use crate::fields::Fields;
use crate::language::Language;
use crate::model::{Machine, ScopeIx, StateIx};
use crate::reach;

/// The variable that holds a state's data.
const RESERVED: &str = "states";

/// Who sets which variables.
#[derive(Default)]
pub(crate) struct Assignments<'a>(Vec<Assignment<'a>>);

/// One `Assign`: a state's, or that of one of its rules.
struct Assignment<'a> {
    state: StateIx,
    place: String,
    names: Vec<&'a str>,
}

impl<'a> Assignments<'a> {
    /// Notes the variables that the `Assign` of the object at the present place sets, and checks
    /// their names.
    pub(crate) fn note(
        &mut self,
        state: StateIx,
        fields: Fields<'a>,
        language: Language,
        report: &mut Report,
    ) {
        let Some(assigned) = fields.object(report, "Assign") else {
            return;
        };
        let place = report.enter("Assign");
        let mut names = Vec::new();
        for field in assigned.names() {
            let name = match language {
                Language::Path => field.strip_suffix(".$").unwrap_or(field),
                Language::Query => field,
            };
            report.within(field, |report| check_name(name, report));
            names.push(name);
        }
        self.0.push(Assignment {
            state,
            place: report.place(),
            names,
        });
        report.leave(place);
    }

    /// Checks that no scope sets a variable that exists around it: one that a state of an outer
    /// scope sets from which the inner scope's owner can be reached. (AWS accepts names that are
    /// set later only, such as in the owner's own `Catch`.)
    pub(crate) fn check(&self, machine: &Machine, report: &mut Report) {
        let mut setters: BTreeMap<(ScopeIx, &str), Vec<StateIx>> = BTreeMap::new();
        for assignment in &self.0 {
            let scope = machine.state(assignment.state).scope;
            for name in &assignment.names {
                setters
                    .entry((scope, name))
                    .or_default()
                    .push(assignment.state);
            }
        }
        let mut before = Predecessors::new(machine);
        let mut known: BTreeMap<(StateIx, &str), bool> = BTreeMap::new();
        for assignment in &self.0 {
            let mut scope = machine.state(assignment.state).scope;
            while let Some(owner) = machine.scope(scope).owner {
                scope = machine.state(owner).scope;
                for name in &assignment.names {
                    let Some(outer) = setters.get(&(scope, name)) else {
                        continue;
                    };
                    let exists = known.entry((owner, name)).or_insert_with(|| {
                        let earlier = before.of(owner);
                        outer.iter().any(|state| is_in(earlier, *state))
                    });
                    if *exists {
                        report.error_at(
                            code::VARIABLE_NAME,
                            format!("{}/{name}", assignment.place),
                            format!(
                                "Variable '{name}' exists in an outer scope, and cannot be assigned in an inner one."
                            ),
                        );
                    }
                }
            }
        }
    }
}

/// Which states can come before which.
struct Predecessors {
    /// By state, the states that go to it.
    sources: Vec<Vec<StateIx>>,
    /// The sets found so far, a bit a state.
    known: BTreeMap<StateIx, Vec<u64>>,
}

impl Predecessors {
    fn new(machine: &Machine) -> Self {
        let mut sources = vec![Vec::new(); machine.states.len()];
        for (index, state) in machine.states.iter().enumerate() {
            for target in reach::targets(state) {
                sources[target.0 as usize].push(StateIx(index as u32));
            }
        }
        Self {
            sources,
            known: BTreeMap::new(),
        }
    }

    /// The states of the same scope from which a state can be reached.
    fn of(&mut self, state: StateIx) -> &[u64] {
        let sources = &self.sources;
        self.known.entry(state).or_insert_with(|| {
            let mut found = vec![0; sources.len().div_ceil(u64::BITS as usize)];
            let mut open = vec![state];
            while let Some(next) = open.pop() {
                for source in &sources[next.0 as usize] {
                    if !is_in(&found, *source) {
                        let (word, bit) = place(*source);
                        found[word] |= bit;
                        open.push(*source);
                    }
                }
            }
            found
        })
    }
}

fn is_in(set: &[u64], state: StateIx) -> bool {
    let (word, bit) = place(state);
    set[word] & bit != 0
}

/// A state's bit in a set.
fn place(state: StateIx) -> (usize, u64) {
    let bits = u64::BITS;
    ((state.0 / bits) as usize, 1 << (state.0 % bits))
}

/// A variable's name is an identifier, as Unicode has them (UAX 31), of up to 80 characters.
fn check_name(name: &str, report: &mut Report) {
    let mut chars = name.chars();
    let is_identifier = chars.next().is_some_and(unicode_ident::is_xid_start)
        && chars.all(unicode_ident::is_xid_continue);
    let why = if name == RESERVED {
        report.error(
            code::RESERVED_VARIABLE,
            format!("Cannot assign to reserved variable '${RESERVED}'."),
        );
        return;
    } else if !is_identifier {
        "the variable name contains invalid characters."
    } else if name.chars().count() > NAME_LENGTH_MAX {
        "the variable name is longer than 80 characters."
    } else {
        return;
    };
    report.error(
        code::VARIABLE_NAME,
        format!("Invalid variable name '{name}': {why}"),
    );
}
