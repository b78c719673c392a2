
/// Done by one process at a time.
pub async fn vvv_nnn(con: &mut MultiplexedConnection, store: &Store, id: &str) -> anyhow::Result<()> {
    let key = format!("vvv:nnn:{id}");
    let token = Uuid::new_v4().to_string();
    let won: Option<String> =
        redis::cmd("SET").arg(&key).arg(&token).arg("NX").arg("PX").arg(30_000).query_async(con).await?;
    if won.is_none() {
        anyhow::bail!("somebody else does it");
    }
    let done = vvv_nnn_alone(store, id).await;
    let _: () = con.del(&key).await?;
    done
}

async fn vvv_nnn_alone(store: &Store, id: &str) -> anyhow::Result<()> {
    let row = store.find(id).await?;
    for part in &row.parts {
        if part.done {
            continue;
        }
        store.post(&part.id, part.amount).await?;
    }
    store.save(row).await
}
