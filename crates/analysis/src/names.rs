//! The little that names tell: calls that do no work in a critical section, units of numbers.

use crate::sym::Scale;

/// Last part of a canonical name.
pub(crate) fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether two packages are of one project: what lies below `github.com/owner/name`, below a name without a domain, or in a
/// crate. Go's tests from outside of a package are of it (`lock_test`).
pub(crate) fn are_of_one_project(one: &str, other: &str) -> bool {
    fn root(package: &str) -> impl Iterator<Item = &str> {
        let path = package.split("::").next().unwrap_or(package).trim_end_matches("_test");
        let has_domain = path.split('/').next().is_some_and(|first| first.contains('.'));
        path.split('/').take(if has_domain { 3 } else { 1 })
    }
    root(one).eq(root(other))
}

/// Package and item of a canonical name; the package is empty where there is none.
pub(crate) fn parted(name: &str) -> (&str, &str) {
    let tail = name.rfind('/').map_or(0, |at| at + 1);
    name[tail..].find('.').map_or(("", name), |at| name.split_at(tail + at))
}

/// The folder of a crate that a file is of: what lies in there are its binaries, tests and examples, too.
pub(crate) fn folder_of_crate(path: &str) -> &str {
    let source = path.rmatch_indices("src/").find(|(at, _)| path[..*at].is_empty() || path[..*at].ends_with('/'));
    source.map_or_else(|| path.rfind('/').map_or("", |at| &path[..=at]), |(at, _)| &path[..at])
}

/// Whether a name of several words says lock (`withLock`): who has the object from somewhere calls it so without a word of
/// where it is from.
pub(crate) fn says_lock(name: &str) -> bool {
    let words = 1 + name.chars().skip(1).filter(|c| c.is_uppercase() || *c == '_').count();
    let lower = name.to_ascii_lowercase();
    words >= 2 && ["lock", "mutex", "lease"].iter().any(|word| lower.contains(word))
}

/// Writes a log line or a metric, and nothing else.
pub(crate) fn is_logging(name: &str) -> bool {
    let method = last(name);
    let lower = name.to_ascii_lowercase();
    // A catalog logs nothing.
    let log = |part: &str| {
        part.ends_with("log") && !["catalog", "dialog", "backlog", "changelog"].iter().any(|w| part.ends_with(w))
    };
    let logger = lower.rsplit(['.', '/', ':']).skip(1).any(log)
        || [
            "logger",
            "slog",
            "zap",
            "logrus",
            "zerolog",
            "glog",
            "klog",
            "metric",
            "span",
            "trace",
            "tracer",
            "prometheus",
            "console.",
        ]
        .iter()
        .any(|w| lower.contains(w));
    let level = matches!(
        method.strip_suffix('!').unwrap_or(method),
        "Debug"
            | "Debugf"
            | "Debugw"
            | "Debugln"
            | "Info"
            | "Infof"
            | "Infow"
            | "Infoln"
            | "Warn"
            | "Warnf"
            | "Warnw"
            | "Warning"
            | "Warningf"
            | "Error"
            | "Errorf"
            | "Errorw"
            | "Errorln"
            | "Print"
            | "Printf"
            | "Println"
            | "Log"
            | "Logf"
            | "WithError"
            | "WithField"
            | "WithFields"
            | "With"
            | "DebugContext"
            | "InfoContext"
            | "WarnContext"
            | "ErrorContext"
            | "V"
            | "Msg"
            | "Msgf"
            | "Err"
            | "Observe"
            | "Inc"
            | "Add"
            | "SetAttributes"
            | "RecordError"
            | "SetStatus"
            | "AddEvent"
            | "End"
            | "debug"
            | "info"
            | "warn"
            | "trace"
    ) || matches!(method.strip_suffix('!'), Some("println" | "eprintln" | "print" | "eprint" | "dbg"));
    level || logger
}

/// Takes a value out of a context (`metadata.FromIncomingContext`, `trace.SpanFromContext`): what comes of it is not
/// cancelled with it. Go's convention for the accessors of `Context.Value`.
pub(crate) fn reads_context(name: &str) -> bool {
    let method = last(name);
    method.starts_with("From") && method.ends_with("Context")
        || method.ends_with("FromContext")
        || method.ends_with("FromCtx")
}

