//! Harnesses in Rust: built as tokens, formatted by prettyplease, with the comments put in where tokens cannot carry
//! them.

use crate::Request;
use crate::form::{Batch, Form, Part, Word};
use crate::head;
use crate::names::screaming;
use crate::plan::{Act, Cond, Guard, How, Plan, Step};
use crate::template::select;
use dogpile_harness::world::name;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

/// What all harnesses have, and what their callers do.
const DRIVER: &str = concat!(include_str!("world.rs.txt"), include_str!("caller.rs.txt"));
/// Columns of a comment.
const WIDTH: usize = 97;

pub(crate) fn print(request: &Request<'_>, plan: &Plan) -> String {
    let mut features = plan.features();
    if !plan.forms.keys.is_empty() {
        features.push("keys");
    }
    let mut printer = Printer { plan, comments: Vec::new() };
    let items = printer.items(request);
    let driver = select(DRIVER, &features);
    let driver: TokenStream = driver.parse().unwrap_or_default();
    let tokens = quote! { #items #driver };
    let text = syn::parse2::<syn::File>(tokens).map(|file| prettyplease::unparse(&file)).unwrap_or_default();
    let run = format!("REDIS_URL=redis://127.0.0.1:6379 cargo test --test {}", request.rule.replace('-', "_"));
    let head = head::lines(request, plan, &run, "Set REPAIRED to true, and it passes.");
    let head: String =
        head.iter().map(|line| if line.is_empty() { "//\n".to_owned() } else { format!("// {line}\n") }).collect();
    format!("{head}\n{}", with_comments(&text, &printer.comments))
}

struct Printer<'a> {
    plan: &'a Plan,
    comments: Vec<String>,
}

