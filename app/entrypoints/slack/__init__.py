"""People answer from Slack: buttons, notes and a command, over HTTP or a socket."""
