//! The store on SQL databases: the traits of `steploom-store`, and nothing else of the program,
//! reach a database through this crate.
//!
//! [`sqlite`] keeps everything in one folder that belongs to one process, [`postgres`] in a database
//! that many share. What reads a stored value checks it in `row` and `column`, whatever the database.

mod column;
mod error;
pub mod postgres;
mod row;
mod run;
pub mod sqlite;
