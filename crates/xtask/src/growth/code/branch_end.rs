    let done = store.save(row).await;
    let _: () = con.del(&key).await?;
    done
}
