//! A handful of parts without a list made for them: trees are walked by the million.

use std::{array, slice, vec};

/// Up to three parts, then those of a slice, then those of a list.
#[derive(Clone, Debug)]
pub struct Few<'p, T> {
    first: array::IntoIter<Option<&'p T>, 3>,
    slice: slice::Iter<'p, T>,
    list: vec::IntoIter<&'p T>,
}

impl<'p, T> Few<'p, T> {
    /// These, as far as there are any.
    #[must_use]
    pub fn of(first: [Option<&'p T>; 3]) -> Self {
        Self { first: first.into_iter(), slice: [].iter(), list: vec![].into_iter() }
    }

    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self::of([None; 3])
    }

    /// One.
    #[must_use]
    pub fn one(part: &'p T) -> Self {
        Self::of([Some(part), None, None])
    }

    /// Two.
    #[must_use]
    pub fn two(a: &'p T, b: &'p T) -> Self {
        Self::of([Some(a), Some(b), None])
    }

    /// All of a slice.
    #[must_use]
    pub fn all(parts: &'p [T]) -> Self {
        Self { slice: parts.iter(), ..Self::none() }
    }

    /// One, if there is one, and all of a slice.
    #[must_use]
    pub fn and_all(first: Option<&'p T>, parts: &'p [T]) -> Self {
        Self { slice: parts.iter(), ..Self::of([first, None, None]) }
    }

    /// What lies apart.
    #[must_use]
    pub fn list(parts: Vec<&'p T>) -> Self {
        Self { list: parts.into_iter(), ..Self::none() }
    }
}

impl<'p, T> Iterator for Few<'p, T> {
    type Item = &'p T;

    fn next(&mut self) -> Option<&'p T> {
        for part in self.first.by_ref() {
            if part.is_some() {
                return part;
            }
        }
        self.slice.next().or_else(|| self.list.next())
    }
}
