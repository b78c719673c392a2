//go:build tools

// Package readers pins the linters of workflows.
package readers

import _ "github.com/rhysd/actionlint/cmd/actionlint"
