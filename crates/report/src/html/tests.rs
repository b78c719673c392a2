//! What a page says and what it must not; `dogpile-lint`'s suite opens it in a browser.

use super::*;
use crate::testing::{entries, finding, label, report, rules, sources};
use crate::{Edit, Entry, Fix, Gone, Held, Kind, Problem, ProblemKind, Repaired, Standing, Turn, Verdict};
use dogpile_source::{FileId, Span};

const GO: &str = "package main\n\nfunc f() {\n\tlock()\n\twork()\n}\n";

fn page(entries: &[Entry], problems: &[Problem], gone: &[Gone]) -> String {
    let (rules, sources) = (rules(), sources(&[("a.go", GO)]));
    let page = to_html(&crate::Report { gone, ..report(&rules, entries, problems, &sources) });
    assert_eq!(page, to_html(&crate::Report { gone, ..report(&rules, entries, problems, &sources) }));
    // Nothing is asked for: what leads out of the page is only ever a link.
    for word in [" src=", "url(http", "@import", "<link", " style=", " onclick="] {
        assert!(!page.contains(word), "{word} in the page");
    }
    assert_eq!(page.matches("<script").count(), 1);
    page
}

fn one() -> Entry {
    entries(vec![finding("leaked-lock", 26, 30)]).remove(0)
}

fn turn(client: Option<char>, kind: Kind, what: &str, at_ms: u64) -> Turn {
    Turn {
        client,
        what: what.to_owned(),
        kind,
        at: client.map(|_| Span::new(FileId(0), 26, 30)),
        at_ms,
        commands: Vec::new(),
        fate: "",
        reply: None,
        passes_ms: 0,
        lapsed: Vec::new(),
        lock: None,
        inside: Vec::new(),
        breaks: false,
    }
}

fn set(client: char, at_ms: u64) -> Turn {
    let words = |text: &str| text.split(' ').map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
    Turn {
        commands: vec![words("SET lock:x a0 NX PX 5000")],
        fate: "arrives",
        reply: Some("OK".to_owned()),
        lock: Some(Held { by: Some(client), until_ms: Some(at_ms + 5_000) }),
        inside: vec![client],
        ..turn(Some(client), Kind::Sends, "asks for the lock: won", at_ms)
    }
}

/// A lease that ends while its holder is held up.
fn verdict() -> Verdict {
    let held =
        |turn: Turn| Turn { lock: Some(Held { by: Some('A'), until_ms: Some(5_000) }), inside: vec!['A'], ..turn };
    Verdict {
        evidence: Evidence::Server,
        invariant: "I1",
        says: "at most one client is in the section",
        clients: 2,
        faults: "1 pause".to_owned(),
        server: Some("redis 7.0.15".to_owned()),
        server_fault: false,
        outcome: "A and B are both in the section".to_owned(),
        lock: Some("lock:x".to_owned()),
        schedule: vec![
            set('A', 0),
            held(turn(Some('A'), Kind::Pauses, "is held up", 0)),
            Turn {
                passes_ms: 5_001,
                lapsed: vec!["lock:x".to_owned()],
                inside: vec!['A'],
                ..turn(None, Kind::Passes, "5 s and 1 ms pass, lock:x expires", 5_001)
            },
            Turn { breaks: true, inside: vec!['A', 'B'], ..set('B', 5_001) },
        ],
        repaired: Some(Repaired {
            with: "a fence".to_owned(),
            holds: true,
            faults: "2 pauses".to_owned(),
            states: 9,
            but: None,
        }),
        assumed: vec!["it asks again".to_owned()],
        program: Vec::new(),
    }
}

fn proven(verdict: Verdict) -> Entry {
    let mut entry = one();
    entry.finding.verdict = Some(verdict);
    entry
}

