//! A token that two holders share.

use crate::prelude::*;
use dogpile_source::Span;

rule! {
    slug: "constant-token", group: Acquire, level: Error, since: "0.1.0",
    summary: "the stored value does not tell one acquisition from another",
    check: Lock(check),
    claims: [Claim::of(Invariant::OwnLockOnly).pause()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let (acquire, token) = (&lock.acquire, &lock.acquire.token);
    let (name, value) = (key(&acquire.key), short(&token.text, 22));
    let message = match token.kind {
        TokenKind::Constant => format!("all holders of {name} look alike: the token is {value}"),
        TokenKind::KeyDerived => format!("all holders of {name} look alike: {value} only repeats the key"),
        TokenKind::PerProcess => format!("two holders of {name} in one process share {value}"),
        TokenKind::Clock => format!("two holders of {name} in one tick share {value}"),
        TokenKind::Fresh | TokenKind::PerHandle | TokenKind::Caller | TokenKind::None | TokenKind::Unknown => return,
    };
    // A value that nobody compares and a key that nobody deletes do no harm before the lease ends.
    let release = lock.releases.iter().find(|release| !release.rollback && !release.administrative);
    let trusted = release.map(|r| &r.site).or_else(|| lock.renewals.first().map(|renewal| &renewal.site));
    let level = if trusted.is_some() && token.kind != TokenKind::Clock { Level::Error } else { Level::Note };
    let draft = Draft::at(place(lock, token), &acquire.site, level, message)
        .of_lock(lock)
        .label_opt(token.span, "the same for every acquisition")
        .label_opt(trusted.map(|site| site.span), "this cannot tell whose lock it is")
        .taken(lock)
        .note("A pauses past its lease, B takes the lock with the same value, A finds \"its\" value and frees B's lock")
        .help(&acquire.site, "token", "store a value that is new at each acquisition, such as a random UUID");
    out.report(draft);
}

/// The call that brings the value in: a caller's argument, or else the command itself.
fn place(lock: &Lock, token: &Token) -> Span {
    let site = &lock.acquire.site;
    let from = token.span.filter(|span| !site.span.contains(*span));
    let Some(span) = from else { return site.span };
    // Calls are placed by their names: an argument follows the name of its call.
    let after = |call: &Span| span.file == call.file && span.start >= call.start && span.start - call.start < 300;
    let call = site.via.iter().chain([&site.span]).copied().filter(after).min_by_key(|call| span.start - call.start);
    call.unwrap_or(if span.file == site.span.file { site.span } else { site.outer() })
}
