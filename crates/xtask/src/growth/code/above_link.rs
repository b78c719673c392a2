
async fn nnn_step_kkk(con: &mut MultiplexedConnection, id: &str) -> anyhow::Result<bool> {
    let won = nnn_step_mmm(con, id).await?;
    if !won {
        tracing::info!(id, "busy at step kkk");
    }
    Ok(won)
}