#[test]
fn a_schedule_is_drawn_and_listed() {
    let page = page(&[proven(verdict())], &[], &[]);
    let svg = &page[page.find("<svg class=\"diagram l3\"").expect("a diagram")..];
    let svg = &svg[..svg.find("</svg></div>").expect("its end")];
    assert_eq!(svg.matches("class=\"arrow cmd k").count(), 2, "{svg}");
    assert_eq!(svg.matches("class=\"arrow reply k").count(), 2, "{svg}");
    assert_eq!(svg.matches("#expiry").count(), 1, "{svg}");
    assert_eq!(svg.matches("class=\"s broken\" data-n=\"3\"").count(), 1, "{svg}");
    for told in ["class=\"paused\"", "lease to 5 s", "lease to 10.001 s", "I1 breaks", "5.001 s pass", "redis 7.0.15"] {
        assert!(svg.contains(told), "no {told} in {svg}");
    }
    // Both are in the section when it breaks: their bands reach the box of the broken invariant.
    assert!(svg.contains("class=\"in k0\"") && svg.contains("class=\"in k1\""), "{svg}");
    for told in ["Proven on redis 7.0.15", "<code>lock()</code>", "a.go:4", "is held up", "9 states", "it asks again"] {
        assert!(page.contains(told), "no {told}");
    }
}

#[test]
fn what_is_lost_breaks_off() {
    let mut lost = verdict();
    lost.schedule[0].fate = "loses-reply";
    lost.schedule[0].reply = None;
    lost.schedule[3].fate = "refused";
    lost.schedule[3].reply = None;
    let page = page(&[proven(lost)], &[], &[]);
    assert!(page.contains("arrow reply lost k0") && page.contains("reply lost"), "{page}");
    assert!(page.contains("arrow cmd lost k1") && page.contains("never arrives"), "{page}");
}

#[test]
fn a_round_is_drawn_once_and_never_swallows_the_break() {
    let mut long = verdict();
    let sleeps = |at_ms| turn(Some('B'), Kind::Sleeps(50), "sleeps 50 ms", at_ms);
    long.schedule = (0..9).map(sleeps).collect();
    long.schedule[8].breaks = true;
    let page = page(&[proven(long)], &[], &[]);
    assert!(
        page.contains("And so on, 3 times more, to step 8."),
        "{}",
        &page[page.find("class=\"steps\"").unwrap_or(0)..]
    );
    assert!(page.contains("<li class=\"broken\" data-n=\"3\" value=\"9\">"), "{page}");
}

#[test]
fn other_evidence_has_no_drawing() {
    for (evidence, said) in [
        (Evidence::Computed, "Computed: <span>"),
        (Evidence::Refuted, "please report this finding"),
        (Evidence::Inconclusive, "Inconclusive: <span>"),
    ] {
        let schedule = vec![Turn { at: Some(Span::new(FileId(0), 34, 38)), ..turn(None, Kind::Tells, "why", 0) }];
        let verdict = Verdict { evidence, server: None, schedule, ..verdict() };
        let page = page(&[proven(verdict)], &[], &[]);
        assert!(page.contains(said) && !page.contains("role=\"img\""), "{page}");
        assert!(page.contains("<code>work()</code>"), "the line that is in the way");
    }
}

#[test]
fn what_does_not_count_is_folded_away() {
    let mut suppressed = one();
    suppressed.finding.suppressed = Some("we <know>".to_owned());
    let known = Entry { standing: Standing::Known, ..one() };
    let new = Entry { standing: Standing::New, ..one() };
    let gone = Gone {
        rule: "stale-merge".to_owned(),
        fingerprint: "0".repeat(32),
        path: "gone.go".to_owned(),
        line: 7,
        message: "it `was` there".to_owned(),
    };
    let page = page(&[suppressed, known, new], &[], &[gone]);
    assert_eq!(page.matches("<article").count(), 1);
    for told in [
        "1 finding in 1 lock",
        "new since the baseline",
        "<details class=\"folded\" id=\"known\"><summary>1 finding known",
        "because: we &lt;know&gt;",
        "gone.go:7</code> <b>stale-merge</b> it <code>was</code> there",
    ] {
        assert!(page.contains(told), "no {told} in {page}");
    }
}

