//! Faults of model files, one test each, and what holds of every built-in row.
#![allow(clippy::unwrap_used)]

use dogpile_models::{BUILTIN, Fault, Models};

/// All that come with the program.
fn builtin() -> Models {
    Models::from_files(BUILTIN.iter().copied()).expect("sound")
}

const HEAD: &str = r#"
[client]
name = "acme"
language = "go"
packages = ["acme.dev/lock"]
triggers = ["acme"]
checked = { version = "1", on = "2026-11-21" }
"#;

const TYPES: &str = r#"
[[type]]
names = ["Client"]
role = "client"
[[reply]]
name = "Ok"
value = "bool"
nil = "zero"
direct = ["value"]
"#;

const CALL: &str = r#"
[[call]]
on = "Client"
name = ["Take"]
min_args = 2
max_args = 3
example = "ok := c.Take(ctx, key)"
does = { command = { words = ["SET", "$2", "1", "NX"], reply = "Ok" } }
"#;

fn fault(text: &str) -> Fault {
    let file = Models::from_files([("acme.toml", text)]);
    file.expect_err("the model was accepted").fault
}

/// The model above with one thing changed.
fn changed(from: &str, to: &str) -> Fault {
    let text = format!("{HEAD}{TYPES}{CALL}");
    assert!(text.contains(from), "{from}");
    fault(&text.replacen(from, to, 1))
}

#[test]
fn the_unchanged_model_is_sound() {
    Models::from_files([("acme.toml", format!("{HEAD}{TYPES}{CALL}").as_str())]).unwrap();
}

#[test]
fn text_that_is_no_model() {
    assert!(matches!(fault("[client"), Fault::Syntax(_)));
    assert!(matches!(changed("name = \"acme\"", "nam = \"acme\""), Fault::Syntax(_)));
    assert!(matches!(changed("nil = \"zero\"", "nil = \"never\""), Fault::Syntax(_)));
}

#[test]
fn a_call_needs_an_example() {
    assert!(matches!(changed("example = \"ok := c.Take(ctx, key)\"\n", ""), Fault::Syntax(_)));
    assert!(matches!(changed("c.Take(ctx, key)", "c.Give(ctx, key)"), Fault::BadExample { .. }));
    assert!(matches!(changed("c.Take(ctx, key)", "c.Take(ctx, key"), Fault::BadExample { .. }));
    assert!(matches!(changed("c.Take(ctx, key)", "c.Mistake(ctx, key)"), Fault::BadExample { .. }));
}

