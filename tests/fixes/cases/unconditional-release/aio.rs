use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, Client, RedisResult};

pub async fn publish(client: &Client, id: &str) -> RedisResult<bool> {
    let mut con = client.get_multiplexed_async_connection().await?;
    let key = format!("lock:{id}");
    let won: Option<String> = redis::cmd("SET")
        .arg(&key)
        .arg(uuid::Uuid::new_v4().to_string())
        .arg("NX")
        .arg("PX")
        .arg(30_000)
        .query_async(&mut con)
        .await?;
    if won.is_none() {
        return Ok(false);
    }
    work(id);
    let _: () = con.del(&key).await?;
    Ok(true)
}

pub async fn index(mut con: MultiplexedConnection, id: &str, token: &str) -> RedisResult<bool> {
    let won: Option<String> = redis::cmd("SET")
        .arg(id)
        .arg(token)
        .arg("NX")
        .arg("PX")
        .arg(30_000)
        .query_async(&mut con)
        .await?;
    if won.is_none() {
        return Ok(false);
    }
    work(id);
    redis::cmd("DEL")
        .arg(id)
        .query_async::<()>(&mut con)
        .await?;
    Ok(true)
}

fn work(id: &str) {
    drop(id.to_owned());
}
