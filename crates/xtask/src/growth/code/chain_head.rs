use crate::store::Store;
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use uuid::Uuid;
