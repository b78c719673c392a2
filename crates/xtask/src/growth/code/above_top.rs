
/// Done by one process at a time.
pub async fn vvv_nnn(con: &mut MultiplexedConnection, store: &Store, id: &str) -> anyhow::Result<()> {
    if !nnn_step_kkk(con, id).await? {
        anyhow::bail!("somebody else does it");
    }
    let done = store.touch(id).await;
    let _: () = con.del(format!("vvv:nnn:{id}")).await?;
    done
}
