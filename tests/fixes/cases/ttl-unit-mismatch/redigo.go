package ttlunitmismatchredigo

import (
	"errors"
	"time"

	"github.com/gomodule/redigo/redis"
	"github.com/google/uuid"
)

const (
	lease  = 30 * time.Second
	unlock = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`
)

func Index(conn redis.Conn, shard string) error {
	key, token := "index:"+shard, uuid.NewString()
	_, err := redis.String(conn.Do("SET", key, token, "NX", "EX", lease.Milliseconds()))
	if errors.Is(err, redis.ErrNil) {
		return errors.New("busy")
	}
	if err != nil {
		return err
	}
	defer conn.Do("EVAL", unlock, 1, key, token)
	return work(shard)
}

func Optimise(conn redis.Conn, shard string) error {
	key, token := "optimise:"+shard, uuid.NewString()
	_, err := redis.String(conn.Do("SET", key, token, "NX", "PX", int64(lease)))
	if errors.Is(err, redis.ErrNil) {
		return errors.New("busy")
	}
	if err != nil {
		return err
	}
	defer conn.Do("EVAL", unlock, 1, key, token)
	return work(shard)
}

func work(shard string) error { return nil }
