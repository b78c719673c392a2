use redis::{Commands, Connection, RedisResult};

pub fn compile(con: &mut Connection, id: &str) -> RedisResult<()> {
    let (key, token) = (format!("lock:{id}"), uuid::Uuid::new_v4().to_string());
    let options = redis::SetOptions::default()
        .conditional_set(redis::ExistenceCheck::NX)
        .with_expiration(redis::SetExpiry::PX(30_000));
    let won: bool = con.set_options(&key, &token, options)?;
    if won {
        println!("compiled");
    }
    let _: () = con.del(&key)?;
    Ok(())
}
