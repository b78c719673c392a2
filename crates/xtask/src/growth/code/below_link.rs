
async fn nnn_step_kkk(con: &mut MultiplexedConnection, store: &Store, key: &str, id: &str) -> anyhow::Result<()> {
    if !store.note(id, "step kkk").await? {
        let _: () = con.del(key).await?;
        return Ok(());
    }
    nnn_step_mmm(con, store, key, id).await
}
