//! What a workflow's author sees: definitions, inputs and answers in; outcome and history out.

mod any_facts;
mod choice;
mod conformance;
mod defects;
mod definitions;
mod distributed;
mod exceeded;
mod extensions;
mod flow;
mod graph;
mod jsonata;
mod limits;
mod map;
mod map_order;
mod parallel;
mod pause;
mod pending;
mod ranges;
mod redrive;
mod replay;
mod retry;
mod service;
mod stop;
mod task;
mod variables;
mod wait;
