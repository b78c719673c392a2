//! The models that come with the program: one line for each file of `clients/`, parents before their children.

use crate::prepared::{Head, Prepared};

/// A model as the build has read it: see `prepared.rs`.
#[derive(Clone, Copy)]
pub(crate) struct Built {
    pub(crate) file: &'static str,
    pub(crate) language: &'static str,
    head: &'static [u8],
    model: &'static [u8],
}

impl Built {
    /// What it is found by. It is sound: tests read every one.
    pub(crate) fn head(&self) -> Option<Head> {
        postcard::from_bytes(self.head).ok()
    }

    /// All of it.
    ///
    /// # Panics
    /// When the build has written something else.
    pub(crate) fn model(&self) -> Prepared<'static> {
        postcard::from_bytes(self.model).unwrap_or_else(|fault| panic!("built-in model {}: {fault}", self.file))
    }
}

macro_rules! models {
    ($($name:literal)*) => {
        /// Names and texts of the built-in models.
        pub const BUILTIN: &[(&str, &str)] =
            &[$((concat!($name, ".toml"), include_str!(concat!("../clients/", $name, ".toml")))),*];

        /// The same as the build has read them.
        pub(crate) const BUILT: &[Built] = &[$(Built {
            file: concat!($name, ".toml"),
            language: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".language")),
            head: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".head")),
            model: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".model")),
        }),*];
    };
}

models! {
    "std-go"
    "web-go"
    "ids-go"
    "databases-go"
    "go-redis"
    "go-redis-v7"
    "redigo"
    "rueidis"
    "valkey-go"
    "rueidislock"
    "valkeylock"
    "rueidisaside"
    "rueidiscompat"
    "radix"
    "radix-v3"
    "redsync"
    "redislock"
    "go-zero"
    "go-zero-cache"
    "go-zero-syncx"
    "singleflight"
    "go-redis-cache"
    "rockscache"
    "jetcache-go"
    "gocache"
    "redis-memolock"
    "process-caches-go"
    "std-rust"
    "redis-rs"
    "fred"
    "rustis"
    "rslock"
    "redlock-rust"
    "redsync-rust"
    "async-redis-lock"
    "redis-lock-rust"
    "distributed-lock-redis"
    "singleflight-rust"
    "process-caches-rust"
    "std-ts"
    "ids-ts"
    "work-ts"
    "web-ts"
    "ioredis"
    "iovalkey"
    "nestjs-redis"
    "node-redis"
    "upstash-redis"
    "valkey-glide"
    "bun-redis"
    "redlock"
    "redis-semaphore"
    "upstash-lock"
    "redis-lock"
    "simple-redis-mutex"
    "verrou"
    "ioredis-lock"
    "dataloader"
    "memoizers-ts"
    "process-caches-ts"
    "loading-caches-ts"
    "process-locks-ts"
    "bullmq"
}