impl Printer<'_> {
    /// A place for a comment: a macro that nobody defines, until [`with_comments`] replaces it.
    fn comment(&mut self, text: String) -> TokenStream {
        self.comments.push(text);
        let number = Literal::usize_unsuffixed(self.comments.len() - 1);
        quote! { comment!(#number); }
    }

    fn items(&mut self, request: &Request<'_>) -> TokenStream {
        let features = self.plan.features();
        let keys = (!self.plan.forms.keys.is_empty()).then(|| quote! { use Word::Key; });
        let commands = !self.plan.forms.all.is_empty();
        let text = commands.then(|| quote! { use Word::Text; });
        let time = commands.then(|| quote! { use std::time::{SystemTime, UNIX_EPOCH}; });
        let switch = self.comment(format!("The switch: the protocol as written, or with {}.", request.trial.what));
        let protocol = self.comment("The protocol: what the code sends, and what it would send repaired.".to_owned());
        let names = self.plan.forms.keys.iter().map(|key| {
            let (name, text) = (constant(&key.name), string(&key.text));
            quote! { const #name: Word = Key(#text); }
        });
        let names = quote! { #(#names)* };
        let forms: TokenStream = self.plan.forms.all.iter().map(|form| self.form(form)).collect();
        let won = (features.contains(&"takes") || features.contains(&"asks")).then(|| {
            let reply = |won: &Option<String>| {
                won.as_ref().map_or(quote! { Word::Token }, |text| {
                    let text = string(text);
                    quote! { Text(#text) }
                })
            };
            let (a, b) = (reply(&self.plan.won.0), reply(&self.plan.won.1));
            let both = if self.plan.won.0 == self.plan.won.1 {
                a
            } else {
                quote! { if REPAIRED { #b } else { #a } }
            };
            let comment = self.comment("What the server replies to who takes the lock.".to_owned());
            quote! { #comment const WON: Word = #both; }
        });
        let kept = (features.contains(&"renews") && features.contains(&"I1")).then(|| {
            let (kept, comment) = (
                string(&self.plan.kept),
                self.comment("What it replies to who prolongs a lease of its own.".to_owned()),
            );
            quote! { #comment const KEPT: &str = #kept; }
        });
        let meant = self.plan.orphan_ms.filter(|_| features.contains(&"I3")).map(|ms| {
            let ms = Literal::u64_unsuffixed(ms);
            let comment =
                self.comment("The lease that was meant: a dead holder may keep the lock for so long.".to_owned());
            quote! { #comment const MEANT_MS: i64 = #ms; }
        });
        let schedule = self.schedule(request.rule);
        let driver = self.comment(
            "The driver: callers with a connection each, and the book-keeping of what really happened.".to_owned(),
        );
        quote! {
            #keys
            #text
            use std::collections::BTreeSet;
            #time
            #switch
            const REPAIRED: bool = false;
            #protocol
            #names
            #forms
            #won
            #kept
            #meant
            #schedule
            #driver
        }
    }

    fn form(&mut self, form: &Form) -> TokenStream {
        let name = constant(&form.name);
        let places = if form.places.is_empty() { String::new() } else { format!(" ({})", form.places.join(", ")) };
        let comment = self.comment(format!("{name} {}.{places}", form.says()));
        let body = match (&form.written, &form.repaired) {
            (Some(a), Some(b)) if a != b => {
                let (a, b) = (self.command(a), self.command(b));
                quote! { if REPAIRED { #b } else { #a } }
            }
            (Some(one), _) | (None, Some(one)) => self.command(one),
            (None, None) => return TokenStream::new(),
        };
        quote! { #comment const #name: &[Word] = #body; }
    }

    fn command(&self, batch: &Batch) -> TokenStream {
        let mut words = Vec::new();
        for (at, one) in batch.iter().enumerate() {
            if at > 0 {
                words.push(quote! { Word::Then });
            }
            words.extend(one.iter().map(|word| self.word(word)));
        }
        quote! { &[#(#words),*] }
    }

    fn word(&self, word: &Word) -> TokenStream {
        let part = |part: &Part| match part {
            Part::Text(text) => {
                let text = string(text);
                quote! { Text(#text) }
            }
            Part::Key(at) => {
                let name = constant(&self.plan.forms.keys[*at].name);
                quote! { #name }
            }
            Part::Token => quote! { Word::Token },
            Part::Value => quote! { Word::Value },
            Part::Fence => quote! { Word::Fence },
            Part::Version => quote! { Word::Version },
            Part::Clock => quote! { Word::Clock },
        };
        match word.as_slice() {
            [one] => part(one),
            [] => quote! { Text("") },
            many => {
                let parts = many.iter().map(part);
                quote! { Word::Joined(&[#(#parts),*]) }
            }
        }
    }

    fn schedule(&mut self, rule: &str) -> TokenStream {
        let test = format_ident!("{}", rule.replace('-', "_"));
        let names: Vec<String> = (0..self.plan.clients).map(|n| name(n).to_string()).collect();
        let numbers = names.iter().enumerate().map(|(at, name)| {
            let (name, at) = (Ident::new(name, Span::call_site()), Literal::usize_unsuffixed(at));
            quote! { const #name: usize = #at; }
        });
        let numbers = quote! { #(#numbers)* };
        let comment = self.comment("The schedule, step by step.".to_owned());
        let mut body = Vec::new();
        let mut steps = self.plan.steps.iter().enumerate().peekable();
        while let Some((at, step)) = steps.next() {
            if step.guard == Guard::Always || step.acts.is_empty() {
                body.push(self.step(at, step));
                continue;
            }
            let mut inner = vec![self.step(at, step)];
            while let Some((at, next)) = steps.next_if(|(_, next)| next.guard == step.guard) {
                inner.push(self.step(at, next));
            }
            let not = (step.guard == Guard::Written).then(|| quote! { ! });
            body.push(quote! { if #not REPAIRED { #(#inner)* } });
        }
        quote! {
            #comment
            #[test]
            fn #test() {
                #numbers
                let mut w = World::begin(&[#(#names),*]);
                #(#body)*
            }
        }
    }

    fn step(&mut self, at: usize, step: &Step) -> TokenStream {
        let place = step.place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
        let comment = self.comment(format!("{}. {}.{place}", at + 1, step.says));
        let acts = step.acts.iter().map(|one| self.act(one));
        quote! { #comment #(#acts)* }
    }

    fn act(&self, act: &Act) -> TokenStream {
        let named = |form: &usize| constant(&self.plan.forms.all[*form].name);
        let who = |n: &usize| Ident::new(&name(*n).to_string(), Span::call_site());
        let plain = |n: &usize, method: &str| {
            let (who, method) = (who(n), format_ident!("{method}"));
            quote! { w.#method(#who); }
        };
        match act {
            Act::First { form } => {
                let form = named(form);
                quote! { w.first(#form); }
            }
            Act::Takes { who: n, form, only } => {
                let (who, form) = (who(n), named(form));
                match only {
                    Some(true) => quote! { let won = w.takes(#who, #form); w.only_if(#who, won); },
                    Some(false) => quote! { let won = w.takes(#who, #form); w.only_if(#who, !won); },
                    None => quote! { w.takes(#who, #form); },
                }
            }
            Act::TakesAgain { who: n, form } => {
                let (who, form) = (who(n), named(form));
                quote! { w.takes_again(#who, #form); }
            }
            Act::Asks { who: n, form, most: (a, b), every_ms } => {
                let (who, form, every) = (who(n), named(form), Literal::u64_unsuffixed(*every_ms));
                let number = |most: &Option<usize>| Literal::usize_unsuffixed(most.unwrap_or(0));
                let (written, repaired) = (number(a), number(b));
                let most = if a == b {
                    quote! { #written }
                } else {
                    quote! { if REPAIRED { #repaired } else { #written } }
                };
                quote! { w.asks(#who, #form, #most, #every); }
            }
            Act::Sends { who: n, how, form, only } => self.sends(&who(n), *how, &named(form), only.as_ref()),
            Act::Subscribes { who: n, form } => {
                let (who, form) = (who(n), named(form));
                quote! { w.subscribes(#who, #form); }
            }
            Act::Listens { who: n, limited } => {
                let (who, limited) = (who(n), switched(*limited));
                quote! { w.listens(#who, #limited); }
            }
            Act::Enters(n) => plain(n, "enters"),
            Act::Leaves(n) => plain(n, "leaves"),
            Act::Stops(n) => plain(n, "stops"),
            Act::HeldUp(n) => plain(n, "is_held_up"),
            Act::GoesOn(n) => plain(n, "goes_on"),
            Act::Computes(n) => plain(n, "computes"),
            Act::ReadsSource(n) => plain(n, "reads_source"),
            Act::ChangesSource => quote! { w.changes_source(); },
            Act::Errs { who: n, form } => {
                let (who, form) = (who(n), named(form));
                quote! { w.errs(#who, #form); }
            }
            Act::Waits(n) => plain(n, "waits"),
            Act::Ends(n) => plain(n, "ends"),
            Act::Dies(n) => plain(n, "dies"),
            Act::Joins(n) => plain(n, "joins"),
            Act::Lands => quote! { w.flight_lands(); },
            Act::FlightFails { shared } => {
                let shared = switched(*shared);
                quote! { w.flight_fails(#shared); }
            }
            Act::Passes(ms) => {
                let ms = Literal::u64_unsuffixed(*ms);
                quote! { w.passes(#ms); }
            }
            Act::CheckInside => quote! { w.at_most_one_inside(); },
            Act::CheckSleepers => quote! { w.every_sleeper_can_wake(); },
        }
    }

    fn sends(&self, who: &Ident, how: How, form: &Ident, only: Option<&Cond>) -> TokenStream {
        let method = match how {
            How::Sends => "sends",
            How::Frees => "frees",
            How::Renews => "renews",
            How::Writes => "writes",
            How::Fills => "fills",
            How::Invalidates => "invalidates",
            How::WritesOver => "writes_over",
            How::Publishes => "publishes",
        };
        let method = format_ident!("{method}");
        let so = match only {
            None => return quote! { w.#method(#who, #form); },
            Some(Cond::Is(text)) => {
                let text = string(text);
                quote! { reply == #text }
            }
            Some(Cond::IsNot(text)) => {
                let text = string(text);
                quote! { reply != #text }
            }
            Some(Cond::Own) => quote! { reply == w.callers[#who].token },
            Some(Cond::NotOwn) => quote! { reply != w.callers[#who].token },
            Some(Cond::Something) => quote! { something(&reply) },
            Some(Cond::Nothing) => quote! { !something(&reply) },
        };
        quote! { let reply = w.#method(#who, #form); w.only_if(#who, #so); }
    }
}

fn switched(both: (bool, bool)) -> TokenStream {
    match both {
        (true, false) => quote! { !REPAIRED },
        (false, true) => quote! { REPAIRED },
        (one, _) => quote! { #one },
    }
}

fn constant(name: &str) -> Ident {
    Ident::new(&screaming(name), Span::call_site())
}

/// A string: raw where that reads better.
fn string(text: &str) -> Literal {
    let clean = |c: char| !head::is_trap(c) && (!c.is_control() || c == '\n');
    if (text.contains('\n') || text.contains('"') || text.contains('\\')) && text.chars().all(clean) {
        let mut hashes = String::new();
        while text.contains(&format!("\"{hashes}")) {
            hashes.push('#');
        }
        if let Ok(literal) = format!("r{hashes}\"{text}\"{hashes}").parse::<Literal>() {
            return literal;
        }
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            c if head::is_trap(c) => out.push_str(&c.escape_unicode().to_string()),
            '\'' => out.push(c),
            c => out.extend(c.escape_debug()),
        }
    }
    out.push('"');
    out.parse::<Literal>().unwrap_or_else(|_| Literal::string(text))
}

/// Puts comments where their places are, and blank lines where people would.
fn with_comments(text: &str, comments: &[String]) -> String {
    let mut out: Vec<String> = Vec::new();
    for line in text.lines() {
        let bare = line.trim_start();
        let indent = &line[..line.len() - bare.len()];
        let number = bare
            .strip_prefix("comment!(")
            .and_then(|rest| rest.strip_suffix(");"))
            .and_then(|n| n.parse::<usize>().ok());
        let before = out.last().map(|last| last.trim()).unwrap_or_default();
        let apart = match number {
            Some(_) => !before.is_empty() && !before.ends_with('{'),
            None => {
                let begins = bare.starts_with("///")
                    || bare.starts_with("fn ")
                    || bare.starts_with("struct ")
                    || bare.starts_with("impl ")
                    || bare.starts_with("if ") && indent.len() == 4;
                begins && (before == "}" || before.starts_with("// ") && bare.starts_with("///"))
                    || bare.starts_with("if ") && bare.ends_with("REPAIRED {") && before.ends_with(';')
            }
        };
        if apart {
            out.push(String::new());
        }
        match number.and_then(|n| comments.get(n)) {
            Some(comment) => {
                out.extend(
                    head::wrapped(&head::plain(comment), WIDTH - indent.len())
                        .into_iter()
                        .map(|text| format!("{indent}// {text}")),
                );
            }
            None => out.push(line.to_owned()),
        }
    }
    out.join("\n") + "\n"
}
