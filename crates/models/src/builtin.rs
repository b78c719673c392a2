//! The models that come with the program: one line for each file of `clients/`, parents before their children.

/// A model as the build has read it.
#[derive(Clone, Copy)]
pub(crate) struct Prepared {
    pub(crate) file: &'static str,
    pub(crate) language: &'static str,
    pub(crate) head: &'static str,
    pub(crate) whole: &'static str,
}

macro_rules! models {
    ($($name:literal)*) => {
        /// Names and texts of the built-in models.
        pub const BUILTIN: &[(&str, &str)] =
            &[$((concat!($name, ".toml"), include_str!(concat!("../clients/", $name, ".toml")))),*];

        /// The same as the build has read them: names, heads and all of them, in JSON.
        pub(crate) const READ: &[Prepared] = &[$(Prepared {
            file: concat!($name, ".toml"),
            language: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".language")),
            head: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".head.json")),
            whole: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".json")),
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
