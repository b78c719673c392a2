use crate::locks::locker;
use crate::store::Store;
use redis::aio::MultiplexedConnection;

/// Done by one process at a time.
pub async fn vvv_nnn(con: &mut MultiplexedConnection, store: &Store, id: &str) -> anyhow::Result<()> {
    let key = format!("vvv:nnn:{id}");
    if !locker::try_acquire(con, &key, 30_000).await? {
        anyhow::bail!("somebody else does it");
    }
    let done = store.touch(id).await;
    locker::release(con, &key).await?;
    done
}
