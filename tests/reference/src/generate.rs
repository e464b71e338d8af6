//! Random machines and inputs. Data is alike at every depth, so that most paths lead somewhere: an object
//! has the numbers `n` and `m`, the texts `s` and `t`, the boolean `f`, the null `z`, the array `list` and,
//! not too deep, an object `o` and an array of objects `objs`.

use serde_json::{Map, Value, json};

use crate::function;
use crate::lots::Lots;

/// How deep composite states stand in one another.
const DEPTH_MAX: u32 = 2;

/// A machine.
pub(crate) fn machine(lots: &mut Lots) -> Value {
    let mut author = Author {
        lots,
        depth: 0,
        count: 0,
        variables: Vec::new(),
    };
    let mut machine = author.scope();
    if author.lots.percent(5) {
        machine["TimeoutSeconds"] = (1 + author.lots.below(60)).into();
    }
    machine
}

/// An input.
pub(crate) fn input(lots: &mut Lots) -> Value {
    object(lots, 3)
}

fn object(lots: &mut Lots, depth: u32) -> Value {
    let list: Vec<u64> = (0..lots.below(4)).map(|_| lots.below(5)).collect();
    let mut object = json!({"n": lots.below(20), "m": lots.below(5), "s": lots.pick(&["a", "b", "red", "a b"]),
        "t": lots.pick(&["x", "blue"]), "f": lots.percent(50), "z": null, "list": list});
    if depth > 0 {
        object["o"] = self::object(lots, depth - 1);
        object["objs"] = (0..lots.below(3))
            .map(|_| self::object(lots, depth - 1))
            .collect();
    }
    object
}

struct Author<'a> {
    lots: &'a mut Lots,
    depth: u32,
    count: u32,
    /// Variables that are surely set here.
    variables: Vec<String>,
}

/// How often a kind of state is drawn, and what makes one.
type Drawn = (u64, fn(&mut Author) -> Value);

/// States by how often they are drawn.
const STATES: &[Drawn] = &[
    (5, |author| author.pass()),
    (6, |author| author.task()),
    (2, |author| author.wait()),
    (4, |author| author.choice()),
    (2, |author| author.parallel()),
    (3, |author| author.map()),
];

