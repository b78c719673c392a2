//! The models that come with the program: one line for each file of `clients/`, parents before their children.

macro_rules! models {
    ($($name:literal)*) => {
        /// Names and texts of the built-in models.
        pub const BUILTIN: &[(&str, &str)] =
            &[$((concat!($name, ".toml"), include_str!(concat!("../clients/", $name, ".toml")))),*];
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
}