#[test]
fn code_is_shown_with_what_happens_in_it() {
    let mut entry = one();
    entry.finding.labels.push(label(0, 34, 38, "works <here>"));
    entry.fixes.push(Fix {
        title: "give it a `TTL`".to_owned(),
        safe: false,
        edits: vec![Edit { span: Span::new(FileId(0), 30, 32), text: "(ttl < 3)\n\tdefer unlock()".to_owned() }],
    });
    let page = page(&[entry], &[], &[]);
    for told in [
        "<mark class=\"hot\">lock</mark>()",
        "<mark>work</mark>()",
        "works &lt;here&gt;",
        "<del>- \tlock()</del><ins>+ \tlock(ttl &lt; 3)</ins><ins>+ \tdefer unlock()</ins>",
        "unsafe fix",
    ] {
        assert!(page.contains(told), "no {told} in {page}");
    }
}

#[test]
fn rules_have_their_page_once() {
    let page = page(&[one(), one()], &[], &[]);
    assert_eq!(page.matches("id=\"rule-leaked-lock\"").count(), 1);
    assert!(!page.contains("id=\"rule-lock-without-expiry\""), "it found nothing");
    assert!(page.contains("<h3>A fault</h3>"));
}

#[test]
fn what_was_not_analysed_is_told_first() {
    let problem = Problem {
        path: "<b>.go".to_owned(),
        span: None,
        kind: ProblemKind::NotAnalysed,
        reason: "not UTF-8".to_owned(),
        message: "byte 3 is no UTF-8".to_owned(),
    };
    let page = page(&[], &[problem], &[]);
    assert!(page.contains("No findings") && page.contains("1 file not analysed"), "{page}");
    assert!(page.contains("<code>&lt;b&gt;.go</code> left out: byte 3"), "{page}");
}

#[test]
fn nothing_of_the_code_is_markup() {
    let hostile = "</script></style><img src=x onerror=1>\u{202e}\x1b\"'";
    let mut entry = proven(Verdict {
        outcome: hostile.to_owned(),
        faults: hostile.to_owned(),
        server: Some(hostile.to_owned()),
        lock: Some(hostile.to_owned()),
        assumed: vec![hostile.to_owned()],
        program: vec![hostile.to_owned()],
        ..verdict()
    });
    for text in entry.finding.verdict.iter_mut().flat_map(|verdict| &mut verdict.schedule) {
        text.what = hostile.to_owned();
        text.commands.iter_mut().flatten().for_each(|word| *word = hostile.as_bytes().to_vec());
        text.reply = text.reply.as_ref().map(|_| hostile.to_owned());
        text.lapsed.iter_mut().for_each(|key| *key = hostile.to_owned());
    }
    let f = &mut entry.finding;
    for text in [&mut f.message, &mut f.session, &mut f.function, &mut f.primary_text] {
        *text = hostile.to_owned();
    }
    (f.note, f.help) = (Some(hostile.to_owned()), Some(hostile.to_owned()));
    f.labels.push(label(0, 34, 38, hostile));
    f.steps.push(label(0, 34, 38, hostile));
    entry.fixes.push(Fix {
        title: hostile.to_owned(),
        safe: true,
        edits: vec![Edit { span: Span::new(FileId(0), 26, 30), text: hostile.to_owned() }],
    });
    let (rules, sources) = (rules(), sources(&[(hostile, &format!("{hostile}\n{GO}"))]));
    let page = to_html(&report(&rules, &[entry], &[], &sources));
    assert!(!page.contains("<img") && !page.contains('\u{202e}') && !page.contains('\x1b'));
    assert_eq!((page.matches("</script>").count(), page.matches("</style>").count()), (1, 1));
}

#[test]
fn a_finding_in_no_file_is_still_told() {
    let mut entry = one();
    entry.finding.primary = Span::new(FileId(9), 0, 1);
    assert!(page(&[entry], &[], &[]).contains("a crash here keeps everybody out"));
}
