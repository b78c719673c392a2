use redis::{Connection, RedisResult, Script};
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(30);
const UNLOCK: &str = r#"if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0"#;

pub fn index(con: &mut Connection, id: &str) -> RedisResult<bool> {
    let (key, token) = (format!("lock:{id}"), uuid::Uuid::new_v4().to_string());
    let won: Option<String> = redis::cmd("SET")
        .arg(&key)
        .arg(&token)
        .arg("NX")
        .arg("EX")
        .arg(LEASE.as_millis() as u64)
        .query(con)?;
    if won.is_none() {
        return Ok(false);
    }
    println!("indexed");
    Script::new(UNLOCK)
        .key(&key)
        .arg(&token)
        .invoke::<()>(con)?;
    Ok(true)
}
