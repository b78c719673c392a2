//! Languages, and clients that harnesses can be written for.

/// A language of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Go: a test for `go test`.
    Go,
    /// TypeScript: a test for `node:test`.
    TypeScript,
    /// The same without types.
    JavaScript,
    /// Rust: an integration test for cargo.
    Rust,
}

/// A client library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Client {
    /// <https://github.com/redis/go-redis>
    GoRedis,
    /// <https://github.com/gomodule/redigo>
    Redigo,
    /// <https://github.com/redis/ioredis>
    Ioredis,
    /// <https://github.com/redis/node-redis>
    NodeRedis,
    /// <https://github.com/redis-rs/redis-rs>
    RedisRs,
}

impl Client {
    /// The client of that name, if it can be written for.
    #[must_use]
    pub fn named(language: Language, name: &str) -> Option<Self> {
        match (language, name) {
            (Language::Go, "go-redis") => Some(Self::GoRedis),
            (Language::Go, "redigo") => Some(Self::Redigo),
            (Language::TypeScript | Language::JavaScript, "ioredis") => Some(Self::Ioredis),
            (Language::TypeScript | Language::JavaScript, "node-redis") => Some(Self::NodeRedis),
            (Language::Rust, "redis-rs") => Some(Self::RedisRs),
            _ => None,
        }
    }

    /// The client of a language for everything else.
    #[must_use]
    pub fn default_of(language: Language) -> Self {
        match language {
            Language::Go => Self::GoRedis,
            Language::TypeScript | Language::JavaScript => Self::NodeRedis,
            Language::Rust => Self::RedisRs,
        }
    }

    /// The package to install.
    #[must_use]
    pub fn package(self) -> &'static str {
        match self {
            Self::GoRedis => "github.com/redis/go-redis/v9",
            Self::Redigo => "github.com/gomodule/redigo",
            Self::Ioredis => "ioredis",
            Self::NodeRedis => "redis",
            Self::RedisRs => "redis",
        }
    }

    /// What must be there for a harness to run, in words.
    #[must_use]
    pub(crate) fn needs(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::GoRedis, _) => {
                "github.com/redis/go-redis/v9 in go.mod; a folder of its own, or a package without another harness."
            }
            (Self::Redigo, _) => {
                "github.com/gomodule/redigo in go.mod; a folder of its own, or a package without another harness."
            }
            (Self::Ioredis, Language::TypeScript) => "ioredis 5 or later; Node 22.18 or later, or tsx.",
            (Self::NodeRedis, Language::TypeScript) => "redis 5 or later; Node 22.18 or later, or tsx.",
            (Self::Ioredis, _) => "ioredis 5 or later; Node 20 or later.",
            (Self::NodeRedis, _) => "redis 5 or later; Node 20 or later.",
            (Self::RedisRs, _) => "the crate redis, 0.27 or later, as a dev-dependency; a place in tests/.",
        }
    }
}
