//! The table of docs/fixes.md against the cases.

use crate::cases::all;
use std::collections::BTreeSet;

#[test]
fn every_row_of_the_page_has_its_cases() {
    let page = include_str!("../../docs/fixes.md");
    let table = page.split_once("<!-- fixes:begin -->").expect("a mark").1.split_once("<!-- fixes:end -->").expect("a mark").0;
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
        rules.insert(rule);
    }
    let tested: BTreeSet<(String, String)> = all().iter().map(|case| (case.rule.clone(), case.language().to_owned())).collect();
    assert_eq!(written, tested);
    let offered: BTreeSet<String> = dogpile_fix::rules().map(str::to_owned).collect();
    assert_eq!(rules, offered);
}
