use redis::{Commands, Connection, RedisResult, Script};

const UNLOCK: &str = r#"if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0"#;

pub fn publish(con: &mut Connection, id: &str) -> RedisResult<bool> {
    let (key, token) = (format!("lock:{id}"), uuid::Uuid::new_v4().to_string());
    let won: bool = con.set_nx(&key, &token)?;
    if !won {
        return Ok(false);
    }
    work(id);
    Script::new(UNLOCK)
        .key(&key)
        .arg(&token)
        .invoke::<()>(con)?;
    Ok(true)
}

pub fn index(con: &mut Connection, id: &str) -> RedisResult<bool> {
    let (key, token) = (format!("index:{id}"), uuid::Uuid::new_v4().to_string());
    let won: Option<String> = redis::cmd("SET")
        .arg(&key)
        .arg(&token)
        .arg("NX")
        .query(con)?;
    if won.is_none() {
        return Ok(false);
    }
    work(id);
    Script::new(UNLOCK)
        .key(&key)
        .arg(&token)
        .invoke::<()>(con)?;
    Ok(true)
}

fn work(id: &str) {
    drop(id.to_owned());
}
