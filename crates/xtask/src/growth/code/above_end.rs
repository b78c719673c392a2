
async fn nnn_step_kkk(con: &mut MultiplexedConnection, id: &str) -> anyhow::Result<bool> {
    let (key, token) = (format!("vvv:nnn:{id}"), Uuid::new_v4().to_string());
    let won: Option<String> =
        redis::cmd("SET").arg(&key).arg(&token).arg("NX").arg("PX").arg(30_000).query_async(con).await?;
    Ok(won.is_some())
}
