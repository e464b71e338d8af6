//! Python as a module: what runs a function that is nothing but a `.py` file.
//!
//! Kind `reactor`, with one more export. The host calls `steploom_load` once with the function's files and keeps
//! the memory as it is then; every call begins with that memory and is `steploom_handle`, as of any
//! reactor. Nothing of a call comes from the time of loading: environment, time, random numbers and
//! folders are read when they are asked for. Nothing is cleaned up at a call's end: the memory is thrown away.

#![cfg(target_family = "wasm")]

mod abi;
mod call;
mod environment;
mod failure;
mod guest;
mod heap;
mod json;
mod load;
mod native;
mod package;
mod platform;