#[test]
fn a_time_needs_a_unit() {
    let words = r#"["SET", "$2", "1", "NX"]"#;
    assert!(
        matches!(changed(words, r#"["SET", "$2", "1", "NX", "PX", "$3"]"#), Fault::NoUnit { word, .. } if word == "PX")
    );
    assert!(matches!(changed(words, r#"["SET", "$2", { ttl = "$3" }]"#), Fault::Syntax(_)));
    let word = r#"["SET", "$2", { ttl = "$3", unit = "s", word = "SECS" }]"#;
    assert!(matches!(changed(words, word), Fault::Unknown { kind: "time word", .. }));
}

#[test]
fn a_word_may_say_the_unit() {
    let words = r#"["SET", "$2", "1", "NX"]"#;
    let with = |time: &str| words.replace("\"1\"", &format!("\"1\", {time}"));
    let by_word = r#"{ ttl = "$3.value", unit = "word", word = "$3.type" }"#;
    let text = format!("{HEAD}{TYPES}{CALL}").replace(words, &with(by_word));
    Models::from_files([("acme.toml", text.as_str())]).unwrap();
    for time in [
        r#"{ ttl = "$3.value", unit = "ms", word = "$3.type" }"#,
        r#"{ ttl = "$3.value", unit = "word", word = "PX" }"#,
        r#"{ ttl = "$3.value", unit = "word" }"#,
    ] {
        assert!(matches!(changed(words, &with(time)), Fault::NoUnit { .. }), "{time}");
    }
    let beyond = by_word.replace("$3.type", "$4.type");
    assert!(matches!(changed(words, &with(&beyond)), Fault::BeyondArguments { .. }));
}

#[test]
fn words_by_the_text_of_an_argument() {
    let words = r#"["SET", "$2", "1", "NX"]"#;
    let map = r#"["SET", "$2", "1", { map = "$3.when", words = { absent = ["NX"], equal = ["IFEQ", "$3.old"] } }]"#;
    let text = format!("{HEAD}{TYPES}{CALL}").replace(words, map);
    Models::from_files([("acme.toml", text.as_str())]).unwrap();
    assert!(matches!(changed(words, &map.replace("$3.old", "$4")), Fault::BeyondArguments { .. }));
    assert!(matches!(changed(words, &map.replace("$3.when", "when")), Fault::BadPath { .. }));
}

#[test]
fn replies_by_declared_type() {
    let by_type = |kind: &str, reply: &str| {
        let row = format!("value = \"declared\"\nnil = \"value\"\nby_type = {{ {kind} = \"{reply}\" }}");
        format!("{HEAD}{TYPES}[[reply]]\nname = \"Any\"\n{row}\n{CALL}").replace("reply = \"Ok\"", "reply = \"Any\"")
    };
    Models::from_files([("acme.toml", by_type("bool", "Ok").as_str())]).unwrap();
    assert!(matches!(fault(&by_type("boolean", "Ok")), Fault::Unknown { kind: "kind of type", .. }));
    assert!(matches!(fault(&by_type("bool", "Fine")), Fault::Unknown { kind: "reply", .. }));
}

#[test]
fn queues_and_builders_name_what_they_are_given() {
    let command = r#"does = { command = { words = ["SET", "$2", "1", "NX"], reply = "Ok" } }"#;
    let with = |does: &str| format!("{HEAD}{TYPES}{CALL}").replace(command, &format!("does = {{ {does} }}"));
    for does in [
        r#"begins = { words = ["$1"] }"#,
        r#"appends = { lists = { keys = "$1" } }"#,
        r#"becomes = { type = "Client" }"#,
        r#"watches = { function = "$3", gets = ["Client", "Client"], keys = "$2" }"#,
    ] {
        Models::from_files([("acme.toml", with(does).as_str())]).unwrap();
    }
    assert!(matches!(fault(&with(r#"begins = { words = ["$4"] }"#)), Fault::BeyondArguments { .. }));
    assert!(matches!(fault(&with(r#"appends = { lists = { keys = "$x" } }"#)), Fault::BadPath { .. }));
    assert!(matches!(fault(&with(r#"becomes = { type = "Tx" }"#)), Fault::Unknown { kind: "type", .. }));
    let watches = r#"watches = { function = "$3", gets = ["Tx"], keys = "$2" }"#;
    assert!(matches!(fault(&with(watches)), Fault::Unknown { kind: "type", .. }));
}

#[test]
fn options_are_paths() {
    let ignored = |path: &str| changed("does = { command", &format!("ignored = [\"{path}\"]\ndoes = {{ command"));
    assert!(matches!(ignored("nx"), Fault::BadPath { .. }));
    assert!(matches!(ignored("$4.nx"), Fault::BeyondArguments { .. }));
    let telling = changed("does = { command", "telling = [\"NX\"]\ndoes = { command");
    assert!(matches!(telling, Fault::BadPath { .. }));
}

/// `raises` stands alone, and only among outcomes.
#[test]
fn what_throws_gives_nothing() {
    let command = r#"does = { command = { words = ["SET", "$2", "1", "NX"], reply = "Ok" } }"#;
    let lost = |words: &str| {
        let row = format!("key = \"$2\", waits = \"none\", won = [\"handle\"], lost = {words}, failed = [\"raises\"]");
        format!("{HEAD}{TYPES}{CALL}")
            .replace(command, &format!("does = {{ acquire = {{ {row}, handle = \"Client\" }} }}"))
    };
    for words in [r#"["raises"]"#, r#"["raises:LockError"]"#, r#"["raises:default.LockError"]"#, r#"["nil", "error"]"#]
    {
        Models::from_files([("acme.toml", lost(words).as_str())]).unwrap();
    }
    for words in [r#"["raises:"]"#, r#"["nil", "raises"]"#, r#"["raised"]"#] {
        assert!(matches!(fault(&lost(words)), Fault::Unknown { kind: "result", .. }), "{words}");
    }
    assert!(matches!(changed("direct = [\"value\"]", "direct = [\"raises\"]"), Fault::Unknown { kind: "result", .. }));
}

#[test]
fn paths_have_to_parse_and_to_exist() {
    for path in ["$x", "$2..", "$01"] {
        assert!(matches!(changed("\"$2\"", &format!("\"{path}\"")), Fault::BadPath { .. }), "{path}");
    }
    assert!(matches!(changed("\"$2\"", "\"$4\""), Fault::BeyondArguments { most: 3, .. }));
    let function = format!("{HEAD}{TYPES}{CALL}").replacen("on = \"Client\"\n", "", 1).replacen("\"$2\"", "\"$0\"", 1);
    assert!(matches!(fault(&function), Fault::NoReceiver { .. }));
}

#[test]
fn names_have_to_stand_for_something() {
    let unknown = |fault, kind: &str| matches!(fault, Fault::Unknown { kind: k, .. } if k == kind);
    assert!(unknown(changed("on = \"Client\"", "on = \"Server\""), "type"));
    assert!(unknown(changed("reply = \"Ok\"", "reply = \"Fine\""), "reply"));
    assert!(unknown(changed("direct = [\"value\"]", "direct = [\"values\"]"), "result"));
    assert!(unknown(changed("role = \"client\"", "role = \"client\"\nlike = [\"Base\"]"), "type"));
    assert!(unknown(changed("direct =", "reads_as = { Int = \"Int\" }\ndirect ="), "reply"));
    let phrase = changed("checked =", "phrases = { unlock = \"c.Del()\" }\nchecked =");
    assert!(unknown(phrase, "phrase"));
}

#[test]
fn names_stand_for_one_thing() {
    let twice = format!("{HEAD}{TYPES}{CALL}{CALL}");
    assert!(matches!(fault(&twice), Fault::Duplicate { min_args: 2, .. }));
    let apart = format!("{HEAD}{TYPES}{CALL}{}", CALL.replace("min_args = 2", "min_args = 3"));
    assert!(Models::from_files([("acme.toml", apart.as_str())]).is_ok());
    let types = format!("{HEAD}{TYPES}{CALL}[[type]]\nnames = [\"Client\"]\nrole = \"lock\"\n");
    assert!(matches!(fault(&types), Fault::DuplicateName { kind: "type", .. }));
    let replies = format!("{HEAD}{TYPES}{CALL}[[reply]]\nname = \"Ok\"\nvalue = \"int\"\nnil = \"zero\"\n");
    assert!(matches!(fault(&replies), Fault::DuplicateName { kind: "reply", .. }));
}

#[test]
fn heads_are_complete() {
    assert!(matches!(changed("packages = [\"acme.dev/lock\"]", "packages = []"), Fault::NoPackages));
    assert!(matches!(changed("triggers = [\"acme\"]", "triggers = []"), Fault::NoTriggers));
    assert!(matches!(changed("triggers = [\"acme\"]", "triggers = [\"NX\"]"), Fault::ShortTrigger(_)));
    let language = changed("packages = [\"acme.dev/lock\"]", "packages = [\"std\"]\ninherits = \"none\"");
    assert!(matches!(language, Fault::NoParent(name) if name == "none"));
    assert!(matches!(changed("max_args = 3", "max_args = 1"), Fault::Arity { .. }));
    assert!(matches!(changed("name = [\"Take\"]", "name = []"), Fault::NoName { .. }));
}

#[test]
fn dropped_arguments_may_not_be_needed() {
    let parent = format!("{HEAD}{TYPES}{CALL}").replace("min_args = 2", "min_args = 2\ncontext = \"$1\"");
    let child = HEAD.replace("name = \"acme\"", "name = \"old\"\ninherits = \"acme\"\ndrop_args = 2");
    let found = Models::from_files([("acme.toml", parent.as_str()), ("old.toml", child.as_str())]);
    assert!(matches!(found.err().unwrap().fault, Fault::LostArgument { dropped: 2, .. }));
    let child = child.replace("drop_args = 2", "drop_args = 1");
    let models = Models::from_files([("acme.toml", parent.as_str()), ("old.toml", child.as_str())]).unwrap();
    assert!(models.function("acme.dev/lock.Take", 2).is_none());
}

#[test]
fn messages_name_the_file_and_the_row() {
    let text = format!("{HEAD}{TYPES}{CALL}").replace("reply = \"Ok\"", "reply = \"Fine\"");
    let error = Models::from_files([("acme.toml", text.as_str())]).err().unwrap();
    assert_eq!(error.to_string(), "acme.toml: Client.Take: no reply is called `Fine`");
}

#[test]
fn clients_that_lock_say_how_to_repair() {
    let models = builtin();
    for client in models.clients() {
        let locks = models.own_rows().any(|row| {
            row.client == client && matches!(row.call.does, dogpile_models::Does::Acquire(_)) && row.call.distinctive
        });
        let name = &models.client(client).name;
        if locks && name != "rockscache" {
            assert!(models.phrase(client, "acquire-with-ttl").is_some(), "{name}");
            assert!(models.phrase(client, "detached-release").is_some(), "{name}");
        }
    }
}

#[test]
fn distinctive_rows_say_how_many_arguments() {
    for row in builtin().own_rows().filter(|row| row.call.distinctive) {
        assert!(row.call.min_args > 0 && row.call.max_args.is_some(), "{:?}", row.call.name);
    }
}
