package nonatomicexpiryredigo

import (
	"errors"

	"github.com/gomodule/redigo/redis"
	"github.com/google/uuid"
)

const unlock = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

func Prune(conn redis.Conn, shard string) error {
	key, token := "prune:"+shard, uuid.NewString()
	_, err := redis.String(conn.Do("SET", key, token, "NX"))
	if errors.Is(err, redis.ErrNil) {
		return errors.New("busy")
	}
	if err != nil {
		return err
	}
	defer conn.Do("EVAL", unlock, 1, key, token)
	if _, err := conn.Do("EXPIRE", key, 60); err != nil {
		return err
	}
	return work(shard)
}

func work(shard string) error { return nil }
