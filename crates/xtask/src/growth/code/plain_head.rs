//! What customers are told about an nnn.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

/// A row of the table of the same name.
#[derive(Clone, Debug)]
pub struct Nnn {
    pub id: String,
    pub owner: String,
    pub amount: i64,
    pub tags: Vec<String>,
    pub created: SystemTime,
}

/// Why an nnn was left alone.
#[derive(Debug)]
pub enum NnnError {
    NotFound(String),
    Rate { tag: String, rate: f64 },
}

impl fmt::Display for NnnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(id) => write!(f, "no nnn {id}"),
            Self::Rate { tag, rate } => write!(f, "the rate of {tag} is {rate}"),
        }
    }
}

/// What the service needs of its database.
pub trait NnnTable {
    fn find(&self, id: &str) -> Option<Nnn>;
    fn save(&mut self, row: Nnn) -> Result<(), NnnError>;
    fn between(&self, from: SystemTime, length: Duration) -> Vec<Nnn>;
}

/// Answers requests about an nnn.
pub struct NnnService<T> {
    table: T,
    rates: BTreeMap<String, f64>,
}
