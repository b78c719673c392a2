use super::*;
use crate::config::Config;
use crate::packages::Packages;
use crate::pipeline::triggers;
use dogpile_ir::Lang;
use dogpile_models::Catalog;
use dogpile_source::Span;

/// Two comments that are not understood, and one that is nobody's.
const TEXT: &str =
    "package a\n\n// dogpile: forgive\nfunc f() {}\n\n// dogpile: forget\nfunc g() {}\n\n// one lock\nfunc h() {}\n";

/// Nothing of the last function: something is put in before it.
const HERE: &str = "";

/// Asks the gate about fixes that are written as what goes and what comes in its place.
fn asked<T>(fixes: &[&[(&str, &str)]], ask: impl FnOnce(&Gate<'_>, &Outcome, &[(usize, Fix)]) -> T) -> T {
    let files = [InputFile {
        path: "a.go".to_owned(),
        package: "a".to_owned(),
        lang: Lang::Go,
        text: Some(Arc::from(TEXT)),
        disk: None,
        hit: Hit::Alone,
        alone: false,
    }];
    let (models, config, latency, packages) =
        (Catalog::default(), Config::default(), BTreeMap::new(), Packages::default());
    let words = triggers(&models, &config);
    let options = Options::plain(&models, &config, &words, &latency, &packages);
    let before = lint(&files, &options);
    assert_eq!(before.entries.len(), 2, "{:?}", before.entries);
    let file = before.entries[0].finding.primary.file;
    let edit = |(old, new): &(&str, &str)| {
        let (at, length) = if *old == HERE { (TEXT.find("func h"), 0) } else { (TEXT.find(old), old.len()) };
        let at = at.expect("there");
        Edit { span: Span::new(file, at, at + length), text: (*new).to_owned() }
    };
    let fix =
        |edits: &&[(&str, &str)]| Fix { title: String::new(), safe: true, edits: edits.iter().map(edit).collect() };
    let open: Vec<(usize, Fix)> = fixes.iter().map(fix).enumerate().collect();
    ask(&Gate::new(&files, &options), &before, &open)
}

/// The text after what is made of these fixes, and how many those are.
fn made(fixes: &[&[(&str, &str)]]) -> (usize, String) {
    asked(fixes, |gate, before, open| {
        let held = gate.hold(before, open, (0..open.len()).collect());
        assert_eq!(held.all().len(), open.len(), "each holds by itself");
        let (made, after) = gate.make(before, open, held).expect("something is made");
        (made.len(), after.files[0].text.as_deref().unwrap_or_default().to_owned())
    })
}

#[test]
fn what_fails_only_together_is_not_made_together() {
    let (n, text) = made(&[
        &[("// dogpile: forgive\n", ""), ("one", "dogpile:")],
        &[("// dogpile: forget\n", ""), ("lock", "forgo")],
    ]);
    assert_eq!(n, 1, "`// dogpile: forgo` is a finding: {text}");
    assert!(!text.contains("dogpile: forgo"), "{text}");
}

#[test]
fn what_passes_together_is_made_together() {
    let (n, text) = made(&[&[("// dogpile: forgive\n", "")], &[("// dogpile: forget\n", "")]]);
    assert_eq!((n, text.contains("dogpile")), (2, false), "{text}");
}

#[test]
fn one_place_is_written_in_the_order_of_its_writer() {
    let two = [("// dogpile: forgive\n", ""), (HERE, "// b\n"), (HERE, "// a\n")];
    let (_, text) = made(&[&two]);
    assert!(text.contains("// b\n// a\nfunc h"), "{text}");
}
