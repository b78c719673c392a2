//! One handle for many holders.

use crate::prelude::*;

rule! {
    slug: "shared-lock-handle", group: Acquire, level: Warning, since: "0.1.0",
    summary: "one lock object or token serves acquisitions that run side by side",
    check: Lock(check),
    claims: [Claim::of(Invariant::OwnLockOnly).pause()],
}

fn check(lock: &Lock, out: &mut Out<'_>) {
    let Some(shared) = &lock.shared else { return };
    let (what, name) = (if shared.token { "token" } else { "lock object" }, short(&shared.name, 20));
    let owner = match shared.home {
        HandleHome::Field => "all calls share",
        HandleHome::Package => "the whole process shares",
        HandleHome::Loop => "all rounds share",
    };
    let note = if shared.token {
        "A pauses past its lease, B of the same process takes the lock with the same token, A releases B's lock"
    } else {
        "A pauses past its lease, B takes the lock through the same object, which now has B's token: A frees B's lock"
    };
    let draft = Draft::at_command(
        &lock.acquire.site,
        Level::Warning,
        format!("{owner} the {what} `{name}`: one frees another's lock"),
    )
    .of_lock(lock)
    .squiggle(format!("takes the lock by the shared {what}"))
    .label(shared.concurrent, "several of these run at a time")
    .note(note)
    .help(
        &lock.acquire.site,
        "handle-per-acquisition",
        "make the lock object and its token anew for each acquisition",
    );
    out.report(draft);
}
