//! Symbolic values as bytes: each is written once, and named by its order wherever it stands again. Written out at every
//! place, values made of values would grow with the paths through them.

use crate::sym::Sym;
use dogpile_source::deeper;
use rustc_hash::FxHashMap;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::{Cell, RefCell};

/// A value of more parts is not read: whoever walks through it comes by each as often as it stands there, so that a value
/// that is made of the last one twice, again and again, keeps him for ever. The explorer follows none as large.
const MOST_PARTS: usize = 1 << 16;
/// Nor are values that have more parts together: they stand in sets, where they are compared.
const MOST_PARTS_TOGETHER: usize = 1 << 24;

thread_local! {
    static WRITTEN: RefCell<FxHashMap<usize, u32>> = RefCell::new(FxHashMap::default());
    /// With how many parts they have, wherever these stand.
    static READ: RefCell<Vec<(Sym, usize)>> = const { RefCell::new(Vec::new()) };
    /// Parts of all values so far.
    static PARTS: Cell<usize> = const { Cell::new(0) };
}

/// Forgets the values of what was written or read before.
pub(super) fn begin() {
    WRITTEN.with_borrow_mut(FxHashMap::clear);
    READ.with_borrow_mut(Vec::clear);
    PARTS.set(0);
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
        let before = PARTS.get();
        PARTS.set(before.saturating_add(1));
        let (sym, again) = match deeper(|| Read::deserialize(deserializer))? {
            Read::New(Owned(sym)) => (sym, None),
            Read::Again(order) => READ
                .with_borrow(|read| read.get(order as usize).cloned())
                .map(|(sym, parts)| (sym, Some(parts)))
                .ok_or_else(|| D::Error::custom("a value that was not written"))?,
        };
        if let Some(parts) = again {
            PARTS.set(before.saturating_add(parts));
        }
        let parts = PARTS.get() - before;
        if parts > MOST_PARTS || PARTS.get() > MOST_PARTS_TOGETHER {
            return Err(D::Error::custom("values of too many parts"));
        }
        if again.is_none() {
            READ.with_borrow_mut(|read| read.push((sym.clone(), parts)));
        }
        Ok(sym)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// What the program gives its threads: who drops a deep value needs it, too.
    fn on_a_stack(check: fn()) {
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(check);
        thread.expect("a thread").join().expect("it holds");
    }

    fn read(bytes: &[u8]) -> Option<Vec<Sym>> {
        begin();
        postcard::from_bytes(bytes).ok()
    }

    fn written(values: &[Arc<Sym>]) -> Vec<u8> {
        begin();
        postcard::to_allocvec(values).expect("bytes")
    }

    /// Each is made of the one before.
    fn chain(length: usize, next: impl Fn(Arc<Sym>) -> Sym) -> Vec<Arc<Sym>> {
        let mut all = vec![Arc::new(Sym::Unknown)];
        while all.len() < length {
            all.push(Arc::new(next(Arc::clone(&all[all.len() - 1]))));
        }
        all
    }

    #[test]
    fn what_the_explorer_follows_is_read_back() {
        on_a_stack(usual);
    }

    fn usual() {
        // Each of these is a new value in the one before it, and then an old one.
        let mut values = chain(500, Sym::Not);
        values.reverse();
        assert_eq!(read(&written(&values)), Some(values.iter().map(|sym| Sym::clone(sym)).collect()));
        let doubled = chain(12, |sym| Sym::Index(Arc::clone(&sym), sym));
        assert_eq!(read(&written(&doubled)).map(|read| read.len()), Some(12));
    }

    #[test]
    fn what_costs_a_reader_too_much_is_refused() {
        on_a_stack(costly);
    }

    fn costly() {
        // `New(Not(` again and again, as bytes: written by nobody, for a writer would run out of its stack, too.
        let not = &written(&[Arc::new(Sym::Not(Arc::new(Sym::Nil)))])[1..3];
        assert_eq!(read(&[&[1], not.repeat(200_000).as_slice()].concat()), None);
        // As deep, and flat in the file.
        assert_eq!(read(&written(&chain(MOST_PARTS + 2, Sym::Not))), None);
        // Walking through the last of them takes 2^60 steps.
        assert_eq!(read(&written(&chain(60, |sym| Sym::Index(Arc::clone(&sym), sym)))), None);
        let wide: Vec<Arc<Sym>> = chain(15, |sym| Sym::Index(Arc::clone(&sym), sym)).split_off(14);
        let many: Vec<Arc<Sym>> = wide.iter().cycle().take(2_000).cloned().collect();
        assert_eq!(read(&written(&many)), None);
    }
}
