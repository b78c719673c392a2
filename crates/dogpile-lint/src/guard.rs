//! A panic in one file or rule must not end the run.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    /// `Some` while a guarded call runs on this thread: what it panicked with.
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();
/// Guarded calls under way on any thread. A panic on a thread that helps one of them is kept quiet too: whoever joins
/// that thread passes it on.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Runs something that should not panic; should it, gives what and where instead of printing it.
///
/// # Errors
/// The panic's message and place.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let text = text_of(info.payload());
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let kept = CAUGHT.with_borrow_mut(|caught| {
                caught.as_mut().map(|message| *message = format!("{text} ({place})")).is_some()
            });
            if !kept && UNDER_WAY.load(Ordering::Relaxed) == 0 {
                default(info);
            }
        }));
    });
    UNDER_WAY.fetch_add(1, Ordering::Relaxed);
    let outer = CAUGHT.replace(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(call));
    UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    let message = CAUGHT.replace(outer).unwrap_or_default();
    // A panic on another thread is passed on to here without coming by the hook.
    result.map_err(|payload| if message.is_empty() { text_of(&*payload).to_owned() } else { message })
}

fn text_of(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        assert_eq!(guarded(|| 3), Ok(3));
        let message = guarded(|| -> u8 { panic!("internal error: {}", "odd") }).expect_err("a panic");
        assert!(message.starts_with("internal error: odd (") && message.contains("guard.rs"), "{message}");
        let other = || std::thread::spawn(|| panic!("elsewhere")).join();
        let message =
            guarded(|| other().unwrap_or_else(|payload| std::panic::resume_unwind(payload))).expect_err("a panic");
        assert_eq!(message, "elsewhere");
    }
}
