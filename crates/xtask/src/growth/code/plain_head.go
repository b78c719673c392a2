// Package nnn keeps what customers are told about an nnn.
package nnn

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
)

// ErrNoNnn is returned where nobody knows an nnn.
var ErrNoNnn = errors.New("nnn: not found")

// Nnn is a row of the table of the same name.
type Nnn struct {
	ID      string
	Owner   string
	Amount  int64
	Tags    []string
	Created time.Time
}

// NnnTable is what the service needs of its database.
type NnnTable interface {
	Find(ctx context.Context, id string) (*Nnn, error)
	Save(ctx context.Context, row *Nnn) error
	Between(ctx context.Context, from, to time.Time) ([]*Nnn, error)
}

// NnnService answers requests about an nnn.
type NnnService struct {
	table NnnTable
	clock func() time.Time
	rates map[string]float64
}

// NewNnnService puts a service together.
func NewNnnService(table NnnTable, rates map[string]float64) *NnnService {
	return &NnnService{table: table, clock: time.Now, rates: rates}
}
