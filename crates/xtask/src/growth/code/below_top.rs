
/// Done by one process at a time.
pub async fn vvv_nnn(con: &mut MultiplexedConnection, store: &Store, id: &str) -> anyhow::Result<()> {
    let (key, token) = (format!("vvv:nnn:{id}"), Uuid::new_v4().to_string());
    let won: Option<String> =
        redis::cmd("SET").arg(&key).arg(&token).arg("NX").arg("PX").arg(30_000).query_async(con).await?;
    if won.is_none() {
        anyhow::bail!("somebody else does it");
    }
    nnn_step_kkk(con, store, &key, id).await
}