/// Builds values without doing work: errors, strings, conversions, accessors.
pub(crate) fn is_idle(name: &str) -> bool {
    let method = last(name);
    is_logging(name)
        || name.starts_with("builtin.")
        || [
            "fmt.",
            "errors.",
            "strconv.",
            "strings.",
            "time.",
            "sort.",
            "context.",
            "sync.",
            "math.",
            "bytes.",
            "unicode.",
            "path.",
            "filepath.",
            "reflect.",
            "runtime.",
        ]
        .iter()
        .any(|p| name.starts_with(p))
        || method.starts_with("Is")
        || method.starts_with("New")
        || matches!(
            method,
            "String"
                | "Error"
                | "Len"
                | "Cap"
                | "Unwrap"
                | "Lock"
                | "Unlock"
                | "RLock"
                | "RUnlock"
                | "Done"
                | "Wait"
                | "Context"
                | "Value"
                | "callback_check"
        )
}

/// How a receiver reads in the source: `c.cache`, `cache`.
pub(crate) fn describe(value: &dogpile_ir::Value, module: &dogpile_ir::Module) -> String {
    match &value.kind {
        dogpile_ir::ValueKind::Local(l) => module.local(*l).name.to_string(),
        dogpile_ir::ValueKind::Global(name) => last(name).to_owned(),
        dogpile_ir::ValueKind::Field(_, name) => name.to_string(),
        _ => String::new(),
    }
}

/// The unit that a name ends with: `ttlMs`, `lock_timeout_secs`, `TTL_SECONDS`. One second is no number of seconds
/// (`requestsPerSecond`).
pub(crate) fn unit_said(name: &str) -> Option<Scale> {
    let start = name.rfind('_').map_or(0, |at| at + 1);
    let word = &name[start..];
    let lowers = word.chars().any(char::is_lowercase);
    // `ttlMs` ends with `Ms`, `ttlMS` with `MS`, `TTL_MS` was parted above.
    let bytes = word.as_bytes();
    let mut at = bytes.len();
    while lowers && at > 0 && bytes[at - 1].is_ascii_lowercase() {
        at -= 1;
    }
    let all_upper = at == bytes.len();
    while lowers && at > 0 && bytes[at - 1].is_ascii_uppercase() {
        at -= 1;
        if !all_upper {
            break;
        }
    }
    match word[if lowers { at } else { 0 }..].to_ascii_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "millis" | "milliseconds" => Some(Scale::Millis),
        "sec" | "secs" | "seconds" => Some(Scale::Seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_the_last_words_of_names() {
        let millis = ["ttlMs", "ttlMS", "LOCK_TTL_MS", "lock_timeout_ms", "timeoutMillis", "leaseInMilliseconds", "ms"];
        let seconds = ["ttlSec", "ttlSeconds", "TTL_SECONDS", "lock_secs", "expireSecs", "seconds", "ttlInSECS"];
        let neither =
            ["ttl", "items", "ITEMS", "terms", "perSecond", "time.Second", "parsec", "secret", "msUntil", "", "é"];
        assert!(millis.iter().all(|name| unit_said(name) == Some(Scale::Millis)), "{millis:?}");
        assert!(seconds.iter().all(|name| unit_said(name) == Some(Scale::Seconds)), "{seconds:?}");
        assert!(neither.iter().all(|name| unit_said(name).is_none()), "{neither:?}");
    }

    #[test]
    fn projects_end_where_their_owner_does() {
        assert!(are_of_one_project("github.com/acme/shop/api", "github.com/acme/shop_test"));
        assert!(are_of_one_project("shop/src/web", "shop/src/storage/db"), "no domain: a name of one's own");
        assert!(are_of_one_project("redis::aio", "redis::commands") && are_of_one_project("redis", "redis::aio"));
        assert!(!are_of_one_project("github.com/acme/shop", "github.com/acme/lock"));
        assert!(!are_of_one_project("shop::jobs", "redis::aio") && !are_of_one_project("shop", "github.com/acme/shop"));
    }

    #[test]
    fn a_crate_is_the_folder_that_its_source_lies_in() {
        assert_eq!(folder_of_crate("forks/redis/src/aio/mod.rs"), "forks/redis/");
        assert_eq!(folder_of_crate("src/bin/one.rs"), "");
        assert_eq!(folder_of_crate("forks/mysrc/lib.rs"), "forks/mysrc/");
        assert_eq!(folder_of_crate("lib.rs"), "");
    }

    #[test]
    fn names_part_behind_the_package() {
        assert_eq!(parted("github.com/acme/shop.v2/db.Client.Find"), ("github.com/acme/shop.v2/db", ".Client.Find"));
        assert_eq!(parted("redis::aio.Manager"), ("redis::aio", ".Manager"));
        assert_eq!(parted("find"), ("", "find"));
    }

    #[test]
    fn names_of_several_words_say_lock() {
        assert!(["withLock", "WithLock", "try_lock", "renewLease"].iter().all(|name| says_lock(name)));
        assert!(!["lock", "Lock", "block", "getUser"].iter().any(|name| says_lock(name)));
    }
}