impl Author<'_> {
    fn scope(&mut self) -> Value {
        let length = 1 + self.lots.below(4);
        let names: Vec<String> = (0..=length)
            .map(|_| {
                self.count += 1;
                format!("S{}", self.count)
            })
            .collect();
        let known = self.variables.len();
        let mut states = Map::new();
        for place in 0..length as usize {
            let rest = &names[place + 1..];
            let state = self.state();
            states.insert(names[place].clone(), self.link(state, rest));
        }
        let last = self.last();
        states.insert(names[length as usize].clone(), last);
        self.variables.truncate(known);
        json!({"StartAt": names[0], "States": states})
    }

    fn state(&mut self) -> Value {
        let all: u64 = STATES.iter().map(|(weight, _)| weight).sum();
        let mut lot = self.lots.below(all);
        for (weight, state) in STATES {
            if lot < *weight {
                return state(self);
            }
            lot -= weight;
        }
        self.pass()
    }

    fn last(&mut self) -> Value {
        match self.lots.below(10) {
            0 => {
                json!({"Type": "Fail", "Error": self.lots.pick(&["Gone", "Odd"]), "Cause": "said so"})
            }
            1 | 2 => {
                let mut state = json!({"Type": "Succeed"});
                self.filter(&mut state, 10);
                state
            }
            _ => {
                let mut state = self.pass();
                state["End"] = true.into();
                state
            }
        }
    }

    /// Points a state at those that follow it. What is skipped may assign no variables that are read later,
    /// so that variables are surely set.
    fn link(&mut self, mut state: Value, rest: &[String]) -> Value {
        let next =
            |lots: &mut Lots| Value::String(rest[lots.below(rest.len() as u64) as usize].clone());
        for field in ["Choices", "Catch"] {
            let rules = state.get_mut(field).and_then(Value::as_array_mut);
            for rule in rules.into_iter().flatten() {
                rule["Next"] = next(self.lots);
            }
        }
        if state["Type"] == "Choice" {
            // Every state is in reach: by the default or by a rule.
            if self.lots.percent(85) {
                state["Default"] = rest[0].as_str().into();
            } else {
                state["Choices"][0]["Next"] = rest[0].as_str().into();
            }
        } else {
            state["Next"] = rest[0].as_str().into();
        }
        state
    }

    /// A path that mostly leads somewhere.
    fn path(&mut self) -> String {
        if !self.variables.is_empty() && self.lots.percent(15) {
            let place = self.lots.below(self.variables.len() as u64) as usize;
            return format!("${}", self.variables[place]);
        }
        if self.lots.percent(2) {
            let astray = ["$.absent", "$.r", "$.r.n", "$.objs[0].n", "$.list[1]"];
            return self.lots.pick(&astray).to_owned();
        }
        if self.lots.percent(4) {
            return self
                .lots
                .pick(&[
                    "$$.Execution.Input.n",
                    "$$.State.Name",
                    "$$.Execution.Input.o",
                ])
                .to_owned();
        }
        self.lots
            .pick(&[
                "$",
                "$.n",
                "$.m",
                "$.s",
                "$.t",
                "$.f",
                "$.z",
                "$.list",
                "$.o",
                "$.o.n",
                "$.o.o.s",
                "$.n",
                "$.s",
                "$.o.list",
                "$.list[0]",
                "$.objs",
                "$.objs[0].n",
                "$.absent",
                "$.r",
                "$.r.n",
            ])
            .to_owned()
    }

    fn number(&mut self) -> String {
        self.lots
            .pick(&[
                "$.n",
                "$.m",
                "$.o.n",
                "3",
                "0",
                "States.ArrayLength($.list)",
            ])
            .to_owned()
    }

    fn array(&mut self) -> String {
        self.lots
            .pick(&[
                "$.list",
                "$.o.list",
                "States.Array($.n, 'x', true)",
                "States.ArrayUnique($.list)",
            ])
            .to_owned()
    }

    fn call(&mut self) -> String {
        match self.lots.below(10) {
            0 => format!("States.MathAdd({}, {})", self.number(), self.number()),
            1 => format!("States.ArrayLength({})", self.array()),
            2 => format!("States.ArrayContains({}, {})", self.array(), self.number()),
            3 => format!("States.ArrayGetItem({}, {})", self.array(), self.number()),
            4 => format!("States.ArrayPartition({}, 2)", self.array()),
            5 => format!("States.ArrayRange(1, {}, 2)", self.number()),
            6 => "States.Format('{} is {}', $.s, $.n)".to_owned(),
            7 => "States.StringSplit($.s, ' ')".to_owned(),
            8 => "States.JsonMerge($.o, $.o.o, false)".to_owned(),
            _ => format!("States.ArrayUnique({})", self.array()),
        }
    }

    fn template(&mut self) -> Value {
        let mut template = Map::new();
        for name in ["n", "s", "list", "o", "x"] {
            if self.lots.percent(50) {
                let text = if self.lots.percent(30) {
                    self.call()
                } else {
                    self.path()
                };
                template.insert(format!("{name}.$"), text.into());
            } else {
                let is_constant = self.lots.percent(50);
                if is_constant {
                    template.insert(name.to_owned(), self.constant());
                }
            }
        }
        if self.lots.percent(20) {
            let path = self.path();
            template.insert(
                "deep".to_owned(),
                json!({"is.$": path, "list": [1, {"n.$": "$.n"}]}),
            );
        }
        Value::Object(template)
    }

    fn constant(&mut self) -> Value {
        match self.lots.below(5) {
            0 => self.lots.below(10).into(),
            1 => "text".into(),
            2 => json!([1, 2]),
            3 => json!({"n": 1, "list": []}),
            _ => true.into(),
        }
    }

    /// `InputPath` and `OutputPath`, that often out of a hundred.
    fn filter(&mut self, state: &mut Value, percent: u64) {
        for field in ["InputPath", "OutputPath"] {
            if self.lots.percent(percent) {
                let path =
                    self.lots
                        .pick(&["$", "$.o", "$.o", "$.o", "$$.Execution.Input", "$.list"]);
                state[field] = path.into();
            }
        }
    }

    fn result_path(&mut self, state: &mut Value) {
        if self.lots.percent(65) {
            state["ResultPath"] = self
                .lots
                .pick(&["$.r", "$.r", "$.o", "$.o.new", "$.n", "$.n.deep"])
                .into();
        }
    }

    fn assign(&mut self, state: &mut Value) {
        if self.lots.percent(15) {
            self.count += 1;
            let name = format!("v{}", self.count);
            let path = self
                .lots
                .pick(&["$", "$$.Execution.Input.o", "$$.State.Name"]);
            state["Assign"] = json!({format!("{name}.$"): path});
        }
    }

    fn pass(&mut self) -> Value {
        let mut state = json!({"Type": "Pass"});
        match self.lots.below(3) {
            0 => state["Result"] = self.constant(),
            1 => state["Parameters"] = self.template(),
            _ => {}
        }
        self.filter(&mut state, 3);
        self.result_path(&mut state);
        self.assign(&mut state);
        state
    }

    fn task(&mut self) -> Value {
        let names = if self.lots.percent(80) {
            function::SUCCEED
        } else {
            function::FAIL
        };
        let mut state = json!({"Type": "Task", "Resource": self.lots.pick(names)});
        if self.lots.percent(50) {
            state["Parameters"] = self.template();
        }
        if self.lots.percent(20) {
            state["TimeoutSeconds"] = (1 + self.lots.below(15)).into();
        }
        self.rescued(&mut state, 60);
        state
    }

    /// What Task, Parallel and Map have in common.
    fn rescued(&mut self, state: &mut Value, percent: u64) {
        self.filter(state, 3);
        self.result_path(state);
        if self.lots.percent(15) {
            state["ResultSelector"] = json!({"n": 4, "got.$": "$", "list": []});
        }
        self.assign(state);
        let names: &[&str] = &[
            "States.ALL",
            "States.TaskFailed",
            "Odd",
            "Boom",
            "States.Timeout",
            "States.Runtime",
        ];
        if self.lots.percent(percent) {
            let mut rule = json!({"ErrorEquals": [self.lots.pick(names)], "MaxAttempts": self.lots.below(4),
                "IntervalSeconds": 1 + self.lots.below(5), "BackoffRate": self.lots.pick(&[1.0, 1.5, 2.0])});
            if self.lots.percent(30) {
                rule["MaxDelaySeconds"] = (6 + self.lots.below(4)).into();
            }
            state["Retry"] = json!([rule]);
        }
        if self.lots.percent(percent) {
            let mut rule = json!({"ErrorEquals": [self.lots.pick(names)]});
            self.result_path(&mut rule);
            state["Catch"] = json!([rule]);
        }
    }

    fn wait(&mut self) -> Value {
        let mut state = json!({"Type": "Wait"});
        if self.lots.percent(70) {
            state["Seconds"] = self.lots.below(20).into();
        } else {
            state["SecondsPath"] = self.lots.pick(&["$.n", "$.m", "$.o.n", "$.s"]).into();
        }
        self.filter(&mut state, 5);
        state
    }

    fn choice(&mut self) -> Value {
        let rules: Vec<_> = (0..=self.lots.below(2)).map(|_| self.rule(2)).collect();
        let mut state = json!({"Type": "Choice", "Choices": rules});
        self.filter(&mut state, 4);
        state
    }

    fn rule(&mut self, depth: u32) -> Value {
        if depth > 0 && self.lots.percent(25) {
            let (a, b) = (self.rule(depth - 1), self.rule(depth - 1));
            return match self.lots.below(3) {
                0 => json!({"And": [a, b]}),
                1 => json!({"Or": [a, b]}),
                _ => json!({"Not": a}),
            };
        }
        let variable = loop {
            let path = self.path();
            if path != "$" {
                break path;
            }
        };
        let mut rule = json!({ "Variable": variable });
        let (comparison, operand): (&str, Value) = match self.lots.below(13) {
            0 => ("NumericEquals", self.lots.below(8).into()),
            1 => ("NumericLessThan", self.lots.below(20).into()),
            2 => ("NumericGreaterThanEquals", self.lots.below(20).into()),
            3 => ("NumericLessThanEqualsPath", "$.n".into()),
            4 => ("StringEquals", "red".into()),
            5 => ("StringLessThan", "b".into()),
            6 => (
                "StringMatches",
                self.lots.pick(&["a*", "*e*", "red", "*"]).into(),
            ),
            7 => ("StringGreaterThanPath", "$.t".into()),
            8 => ("BooleanEquals", true.into()),
            9 => ("IsNull", self.lots.percent(50).into()),
            10 => ("IsNumeric", self.lots.percent(50).into()),
            11 => ("IsString", self.lots.percent(50).into()),
            _ => ("IsPresent", self.lots.percent(50).into()),
        };
        rule[comparison] = operand;
        rule
    }

    fn inner(&mut self) -> Value {
        self.depth += 1;
        let scope = self.scope();
        self.depth -= 1;
        scope
    }

    fn parallel(&mut self) -> Value {
        if self.depth == DEPTH_MAX {
            return self.pass();
        }
        let branches: Vec<_> = (0..=self.lots.below(3)).map(|_| self.inner()).collect();
        let mut state = json!({"Type": "Parallel", "Branches": branches});
        if self.lots.percent(20) {
            state["Parameters"] = self.template();
        }
        self.rescued(&mut state, 30);
        state
    }

    fn map(&mut self) -> Value {
        if self.depth == DEPTH_MAX {
            return self.task();
        }
        let path = self.lots.pick(&["$.objs", "$.objs", "$.o.objs", "$.list"]);
        let mut state = json!({"Type": "Map", "ItemsPath": path, "ItemProcessor": self.inner(),
            "MaxConcurrency": self.lots.below(4)});
        if self.lots.percent(40) {
            state["ItemSelector"] = json!({"n.$": "$$.Map.Item.Index", "o.$": "$$.Map.Item.Value", "s.$": "$.s",
                "m": 1, "list.$": "$.list"});
        }
        self.rescued(&mut state, 30);
        state
    }
}
