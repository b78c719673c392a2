//! The table of docs/fixes.md against the cases.

use crate::cases::all;
use crate::making::is_unsafe;
use std::collections::BTreeSet;

#[test]
fn every_row_of_the_page_has_its_cases() {
    let page = include_str!("../../docs/fixes.md");
    let table =
        page.split_once("<!-- fixes:begin -->").expect("a mark").1.split_once("<!-- fixes:end -->").expect("a mark").0;
    let mut written = BTreeSet::new();
    let mut rules = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let rule = cells[0].trim_matches('`').to_owned();
        for (language, cell) in ["go", "ts", "rs"].into_iter().zip(&cells[3..]) {
            if *cell == "yes" {
                written.insert((rule.clone(), language.to_owned()));
            }
        }
        safe_as_said(&rule, cells[2]);
        rules.insert(rule);
    }
    let tested: BTreeSet<(String, String)> =
        all().iter().map(|case| (case.rule.clone(), case.language().to_owned())).collect();
    assert_eq!(written, tested);
    let offered: BTreeSet<String> = dogpile_fix::rules().map(str::to_owned).collect();
    assert_eq!(rules, offered);
}

/// Whether fixes of a rule are safe, as the cases show it: `--fix` makes them or does not.
fn safe_as_said(rule: &str, said: &str) {
    let kinds: BTreeSet<bool> = all().iter().filter(|case| case.rule == rule).map(|case| !is_unsafe(case)).collect();
    let kinds: Vec<bool> = kinds.into_iter().collect();
    let fits = match said.split([';', ':']).next() {
        Some("no") => kinds == [false],
        // Where it depends, what makes it unsafe may be another finding, which is mended beside it.
        Some("yes") if said.starts_with("yes; no, ") => kinds.contains(&true),
        Some("yes") => kinds == [true],
        _ => false,
    };
    assert!(fits, "docs/fixes.md: {rule} is said to be safe: {said}; its cases: {kinds:?}");
}
