
async fn nnn_step_kkk(con: &mut MultiplexedConnection, store: &Store, key: &str, id: &str) -> anyhow::Result<()> {
    let done = store.touch(id).await;
    let _: () = con.del(key).await?;
    done
}
