// Modules that take locks, and a client: real code to run over.
module trees

go 1.21

require (
	github.com/bsm/redislock v0.9.4
	github.com/go-redsync/redsync/v4 v4.18.1
	github.com/gomodule/redigo v1.9.2
)
