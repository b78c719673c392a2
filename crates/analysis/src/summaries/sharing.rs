//! Symbolic values as bytes: each is written once, and named by its order wherever it stands again. Written out at every
//! place, values made of values would grow with the paths through them.

use crate::sym::Sym;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use rustc_hash::FxHashMap;

thread_local! {
    static WRITTEN: RefCell<FxHashMap<usize, u32>> = RefCell::new(FxHashMap::default());
    static READ: RefCell<Vec<Sym>> = const { RefCell::new(Vec::new()) };
}

/// Forgets the values of what was written or read before.
pub(super) fn begin() {
    WRITTEN.with_borrow_mut(FxHashMap::clear);
    READ.with_borrow_mut(Vec::clear);
}

struct Whole<'s>(&'s Sym);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Sym::serialize(self.0, serializer)
    }
}

struct Owned(Sym);

impl<'de> Deserialize<'de> for Owned {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Sym::deserialize(deserializer).map(Self)
    }
}

#[derive(Serialize)]
enum Written<'s> {
    New(Whole<'s>),
    Again(u32),
}

#[derive(Deserialize)]
enum Read {
    New(Owned),
    Again(u32),
}

impl Serialize for Sym {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What is written stays where it is meanwhile, so that a place in memory tells a value.
        let place = std::ptr::from_ref(self) as usize;
        if let Some(order) = WRITTEN.with_borrow(|written| written.get(&place).copied()) {
            return Written::Again(order).serialize(serializer);
        }
        let done = Written::New(Whole(self)).serialize(serializer)?;
        WRITTEN.with_borrow_mut(|written| {
            let order = u32::try_from(written.len()).unwrap_or(u32::MAX);
            written.insert(place, order);
        });
        Ok(done)
    }
}

impl<'de> Deserialize<'de> for Sym {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Read::deserialize(deserializer)? {
            Read::New(Owned(sym)) => {
                READ.with_borrow_mut(|read| read.push(sym.clone()));
                Ok(sym)
            }
            Read::Again(order) => READ
                .with_borrow(|read| read.get(order as usize).cloned())
                .ok_or_else(|| D::Error::custom("a value that was not written")),
        }
    }
}
