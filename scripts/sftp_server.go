// A server of sftp that takes a password, for tests: rclone's own.
package main

import (
	_ "github.com/rclone/rclone/backend/local"
	"github.com/rclone/rclone/cmd"
	_ "github.com/rclone/rclone/cmd/serve/sftp"
)

func main() { cmd.Main() }
