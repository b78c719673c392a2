//! The lock of all others.

use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use uuid::Uuid;

pub async fn try_acquire(con: &mut MultiplexedConnection, key: &str, ttl_ms: u64) -> anyhow::Result<bool> {
    let token = Uuid::new_v4().to_string();
    let won: Option<String> =
        redis::cmd("SET").arg(key).arg(token).arg("NX").arg("PX").arg(ttl_ms).query_async(con).await?;
    Ok(won.is_some())
}

pub async fn release(con: &mut MultiplexedConnection, key: &str) -> anyhow::Result<()> {
    let _: () = con.del(key).await?;
    Ok(())
}
