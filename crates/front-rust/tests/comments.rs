//! Comments are found where the tokens leave them out.

use dogpile_source::FileId;

fn comments(text: &str) -> Vec<(&str, bool)> {
    let module = dogpile_front_rust::parse(FileId(0), "app", text);
    module.comments.iter().map(|c| (&text[c.span.start as usize..c.span.end as usize], c.trailing)).collect()
}

#[test]
fn markers_and_places() {
    let text = "// a\nfn f() {} // b\r\n/* c /* d */ e */ fn g() {}\n/// doc\nfn h() { /* in */ }\n";
    let expected =
        [("// a", false), ("// b", true), ("/* c /* d */ e */", false), ("/// doc", false), ("/* in */", true)];
    assert_eq!(comments(text), expected);
}

#[test]
fn not_in_strings_nor_after_quotes() {
    let text = "const A: &str = \"// no \\\" // no\"; // yes\nconst B: &str = r#\"\" // no\"#; // yes\n\
                const C: char = '\"'; // yes\nfn f<'a>(x: &'a str) {} // yes\nconst D: u8 = b'\\''; // yes\n\
                const E: char = '\\u{1F600}'; // yes\nconst F: &[u8] = br##\"\"# // no\"##; // yes\nconst G: char = 'ä'; // yes\n";
    assert_eq!(comments(text), vec![("// yes", true); 8]);
}

#[test]
fn kept_where_the_file_is_broken() {
    assert_eq!(comments("fn f( { // here\n"), [("// here", true)]);
}
