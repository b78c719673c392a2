use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, RedisResult, Script};

const UNLOCK: &str = r#"if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0"#;

async fn lock(
    con: &mut MultiplexedConnection,
    key: &str,
    token: &str,
    seconds: i64,
) -> RedisResult<bool> {
    let won: bool = con.set_nx(key, token).await?;
    if won {
        let _: () = con.pexpire(key, 30_000).await?;
    }
    let _ = seconds;
    Ok(won)
}

pub async fn publish(mut con: MultiplexedConnection, id: &str) -> RedisResult<bool> {
    let (key, token) = (format!("lock:{id}"), uuid::Uuid::new_v4().to_string());
    if !lock(&mut con, &key, &token, 30).await? {
        return Ok(false);
    }
    work(id);
    Script::new(UNLOCK)
        .key(&key)
        .arg(&token)
        .invoke_async::<()>(&mut con)
        .await?;
    Ok(true)
}

fn work(id: &str) {
    drop(id.to_owned());
}
