//! Qualified names: where the package ends, and packages with a wildcard in them.

/// `github.com/redis/go-redis/v9.Client` → (`github.com/redis/go-redis/v9`, `Client`). Leading `*` and type arguments
/// are left out. `None` when there is no package.
pub(crate) fn split(name: &str) -> Option<(&str, &str)> {
    let name = plain(name);
    let tail = name.rfind('/').map_or(0, |at| at + 1);
    let cut = name[tail..].rfind("::").map(|at| (tail + at, tail + at + 2));
    let cut = cut.max(name[tail..].rfind('.').map(|at| (tail + at, tail + at + 1)))?;
    let (package, item) = (&name[..cut.0], &name[cut.1..]);
    (!package.is_empty() && !item.is_empty()).then_some((package, item))
}

/// Every way to part a qualified name, the longest package first: `ioredis.Redis.new` is `new` of `ioredis.Redis`, or
/// `Redis.new` of `ioredis`.
pub(crate) fn splits(name: &str) -> impl Iterator<Item = (&str, &str)> {
    let name = plain(name);
    let mut longest = split(name).map(|(package, item)| (package.len(), name.len() - item.len()));
    std::iter::from_fn(move || {
        let (end, start) = longest?;
        let tail = name[..end].rfind('/').map_or(0, |at| at + 1);
        longest = name[tail..end].rfind('.').map(|at| (tail + at, tail + at + 1)).filter(|(end, _)| *end > tail);
        Some((&name[..end], &name[start..]))
    })
}

/// Without leading `*` or `&`, and without type arguments.
pub(crate) fn plain(name: &str) -> &str {
    let name = name.trim_start_matches(['*', '&']);
    name.bytes().position(|byte| matches!(byte, b'[' | b'<')).map_or(name, |at| &name[..at])
}

/// Whether a name in a model carries its own package. The model of a language (`std`) has no package to add, so that all
/// its names do (`time.Sleep`, `string`); elsewhere `Redis.new` is the constructor of a type of the client's packages.
pub(crate) fn is_qualified(packages: &[String], name: &str) -> bool {
    name.contains('/') || name.contains("::") || packages.iter().any(|p| p == "std")
}

/// A package without the part that its wildcard stands in: `github.com/redis/go-redis/v*` → `github.com/redis/go-redis`.
pub(crate) fn without_version(package: &str) -> &str {
    match package.find('*') {
        Some(at) => package[..at].trim_end_matches('v').trim_end_matches(['/', '.', '@']),
        None => package,
    }
}

/// A name of packages in which `*` stands for any characters but `/`, and a leading `**/` for any path. Every name of a tree
/// is held against all of them.
#[derive(Clone)]
pub(crate) enum Pattern {
    /// Behind `**/`.
    Tail(String),
    /// What stands around `*`s: the first part begins the package, the last one ends it.
    Parts(Vec<String>),
}

impl Pattern {
    /// Reads a pattern.
    pub(crate) fn new(pattern: &str) -> Self {
        match pattern.strip_prefix("**/") {
            Some(tail) => Self::Tail(tail.to_owned()),
            None => Self::Parts(pattern.split('*').map(str::to_owned).collect()),
        }
    }

    /// Whether a package fits it.
    pub(crate) fn fits(&self, package: &str) -> bool {
        match self {
            Self::Tail(tail) => {
                package.strip_suffix(tail.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('/'))
            }
            Self::Parts(parts) => match parts.as_slice() {
                [before, rest @ ..] => package.strip_prefix(before.as_str()).is_some_and(|package| fit(rest, package)),
                [] => false,
            },
        }
    }
}

/// Whether what is left of a package fits what stands behind `*`s.
fn fit(parts: &[String], package: &str) -> bool {
    let [part, rest @ ..] = parts else { return package.is_empty() };
    let reach = package.find('/').unwrap_or(package.len());
    (0..=reach).any(|at| {
        package.get(at..).and_then(|left| left.strip_prefix(part.as_str())).is_some_and(|left| fit(rest, left))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, package: &str) -> bool {
        Pattern::new(pattern).fits(package)
    }

    #[test]
    fn splits_at_the_end_of_the_package() {
        assert_eq!(split("github.com/redis/go-redis/v9.Client"), Some(("github.com/redis/go-redis/v9", "Client")));
        assert_eq!(split("gopkg.in/redis.v5.Client"), Some(("gopkg.in/redis.v5", "Client")));
        assert_eq!(split("*time.Time"), Some(("time", "Time")));
        assert_eq!(split("example.com/c.Loadable[k.T]"), Some(("example.com/c", "Loadable")));
        assert_eq!(split("redis::Commands"), Some(("redis", "Commands")));
        assert_eq!(split("github.com/redis/go-redis"), None);
        assert_eq!(split("error"), None);
    }

    #[test]
    fn parts_a_constructor_from_its_package() {
        let all = |name| splits(name).collect::<Vec<_>>();
        assert_eq!(all("ioredis.Redis.new"), [("ioredis.Redis", "new"), ("ioredis", "Redis.new")]);
        assert_eq!(all("@upstash/redis.Redis.new"), [("@upstash/redis.Redis", "new"), ("@upstash/redis", "Redis.new")]);
        assert_eq!(all("lru-cache.LRUCache"), [("lru-cache", "LRUCache")]);
        assert_eq!(all("error"), []);
        assert_eq!(all(".a.b"), [(".a", "b")]);
    }

    #[test]
    fn names_in_the_model_of_a_language_are_whole() {
        let of = |package: &str, name| is_qualified(&[package.to_owned()], name);
        assert!(of("std", "time.Sleep") && of("std", "string"));
        assert!(of("acme", "net/http.Get") && of("acme", "std::thread.sleep"));
        assert!(!of("acme", "Redis.new") && !of("acme", "Redis"));
    }

    #[test]
    fn paths_of_rust_end_at_a_dot() {
        assert_eq!(split("redis::aio.ConnectionManager"), Some(("redis::aio", "ConnectionManager")));
        assert_eq!(split("redis.cmd"), Some(("redis", "cmd")));
        let all: Vec<_> = splits("redis::aio.ConnectionManager.new").collect();
        assert_eq!(all, [("redis::aio.ConnectionManager", "new"), ("redis::aio", "ConnectionManager.new")]);
        assert!(fits("redis::*", "redis::aio") && fits("fred::*", "fred::types::scripts"));
        assert!(!fits("redis::*", "redis") && !fits("redis::*", "redis_lock::sync"));
    }

    #[test]
    fn wildcards_stay_within_a_path_element() {
        assert!(fits("github.com/redis/go-redis/v*", "github.com/redis/go-redis/v9"));
        assert!(!fits("github.com/redis/go-redis/v*", "github.com/redis/go-redis/v9/maintnotifications"));
        assert!(!fits("github.com/redis/go-redis/v*", "github.com/redis/go-redis"));
        assert!(fits("gopkg.in/redis.v*", "gopkg.in/redis.v5"));
        assert!(fits("a/v*/cache", "a/v4/cache"));
        assert!(fits("**/singleflight", "acme.dev/internal/singleflight"));
        assert!(!fits("**/singleflight", "acme.dev/my-singleflight"));
        assert_eq!(without_version("github.com/redis/go-redis/v*"), "github.com/redis/go-redis");
        assert_eq!(without_version("gopkg.in/redis.v*"), "gopkg.in/redis");
        assert_eq!(without_version("github.com/eko/gocache/lib/v*/cache"), "github.com/eko/gocache/lib");
    }
}
