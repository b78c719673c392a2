package nonatomicreleaseredigo

import (
	"github.com/gomodule/redigo/redis"
	"github.com/google/uuid"
)

func Requeue(conn redis.Conn, queue string) error {
	key, token := "requeue:"+queue, uuid.NewString()
	_, err := redis.String(conn.Do("SET", key, token, "NX", "PX", 20000))
	if err != nil {
		return err
	}
	defer func() {
		if owner, err := redis.String(conn.Do("GET", key)); err == nil && owner == token {
			conn.Do("DEL", key)
		}
	}()
	return work(queue)
}

func work(queue string) error { return nil }
