//! What a workflow's author sees: definitions, inputs and answers in; outcome and history out.

mod any_facts;
mod choice;
mod conformance;
mod defects;
mod definitions;
mod flow;
mod graph;
mod limits;
mod map;
mod parallel;
mod replay;
mod retry;
mod stop;
mod task;
mod wait;
