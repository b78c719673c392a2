use redis::RedisResult;
use redis::aio::MultiplexedConnection;
use uuid::Uuid;

pub fn name() -> String {
    Uuid::new_v4().to_string()
}

pub async fn index(con: &mut MultiplexedConnection, id: &str) -> RedisResult<bool> {
    let won: Option<String> = redis::cmd("SET")
        .arg(id)
        .arg("locked")
        .arg("NX")
        .arg("PX")
        .arg(30_000)
        .query_async(con)
        .await?;
    if won.is_none() {
        return Ok(false);
    }
    println!("indexed");
    redis::cmd("DEL").arg(id).query_async::<()>(con).await?;
    Ok(true)
}
