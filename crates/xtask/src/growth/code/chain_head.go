package nnn

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

var errNnnBusy = errors.New("nnn: somebody else does it")
