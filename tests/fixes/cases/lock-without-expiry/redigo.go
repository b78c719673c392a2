package lockwithoutexpiryredigo

import (
	"errors"

	"github.com/gomodule/redigo/redis"
	"github.com/google/uuid"
)

const unlock = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

func Sync(conn redis.Conn, ledger string) error {
	key, token := "lock:ledger:"+ledger, uuid.NewString()
	_, err := redis.String(conn.Do("SET", key, token, "NX"))
	if errors.Is(err, redis.ErrNil) {
		return errors.New("busy")
	}
	if err != nil {
		return err
	}
	defer conn.Do("EVAL", unlock, 1, key, token)
	return work(ledger)
}

func work(ledger string) error { return nil }
