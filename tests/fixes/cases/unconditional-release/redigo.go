package unconditionalreleaseredigo

import (
	"errors"

	"github.com/gomodule/redigo/redis"
	"github.com/google/uuid"
)

func Replay(conn redis.Conn, topic string) error {
	key := "replay:" + topic
	_, err := redis.String(conn.Do("SET", key, uuid.NewString(), "NX", "EX", 60))
	if errors.Is(err, redis.ErrNil) {
		return errors.New("being replayed")
	}
	if err != nil {
		return err
	}
	defer conn.Do("DEL", key)
	return replay(topic)
}

func replay(topic string) error { return nil }
