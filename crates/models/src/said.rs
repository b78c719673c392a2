//! What names say of clients, where nothing else does.

/// Whether a field of that name may be a client of a server.
#[must_use]
pub fn says_client(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["redis", "valkey", "client", "cache", "kv", "store", "connection"].iter().any(|word| lower.contains(word))
}

/// The method that `promisify` makes of one with a callback, and `promisifyAll` adds beside it: rows go by that name.
#[must_use]
pub fn promised(method: &str) -> String {
    format!("{method}Async")
}
