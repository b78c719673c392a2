//! A panic in one file or rule must not end the run.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// `Some` while a guarded call runs on this thread: what it panicked with.
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs something that should not panic; should it, gives what and where instead of printing it.
///
/// # Errors
/// The panic's message and place.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let payload = info.payload();
            let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
            let text = text.unwrap_or("no message");
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let kept = CAUGHT.with_borrow_mut(|caught| {
                caught.as_mut().map(|message| *message = format!("{text} ({place})")).is_some()
            });
            if !kept {
                default(info);
            }
        }));
    });
    let outer = CAUGHT.replace(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(call));
    let message = CAUGHT.replace(outer).unwrap_or_default();
    result.map_err(|_| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        assert_eq!(guarded(|| 3), Ok(3));
        let message = guarded(|| -> u8 { panic!("internal error: {}", "odd") }).expect_err("a panic");
        assert!(message.starts_with("internal error: odd (") && message.contains("guard.rs"), "{message}");
    }
}
