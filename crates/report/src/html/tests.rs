use super::*;
use crate::testing::{entries, finding, report, rules, sources};

#[test]
fn a_page_comes_out() {
    let (rules, entries, sources) = (rules(), entries(vec![finding("leaked-lock", 0, 7)]), sources(&[("a.go", "package main\n")]));
    let page = to_html(&report(&rules, &entries, &[], &sources));
    assert!(page.starts_with("<!doctype html>"));
}
