//! A lock as an object.

use redis::{Commands, Connection, RedisResult};

pub struct Mutex<'c> {
    con: &'c mut Connection,
    key: String,
    token: String,
}

impl<'c> Mutex<'c> {
    pub fn new(con: &'c mut Connection, name: &str) -> Self {
        Self {
            con,
            key: format!("lock:{name}"),
            token: uuid::Uuid::new_v4().to_string(),
        }
    }

    pub fn try_lock(&mut self) -> RedisResult<bool> {
        let reply: Option<String> = redis::cmd("SET")
            .arg(&self.key)
            .arg(&self.token)
            .arg("NX")
            .arg("PX")
            .arg(30_000)
            .query(self.con)?;
        Ok(reply.is_some())
    }

    pub fn unlock(&mut self) -> RedisResult<()> {
        self.con.del(&self.key)
    }
}

pub fn compile(con: &mut Connection) -> RedisResult<()> {
    let mut mutex = Mutex::new(con, "catalog");
    if !mutex.try_lock()? {
        return Ok(());
    }
    println!("compiled");
    mutex.unlock()
}
