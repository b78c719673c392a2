    if let Some(part) = &row.part_kkk {
        if !store.post(part, kkk).await {
            let _: () = con.del(&key).await?;
            return Ok(());
        }
    } else {
        store.skip(kkk);
    }
